#pragma once
#include <roi/annotations.hpp>

namespace demo {
inline namespace v2 {
namespace inner {
struct row { int id; };
class ROI_REMOTE("inner") Inner { public: row get(); };
}
}
class ROI_REMOTE("outer") Outer { public: v2::inner::row get(inner::row a); };
}  // namespace demo

class ROI_REMOTE("global") Global { public: int f(); };
