#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE("a") ROI_PER_CLIENT A { public: void f(); };
class ROI_REMOTE("b") ROI_SINGLE_OWNER B { public: void f(); };
struct ROI_REMOTE("c") ROI_SHARED C { void f(); };
}  // namespace demo
