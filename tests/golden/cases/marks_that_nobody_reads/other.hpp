#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE("other") Other {
public:
    ROI_AT_LEAST_ONCE int get(ROI_IN const int* p);
};
}  // namespace demo
