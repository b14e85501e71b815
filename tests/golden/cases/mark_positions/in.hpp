#pragma once
#include <roi/annotations.hpp>

namespace demo {
template <class T> struct ROI_VALUE box { T held; };
struct ROI_VALUE plain { int a; };
enum class level { low ROI_ID(3), high };
class
ROI_REMOTE(
    "spread.over.lines")
Positions {
public:
    ROI_AT_LEAST_ONCE
    int next_line();
    ROI_AT_LEAST_ONCE virtual int before_virtual();
    virtual ROI_AT_LEAST_ONCE int after_virtual();
    int ROI_AT_LEAST_ONCE after_type();
    int at_the_end() const ROI_AT_LEAST_ONCE;
    [[nodiscard]] ROI_AT_LEAST_ONCE int after_attribute();
    void parameters(ROI_IN const int* first, const int* ROI_IN middle, int* last ROI_OUT);
    void used(box<int> a, plain b, level c);
};
}  // namespace demo
