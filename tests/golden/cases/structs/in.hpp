#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
struct point { int x = 0; int y = 0; };
template <class T> struct base_of { T value; };
struct shifted : point, base_of<long> {
    /// A label.
    std::string label;
    unsigned low : 3;
    unsigned : 2;
    unsigned high : 5;
    struct { int inner; };
    struct { int a; } named;
    int grid[4];
    ROI_ID(20) int numbered;
};
class ROI_REMOTE() Structs {
public:
    struct nested { shifted s; };
    shifted pass(const shifted& a, nested b, point& c);
};
}  // namespace demo
