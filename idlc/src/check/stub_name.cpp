// Refuses method names that the client class has for itself: with, roi_..., and async_x beside x.
#include "check/rules.hpp"

#include <algorithm>

namespace idlc::check {

void stub_name(const model::file&, const model::interface& interface, const model::method& method,
               diagnostics& out) {
    if (!method.is_remote) return;
    if (method.name == "with")
        report(
            out, method.where,
            "'" + full_name(interface, method) + "' has the name of the client's own with(options)",
            "rename it, or mark it ROI_LOCAL");
    if (method.name.starts_with("roi_"))
        report(out, method.where,
               "'" + full_name(interface, method) + "' begins as the stubs' own names do",
               "rename it, or mark it ROI_LOCAL");
    if (!method.name.starts_with("async_")) return;
    const std::string plain = method.name.substr(6);
    const bool clash = std::any_of(
        interface.methods.begin(), interface.methods.end(),
        [&](const model::method& other) { return other.is_remote && other.name == plain; });
    if (clash)
        report(out, method.where,
               "'" + full_name(interface, method) +
                   "' has the name of the client's asynchronous form of '" + plain + "'",
               "rename it, or mark one of the two ROI_LOCAL");
}

}  // namespace idlc::check
