// The interface of a stranger's project.
#pragma once

#include "greet/words.hpp"

#include <roi/annotations.hpp>

#include <string>

namespace greet {

/// Greets.
class ROI_REMOTE("greeter") Greeter {
public:
    virtual ~Greeter() = default;
    /// A greeting for `name`.
    words greet(const std::string& name) const;
};

}  // namespace greet
