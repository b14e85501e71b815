// Warns of a remote class without a remote method.
#include "check/rules.hpp"

#include <algorithm>

namespace idlc::check {

void nothing_remote(const model::file&, const model::interface& interface, diagnostics& out) {
    const bool any = std::any_of(interface.methods.begin(), interface.methods.end(),
                                 [](const model::method& method) { return method.is_remote; });
    if (interface.marked && !any && interface.bases.empty())
        report(out, interface.where, "remote class '" + interface.name + "' has no remote method",
               "declare its methods public", model::severity::warning);
}

}  // namespace idlc::check
