#pragma once
#include <roi/annotations.hpp>
#include <stdexcept>
#include <string>

namespace demo {
struct ROI_ERROR refused : std::runtime_error { refused(); int code = 0; };
struct ROI_ERROR badly_refused : refused { std::string why; };
class ROI_REMOTE() Throws {
public:
    void act();
};
}  // namespace demo
