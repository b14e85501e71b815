// Warns of const char* with an integer after it: that is often a buffer with its length.
#include "check/rules.hpp"

namespace idlc::check {

void text_length(const model::file&, const model::interface& interface, const model::method& method,
                 diagnostics& out) {
    if (!method.is_remote) return;
    for (std::size_t i = 0; i + 1 < method.parameters.size(); ++i) {
        const model::parameter& text = method.parameters[i];
        const model::parameter& next = method.parameters[i + 1];
        if (text.type.what != model::kind::c_string || next.type.what != model::kind::integer ||
            next.type.bits < 32)
            continue;
        report(
            out, text.where,
            subject_of(interface, method, text) +
                " travels up to its first null, but an integer follows, which is often its length",
            "mark it ROI_IN ROI_SIZE(" + (next.name.empty() ? "n" : next.name) +
                "), or take std::string_view",
            model::severity::warning);
    }
}

}  // namespace idlc::check
