// Refuses noexcept methods of abstract classes: their client overrides them, and a call can fail.
#include "check/rules.hpp"

namespace idlc::check {

void interface_noexcept(const model::file&, const model::interface& interface,
                        const model::method& method, diagnostics& out) {
    if (method.is_remote && interface.is_abstract && method.is_virtual && method.is_noexcept)
        report(out, method.where,
               "'" + full_name(interface, method) +
                   "' is noexcept in an abstract class, but a remote call can fail",
               "remove noexcept, or mark it ROI_LOCAL");
}

}  // namespace idlc::check
