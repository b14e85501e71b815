// Refuses ROI_IN, ROI_OUT, ROI_INOUT and ROI_SIZE that contradict each other or their parameter.
#include "check/rules.hpp"

#include <algorithm>

namespace idlc::check {
namespace {

void check_size(const model::interface& interface, const model::method& method,
                const model::parameter& parameter, diagnostics& out) {
    const model::mark* size = find_mark(parameter.marks, "size");
    if (size == nullptr) return;
    const auto named =
        std::find_if(method.parameters.begin(), method.parameters.end(),
                     [&](const model::parameter& it) { return it.name == size->argument; });
    const std::string subject = subject_of(interface, method, parameter);
    if (named == method.parameters.end()) {
        report(out, size->where,
               "ROI_SIZE of " + subject + " names '" + size->argument + "', which is no parameter",
               "name the parameter that holds the number of elements");
        return;
    }
    const bool count =
        named->type.what == model::kind::integer ||
        (named->type.what == model::kind::pointer && !named->type.arguments.empty() &&
         named->type.arguments[0].what == model::kind::integer);
    if (count && named->flow == model::parameter::direction::out)
        report(out, size->where,
               "ROI_SIZE of " + subject + " names '" + size->argument +
                   "', which is only written, so nothing says how many there are at first",
               "mark '" + size->argument + "' ROI_INOUT");
    if (!count)
        report(out, size->where,
               "ROI_SIZE of " + subject + " names '" + size->argument + "', which is no integer",
               "name the parameter that holds the number of elements");
}

}  // namespace

void pointer_marks(const model::file&, const model::interface& interface,
                   const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    for (const model::parameter& parameter : method.parameters) {
        const std::string subject = subject_of(interface, method, parameter);
        const model::mark* first = nullptr;
        for (const char* name : {"in", "out", "inout"}) {
            const model::mark* mark = find_mark(parameter.marks, name);
            if (mark == nullptr) continue;
            if (first != nullptr)
                report(out, mark->where,
                       subject + " is marked both " + spelled(first->name) + " and " +
                           spelled(mark->name),
                       "keep one; ROI_INOUT means both");
            first = mark;
        }
        const bool pointer =
            parameter.how == model::passing::pointer && parameter.type.what == model::kind::pointer;
        const model::mark* any = first != nullptr ? first : find_mark(parameter.marks, "size");
        const bool reference =
            parameter.how == model::passing::mutable_reference && first != nullptr;
        const bool text =
            parameter.type.what == model::kind::c_string ||
            (parameter.type.what == model::kind::wide_string && parameter.type.cpp.ends_with("*"));
        const bool said_twice = text && any != nullptr && any->name == "in";  // it can be no other
        if (any != nullptr && !pointer && !reference && !said_twice)
            report(out, any->where,
                   spelled(any->name) + " stands on " + subject + ", which is no pointer",
                   "remove it");
        if (first != nullptr && first->name != "in" && pointer &&
            parameter.type.cpp.starts_with("const "))
            report(out, first->where,
                   spelled(first->name) + " stands on " + subject + ", which points to const",
                   "mark it ROI_IN, or point to non-const");
        check_size(interface, method, parameter, out);
    }
}

}  // namespace idlc::check
