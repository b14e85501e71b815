#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
class ROI_VALUE money {
public:
    money() = default;
    long cents() const;
private:
    long cents_ = 0;
    std::string currency_;
};
class ROI_REMOTE() Till {
public:
    money take(const money& amount);
};
}  // namespace demo
