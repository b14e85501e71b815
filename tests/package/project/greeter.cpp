// What the greeters do.
#include "greet/polite.hpp"

namespace greet {

words Greeter::greet(const std::string& name) const {
    words result;
    result.text = "hello " + name;
    return result;
}

words PoliteGreeter::part(const std::string& name) const {
    words result;
    result.text = "good bye " + name;
    return result;
}

}  // namespace greet
