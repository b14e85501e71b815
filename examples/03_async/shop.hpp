// A shop that can be asked for prices. Several of them are asked at once.
#pragma once

#include <roi/annotations.hpp>

#include <cstdint>
#include <string>

namespace demo {

/// One shop of several.
class ROI_REMOTE("shop") Shop {
public:
    /// Sells at `percent` of the list price.
    explicit Shop(std::int64_t percent) : percent_(percent) {}

    /// Price of `item` in cents; throws std::out_of_range where it is not sold.
    ROI_AT_LEAST_ONCE ROI_CONCURRENT std::int64_t price(const std::string& item) const;

private:
    std::int64_t percent_;
};

}  // namespace demo
