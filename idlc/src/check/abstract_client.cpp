// Refuses abstract classes that no client could derive from.
#include "check/rules.hpp"

namespace idlc::check {

void abstract_client(const model::file&, const model::interface& interface, diagnostics& out) {
    if (!interface.is_abstract || !interface.marked) return;
    for (const auto& each : interface.client_obstacles)
        report(
            out, each.where,
            "'" + interface.name + "' is abstract, so its client derives from it, but " + each.text,
            each.advice);
    for (const model::method& method : interface.methods)
        if (method.is_pure && !method.is_remote && !method.is_static)
            report(out, method.where,
                   "'" + full_name(interface, method) + "' is pure but local (" +
                       method.local_because + "), so the client of '" + interface.name +
                       "' would stay abstract",
                   "give it a body, or let it be remote");
}

}  // namespace idlc::check
