// Refuses marks on enumerators other than ROI_ID, and numbers that are given twice.
#include "check/rules.hpp"

#include <map>

namespace idlc::check {

void enumerator_marks(const model::file& file, diagnostics& out) {
    for (const auto& [name, enumeration] : file.enums) {
        std::map<std::string, std::string> taken;
        for (const model::enumerator& value : enumeration.values)
            for (const model::mark& mark : value.marks) {
                if (mark.name != "id") {
                    report(out, mark.where,
                           spelled(mark.name) + " stands on enumerator '" + name +
                               "::" + value.name + "', where it means nothing",
                           "remove it");
                    continue;
                }
                const auto [at, fresh] = taken.emplace(mark.argument, value.name);
                if (!fresh)
                    report(out, mark.where,
                           "enumerator '" + name + "::" + value.name + "' has ROI_ID(" +
                               mark.argument + "), as has '" + at->second + "'",
                           "give each its own, or none");
            }
    }
}

}  // namespace idlc::check
