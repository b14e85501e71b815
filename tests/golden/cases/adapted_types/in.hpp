#pragma once
#include <roi/annotations.hpp>
#include <roi/adapt.hpp>
#include <string>
#include <vector>

class foreign { int* state_; public: int value() const; };
template <class T> class wrapper { T* state_; };
template <>
struct roi::adapt<foreign> {
    using wire = std::string;
    static wire to_wire(const foreign& value);
    static foreign from_wire(wire&& text);
};
template <class T> struct roi::adapt<wrapper<T>> {
    using wire = std::vector<T>;
    static wire to_wire(const wrapper<T>& f);
    static wrapper<T> from_wire(wire&& w);
};

namespace demo {
class ROI_REMOTE() Adapted {
public:
    foreign take(const foreign& a, std::vector<foreign> b, wrapper<int> c);
};
}  // namespace demo
