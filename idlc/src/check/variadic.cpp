// Refuses f(const char*, ...): nobody knows how many arguments there are, and of which types.
#include "check/rules.hpp"

namespace idlc::check {

void variadic(const model::file&, const model::interface& interface, const model::method& method,
              diagnostics& out) {
    if (method.is_remote && method.is_variadic)
        report(out, method.where,
               "'" + full_name(interface, method) + "' takes any number of arguments of any type",
               "take std::vector<std::variant<...>>, or mark it ROI_LOCAL");
}

}  // namespace idlc::check
