#pragma once
#include <roi/annotations.hpp>

#include <string>

namespace demo {
template <class K, class V>
struct pair_of {
    K key;
    V value;
};
inline namespace v1 {
template <class T, int Size = 3>
struct boxed : public pair_of<int, T>, pair_of<T, char[Size]> {
    T more;
};
}  // namespace v1
using text_pair = pair_of<std::string, std::string>;
class ROI_REMOTE() Boxes {
public:
    boxed<text_pair> f(const boxed<int, 2>& a);
};
typedef int roi_idlc_probe_x;
}  // namespace demo
typedef int roi_idlc_base_zz;
