// What the servers of the name server's tests offer.
#pragma once

#include <roi/annotations.hpp>

#include <cstdint>
#include <string>

namespace test {

class ROI_REMOTE("counter") counter {
public:
    explicit counter(std::string label = "") : label_(std::move(label)) {}
    std::int64_t next() { return ++count_; }
    std::string label() const { return label_; }

private:
    std::string label_;
    std::int64_t count_ = 0;
};

}  // namespace test
