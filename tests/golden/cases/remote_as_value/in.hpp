#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Account { public: int balance(); };
class ROI_REMOTE() Bank {
public:
    Account open();
    void close(Account& a, Account* b);
};
}  // namespace demo
