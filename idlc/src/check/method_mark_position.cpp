// Refuses marks on methods and parameters that belong on something else.
#include "check/rules.hpp"

#include <algorithm>
#include <array>

namespace idlc::check {
namespace {

constexpr std::array of_methods{"at_most_once", "at_least_once",
                                "exactly_once", "durable_at_most_once",
                                "oneway",       "deadline",
                                "local",        "concurrent",
                                "blocking",     "self",
                                "export",       "progress",
                                "reply_limit",  "id",
                                "one_of"};
constexpr std::array of_parameters{"in", "out", "inout", "size", "one_of", "id"};

template <class List>
bool holds(const List& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void method_mark_position(const model::file&, const model::interface& interface,
                          const model::method& method, diagnostics& out) {
    for (const model::mark& mark : method.marks)
        if (!holds(of_methods, mark.name))
            report(out, mark.where,
                   spelled(mark.name) + " stands on the method '" + full_name(interface, method) +
                       "', where it means nothing",
                   holds(of_parameters, mark.name) ? "put it before the parameter" : "remove it");
    for (const model::parameter& parameter : method.parameters)
        for (const model::mark& mark : parameter.marks)
            if (!holds(of_parameters, mark.name))
                report(out, mark.where,
                       spelled(mark.name) + " stands on " +
                           subject_of(interface, method, parameter) + ", where it means nothing",
                       holds(of_methods, mark.name) ? "put it before the method" : "remove it");
}

}  // namespace idlc::check
