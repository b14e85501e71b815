#pragma once
#include <roi/annotations.hpp>

namespace demo {
enum class e { a ROI_ID(1), b ROI_ID(1) };
struct fields { ROI_ID(2) int a; ROI_ID(2) int b; ROI_ID(19000) int c; ROI_ID(0) int d; };
class ROI_REMOTE() Numbers {
public:
    ROI_ID(5) void a();
    ROI_ID(5) void b();
    ROI_ID(x) void c();
    void d(ROI_ID(1) int p, ROI_ID(1) int q, e r, fields s);
};
class ROI_REMOTE("Numbers") Again { public: void a(); };
}  // namespace demo
