#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Contradictions {
public:
    ROI_AT_MOST_ONCE ROI_AT_LEAST_ONCE void a();
    ROI_ONEWAY int b();
    ROI_ONEWAY void c(int& out);
    ROI_LOCAL ROI_AT_LEAST_ONCE void d();
    ROI_AT_LEAST_ONCE static void e();
    ROI_SELF int f();
    ROI_EXACTLY_ONCE void g();
    ROI_DEADLINE("soon") void h();
    ROI_REPLY_LIMIT(none) void i();
    void j(ROI_IN ROI_OUT int* p, ROI_IN int v, ROI_OUT const int* q, ROI_IN ROI_SIZE(k) const int* r);
    ROI_BLOCKING ROI_BLOCKING void k();
    ROI_VALUE void l();
    void m(ROI_ONEWAY int a);
};
class ROI_REMOTE("bad name") ROI_SINGLE_OWNER ROI_SHARED Twice { public: void f(); };
class ROI_REMOTE() ROI_VALUE Both { public: void f(); };
}  // namespace demo
