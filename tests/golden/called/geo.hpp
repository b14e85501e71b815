// Types that another header only declares.
#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "fwd.hpp"
namespace acme {
inline namespace v2 {
enum class unit : signed char { meter = -1, foot = 1, yard = 127 };
struct geo_point {
    double lat = 0, lon = 0;
    unit in = unit::meter;
    friend bool operator==(const geo_point&, const geo_point&) = default;
};
template <class T, std::size_t N = 4>
struct grid {
    T cells[N]{};
    std::string label;
};
template <class T>
struct page {
    std::vector<T> rows;
    std::uint64_t next = 0;
    bool more = false;
};
using points = std::vector<geo_point>;
}  // namespace v2
using place = v2::geo_point;
using route = points;
}  // namespace acme
