#pragma once
#include <roi/annotations.hpp>

namespace demo {
struct plain_base { virtual ~plain_base() = default; virtual int inherited(int a) = 0; virtual int done() { return 1; } };
class ROI_REMOTE() Account {
public:
    virtual ~Account() = default;
    virtual int balance() const = 0;
};
class ROI_REMOTE() Savings : public Account, public plain_base {
public:
    virtual double rate() const = 0;
};
class ROI_REMOTE() Concrete final : public Savings {
public:
    int balance() const override;
    double rate() const final;
    int inherited(int a) override;
};
}  // namespace demo
