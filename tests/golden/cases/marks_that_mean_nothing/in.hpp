#pragma once
#include <roi/annotations.hpp>

namespace demo {
enum class ROI_ERROR wrong { a };
typedef ROI_VALUE int old_name;
using new_name ROI_VALUE = int;
class ROI_REMOTE() Bearer {
public:
    ROI_AT_LEAST_ONCE Bearer();
    ROI_LOCAL ~Bearer();
    ROI_STATE static int shared;
    enum ROI_VALUE kind { one };
    ROI_LOCAL friend int helper();
    void f();
};
}  // namespace demo
