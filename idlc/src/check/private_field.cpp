// Refuses classes with private fields that nobody marked as values.
#include "check/rules.hpp"

namespace idlc::check {

void private_field(const model::file& file, const model::record& record, const use& from,
                   diagnostics& out) {
    if (record.is_value) return;
    for (const model::field& field : record.fields) {
        if (!field.is_private) continue;
        const bool own = is_own(file, record);
        report(out, own ? record.where : from.where,
               own ? "'" + record.name + "' travels by value, but its field '" + field.name +
                         "' is private"
                   : from.subject + " needs '" + record.name + "', whose field '" + field.name +
                         "' is private",
               own ? "mark it ROI_VALUE, or make its fields public"
                   : "specialise roi::adapt<" + record.cpp +
                         ">, or mark the class ROI_VALUE where it is yours");
        return;
    }
}

}  // namespace idlc::check
