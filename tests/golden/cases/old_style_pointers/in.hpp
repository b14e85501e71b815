#pragma once
#include <roi/annotations.hpp>
#include <cstddef>
#include <memory>
#include <string>

namespace demo {
struct point { int x, y; };
struct shape { virtual ~shape() = default; std::string label; };
struct circle : shape { double radius; };
namespace more { struct square : shape { double side; }; }
class ROI_REMOTE() Pointers {
public:
    int sum(ROI_IN ROI_SIZE(n) const int* data, std::size_t n);
    void fill(ROI_OUT ROI_SIZE(n) double* data, int n);
    bool find(ROI_IN const point* where, ROI_OUT point* result, ROI_INOUT int* count);
    void draw(ROI_ONE_OF(circle, more::square) const shape* what, ROI_ONE_OF(circle) std::unique_ptr<shape> owned, ROI_ONE_OF(demo::circle) const shape& by_reference);
    void array(ROI_OUT int values[4]);
};
}  // namespace demo
