// Warns of T& results: the client gets a copy, and changes of it stay there.
#include "check/rules.hpp"

namespace idlc::check {

void mutable_result(const model::file&, const model::interface& interface,
                    const model::method& method, diagnostics& out) {
    if (!method.is_remote || method.self || method.result_how != model::passing::mutable_reference)
        return;
    if (!method.result.reason.empty()) return;
    if (interface.is_abstract && method.is_virtual) return;  // refused elsewhere
    report(out, method.where,
           "'" + full_name(interface, method) +
               "' returns a reference that can be written through; the client gets a copy",
           "return the value or const&, or ROI_SELF where it is *this", model::severity::warning);
}

}  // namespace idlc::check
