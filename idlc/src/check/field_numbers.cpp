// Refuses two fields with one wire number.
#include "check/rules.hpp"

#include <map>

namespace idlc::check {

void field_numbers(const model::file&, const model::record& record, const use&, diagnostics& out) {
    std::map<unsigned, std::string> taken;
    for (const model::field& field : record.fields) {
        if (!field.number) continue;
        const unsigned number = *field.number;
        const auto [at, fresh] = taken.emplace(number, field.name);
        if (!fresh)
            report(out, field.where,
                   "field '" + field.name + "' of '" + record.name + "' has number " +
                       std::to_string(number) + ", as has '" + at->second + "'",
                   "give each its own ROI_ID, or none");
        if (number >= 19000 && number <= 19999)
            report(out, field.where,
                   "field '" + field.name + "' of '" + record.name + "' has number " +
                       std::to_string(number) + ", which Protocol Buffers reserves",
                   "take one outside 19000 to 19999");
    }
}

}  // namespace idlc::check
