// What the greeter says.
#pragma once

#include <string>

namespace greet {

struct words {
    std::string text;
    // more
};

}  // namespace greet
