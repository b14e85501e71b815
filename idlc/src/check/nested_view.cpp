// Refuses views inside other types: nobody would own what they show.
#include "check/rules.hpp"

namespace idlc::check {
namespace {

bool is_view(const model::type& type) {
    return type.container == "std::span" || type.container.ends_with("string_view");
}

}  // namespace

void nested_view(const model::file&, const model::interface& interface, const model::method& method,
                 diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method)) {
        for (const model::type& argument : one.type.arguments) {
            each_part(argument, [&](const model::type& part) {
                if (!is_view(part)) return;
                const bool span = part.container == "std::span";
                report(out, one.where,
                       one.subject + " holds '" + called(part) + "', a view of what nobody owns",
                       span ? "hold std::vector" : "hold std::string");
            });
        }
    }
}

}  // namespace idlc::check
