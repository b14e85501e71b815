#pragma once
#include <roi/annotations.hpp>

namespace demo {
struct shared_row { int id; };
class ROI_REMOTE("base") Base { public: int f(); };
class ROI_REMOTE("second") Second : public Base { public: int g(shared_row a); };
struct ROI_ERROR base_error { int code; };
}  // namespace demo
