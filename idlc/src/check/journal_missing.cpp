// Refuses durable promises of a class that has nowhere to keep them.
#include "check/rules.hpp"

namespace idlc::check {

void journal_missing(const model::file&, const model::interface& interface,
                     const model::method& method, diagnostics& out) {
    if (!method.is_remote || interface.has_journal || interface.is_abstract) return;
    for (const char* promise : {"exactly_once", "durable_at_most_once"})
        if (const model::mark* mark = find_mark(method.marks, promise))
            report(out, mark->where,
                   "'" + full_name(interface, method) + "' is " + spelled(promise) + ", but '" +
                       interface.name + "' has no journal",
                   "add 'ROI_LOCAL roi::journal& journal();' to the class");
}

}  // namespace idlc::check
