// The bank's interface with one parameter changed, to show how such a client is refused.
#pragma once

#include <roi/annotations.hpp>

#include <cstdint>
#include <string>

namespace demo {

class ROI_REMOTE("bank") Bank {
public:
    ROI_AT_LEAST_ONCE
    std::int64_t balance(const std::string& account) const;

    /// `cents` has become a number with a fraction.
    std::int64_t transfer(const std::string& from, const std::string& to, double cents);
};

}  // namespace demo
