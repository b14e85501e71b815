// Refuses marks of a remote class that contradict each other or belong on something else.
#include "check/rules.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace idlc::check {
namespace {

constexpr std::array of_classes{"remote", "per_client", "single_owner",
                                "shared", "concurrent", "deadline"};
constexpr std::array<std::array<const char*, 2>, 3> contradictions{
    {{"per_client", "shared"}, {"single_owner", "shared"}, {"per_client", "single_owner"}}};

bool is_published_name(const std::string& name) {
    if (name.empty() || name.size() > 255) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

}  // namespace

void class_marks(const model::file&, const model::interface& interface, diagnostics& out) {
    std::set<std::string> seen;
    for (const model::mark& mark : interface.marks) {
        if (std::find(of_classes.begin(), of_classes.end(), mark.name) == of_classes.end()) {
            const bool value = mark.name == "value" || mark.name == "error";
            report(out, mark.where,
                   spelled(mark.name) + " stands on the remote class '" + interface.name + "', " +
                       (value ? "whose objects stay where they are" : "where it means nothing"),
                   value ? "keep one of the two marks" : "put it before a method");
        }
        if (!seen.insert(mark.name).second)
            report(out, mark.where,
                   spelled(mark.name) + " stands twice on '" + interface.name + "'", "remove one");
    }
    for (const auto& pair : contradictions) {
        const model::mark* second = find_mark(interface.marks, pair[1]);
        if (has_mark(interface.marks, pair[0]) && second != nullptr)
            report(out, second->where,
                   spelled(pair[0]) + " and " + spelled(pair[1]) + " on '" + interface.name +
                       "' contradict each other",
                   "keep one");
    }
    const model::mark* remote = find_mark(interface.marks, "remote");
    if (remote != nullptr && !is_published_name(interface.published_name))
        report(out, remote->where,
               "'" + interface.published_name + "' cannot be published as a name",
               "use letters, digits, '_', '-' and '.', at most 255 of them");
}

}  // namespace idlc::check
