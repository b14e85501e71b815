// Refuses two promises on one method, promises of what is local, and marks given twice.
#include "check/rules.hpp"

#include <set>

namespace idlc::check {

void contradicting_promises(const model::file&, const model::interface& interface,
                            const model::method& method, diagnostics& out) {
    const std::string name = "'" + full_name(interface, method) + "'";
    const model::mark* first = nullptr;
    for (const char* promise :
         {"at_most_once", "at_least_once", "exactly_once", "durable_at_most_once"}) {
        const model::mark* mark = find_mark(method.marks, promise);
        if (mark == nullptr) continue;
        if (first != nullptr)
            report(out, mark->where,
                   spelled(first->name) + " and " + spelled(promise) + " on " + name +
                       " contradict each other",
                   "keep one");
        first = mark;
    }
    std::set<std::string> seen;
    for (const model::mark& mark : method.marks)
        if (!seen.insert(mark.name).second)
            report(out, mark.where, spelled(mark.name) + " stands twice on " + name, "remove one");
    if (method.is_remote) return;
    for (const model::mark& mark : method.marks) {
        if (mark.name == "local") {
            if (method.local_because != "ROI_LOCAL" && method.local_because != "inherited")
                report(out, mark.where,
                       "ROI_LOCAL on " + name + " says nothing: it is local anyway (" +
                           method.local_because + ")",
                       "remove it", model::severity::warning);
            continue;
        }
        report(out, mark.where,
               spelled(mark.name) + " stands on " + name + ", which is local (" +
                   method.local_because + ")",
               "remove one of the two");
    }
}

}  // namespace idlc::check
