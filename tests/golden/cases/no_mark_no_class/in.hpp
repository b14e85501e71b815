#pragma once
#include <roi/annotations.hpp>

namespace demo {
struct plain { int f(int* p); };
class Unmarked { public: void g(void*); };
}  // namespace demo
