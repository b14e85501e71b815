// Refuses ROI_ONE_OF where no polymorphic base is, and sets that are empty or name a type twice.
#include "check/rules.hpp"

#include <set>

namespace idlc::check {

void one_of_position(const model::file& file, const model::interface& interface,
                     const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method)) {
        const model::marks& marks = one.parameter != nullptr ? one.parameter->marks : method.marks;
        const model::mark* mark = find_mark(marks, "one_of");
        if (mark == nullptr) continue;
        const model::type* target = &one.type;
        if ((target->what == model::kind::pointer || target->what == model::kind::owner) &&
            !target->arguments.empty())
            target = &target->arguments[0];
        const auto record = file.records.find(target->name);
        const bool polymorphic = target->what == model::kind::record &&
                                 record != file.records.end() && record->second.is_polymorphic;
        if (!polymorphic)
            report(out, mark->where,
                   "ROI_ONE_OF stands on " + one.subject + ", which is no polymorphic class",
                   "remove it, or take std::variant");
        else if (mark->argument.empty())
            report(out, mark->where, "ROI_ONE_OF of " + one.subject + " names no class",
                   "name those that may stand there");
        std::set<std::string> names;
        for (const model::type& member : one.type.one_of) {
            if (!names.insert(member.cpp).second)
                report(out, mark->where,
                       "ROI_ONE_OF of " + one.subject + " names '" + member.cpp + "' twice",
                       "name it once");
            const auto found = file.records.find(member.name);
            if (found != file.records.end() && found->second.is_abstract)
                report(out, mark->where,
                       "ROI_ONE_OF of " + one.subject + " names '" + member.cpp +
                           "', an abstract class",
                       "name the classes that derive from it");
        }
    }
}

}  // namespace idlc::check
