// Durable promises without a journal, suspending methods with one, and members that are not read again.
#pragma once
#include <roi/annotations.hpp>
#include <roi/task.hpp>

namespace roi {
class journal;
}

namespace demo {

class ROI_REMOTE() Nowhere {
public:
    ROI_EXACTLY_ONCE void pay(int cents);
};

class ROI_REMOTE() Suspends {
public:
    ROI_LOCAL roi::journal& journal();
    roi::task<int> wait_for(int cents);
};

}  // namespace demo
