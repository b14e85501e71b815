#pragma once
#include <roi/annotations.hpp>

namespace roi { class journal; }
namespace demo {
class ROI_REMOTE("marks") ROI_CONCURRENT ROI_DEADLINE("2s") Marks {
public:
    ROI_AT_MOST_ONCE int a();
    ROI_AT_LEAST_ONCE ROI_DEADLINE("500ms") int b() const;
    ROI_EXACTLY_ONCE ROI_REPLY_LIMIT(4096) int c();
    ROI_DURABLE_AT_MOST_ONCE void d();
    ROI_ONEWAY void e(int x);
    ROI_BLOCKING ROI_PROGRESS("5s") int f();
    ROI_ID(0x10) int g(ROI_ID(3) int x, int y);
    ROI_LOCAL roi::journal& journal();
private:
    ROI_STATE ROI_ID(2) int counter_ = 0;
};
}  // namespace demo
