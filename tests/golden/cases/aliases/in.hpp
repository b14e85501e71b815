#pragma once
#include <roi/annotations.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace demo {
using id = std::int64_t;
typedef std::vector<std::string> names;
template <class T> using list_of = std::vector<T>;
class ROI_REMOTE() Aliases {
public:
    using key = std::map<id, names>;
    names all(const key& a, list_of<id> b, std::optional<key> c);
private:
    typedef int secret;
public:
    secret hidden_alias();
};
}  // namespace demo
