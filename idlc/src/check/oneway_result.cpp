// Refuses ROI_ONEWAY on methods with something to give back: nothing comes back.
#include "check/rules.hpp"

namespace idlc::check {

void oneway_result(const model::file&, const model::interface& interface,
                   const model::method& method, diagnostics& out) {
    const model::mark* mark = find_mark(method.marks, "oneway");
    if (mark == nullptr || !method.is_remote) return;
    if (method.result.what != model::kind::void_)
        report(out, mark->where,
               "'" + full_name(interface, method) + "' is ROI_ONEWAY but returns '" +
                   method.result_written + "'",
               "return void, or remove the mark");
    for (const model::parameter& parameter : method.parameters)
        if (parameter.flow != model::parameter::direction::in)
            report(out, parameter.where,
                   subject_of(interface, method, parameter) +
                       " is written to, but ROI_ONEWAY brings nothing back",
                   "take it by value, or remove ROI_ONEWAY");
    for (const char* promise : {"exactly_once", "durable_at_most_once", "progress", "reply_limit"})
        if (const model::mark* other = find_mark(method.marks, promise))
            report(out, other->where,
                   spelled(promise) + " and ROI_ONEWAY on '" + full_name(interface, method) +
                       "' contradict each other",
                   "remove one: without an answer nobody learns of it");
}

}  // namespace idlc::check
