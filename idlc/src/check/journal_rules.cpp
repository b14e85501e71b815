// What the methods of a class with a journal may not be, and what the class should have.
#include "check/rules.hpp"

namespace idlc::check {

void journal_rules(const model::file&, const model::interface& interface, diagnostics& out) {
    if (!interface.has_journal || !interface.marked) return;
    for (const model::method& method : interface.methods) {
        if (!method.is_remote || !method.is_task) continue;
        report(out, method.where,
               "'" + full_name(interface, method) + "' suspends, but the methods of '" +
                   interface.name + "' run inside of transactions of its journal",
               "return '" + method.result_written + "', or move the method to a class of its own");
    }
    if (!interface.has_reload)
        report(
            out, interface.where,
            "'" + interface.name +
                "' has a journal and no reload(): members would keep what a transaction that was "
                "undone put into them",
            "add 'ROI_LOCAL void reload();', which reads the members again from the store (and "
            "does nothing where there are none)",
            model::severity::warning);
}

}  // namespace idlc::check
