#pragma once
#include <roi/annotations.hpp>
#include "other.hpp"

namespace demo {
struct unused { ROI_ID(3) int a; struct { ROI_ID(4) int b; } inner; };
enum class unused_too { x ROI_ID(1) };
template <class T> struct unused_template { ROI_ID(2) T value; };
class ROI_REMOTE() Reads {
public:
    int f();
private:
    void hidden(ROI_IN const int* p);
};
}  // namespace demo
