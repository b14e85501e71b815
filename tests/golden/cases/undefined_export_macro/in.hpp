#pragma once
#include <roi/annotations.hpp>

namespace demo {
class FOO_API Broken {
public:
    void f();
};
}  // namespace demo
