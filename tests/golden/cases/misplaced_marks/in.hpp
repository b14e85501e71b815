#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Forward;
class Forward { public: void f(); };
ROI_REMOTE() class Before { public: void f(); };
ROI_AT_LEAST_ONCE int function();
class Unmarked { public: ROI_AT_LEAST_ONCE void f(); };
class ROI_PER_CLIENT Local { public: void f(); };
template <class T> class ROI_REMOTE() Template { public: void f(); };
class ROI_REMOTE() Outer {
public:
    class ROI_REMOTE() Nested { public: void f(); };
    void f();
private:
    ROI_AT_LEAST_ONCE void hidden();
};
namespace { class ROI_REMOTE() Unnamed { public: void f(); }; }
class ROI_REMOTE() Empty { };
}  // namespace demo
