// Refuses marks on records and fields that belong on something else.
#include "check/rules.hpp"

namespace idlc::check {

void record_marks(const model::file&, const model::record& record, const use&, diagnostics& out) {
    for (const model::mark& mark : record.marks)
        if (mark.name != "value" && mark.name != "error" && mark.name != "remote")
            report(out, mark.where,
                   spelled(mark.name) + " stands on '" + record.name + "', where it means nothing",
                   "remove it");
    for (const model::field& field : record.fields)
        for (const model::mark& mark : field.marks)
            if (mark.name != "id" && mark.name != "one_of" && mark.name != "state")
                report(out, mark.where,
                       spelled(mark.name) + " stands on field '" + field.name + "' of '" +
                           record.name + "', where it means nothing",
                       "remove it");
}

}  // namespace idlc::check
