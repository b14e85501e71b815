// An interface that derives from one of another header.
#pragma once

#include "greet/greeter.hpp"

#include <string>

namespace greet {

class ROI_REMOTE("polite") PoliteGreeter : public Greeter {
public:
    words part(const std::string& name) const;
};

}  // namespace greet
