// The counter as a later version has it: what its servers cannot do for clients of the first.
#pragma once

#include <roi/annotations.hpp>

#include <cstdint>
#include <string>

namespace test {

class ROI_REMOTE("counter") counter {
public:
    std::string next() { return std::to_string(++count_); }
    std::string label() const { return "changed"; }

private:
    std::int64_t count_ = 0;
};

}  // namespace test
