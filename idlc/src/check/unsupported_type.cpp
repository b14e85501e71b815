// Refuses results and parameters whose type has no wire form.
#include "check/rules.hpp"

namespace idlc::check {

void unsupported_type(const model::file&, const model::interface& interface,
                      const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method)) {
        if (one.type.reason.empty() || one.type.reason == "is a raw pointer") continue;
        report(
            out, one.where, one.subject + " " + one.type.reason,
            advice_for(one.type.advice, one.parameter != nullptr ? role::parameter : role::result));
    }
}

}  // namespace idlc::check
