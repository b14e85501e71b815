// Refuses fields under ROI_STATE that cannot move, and marks on other fields of a remote class.
#include "check/rules.hpp"

namespace idlc::check {

void state_fields(const model::file&, const model::interface& interface, diagnostics& out) {
    for (const model::field& field : interface.state) {
        const std::string name = "field '" + field.name + "' of '" + interface.name + "'";
        for (const model::mark& mark : field.marks)
            if (mark.name != "state" && mark.name != "id" && mark.name != "one_of")
                report(out, mark.where,
                       spelled(mark.name) + " stands on " + name + ", where it means nothing",
                       "remove it");
        if (!has_mark(field.marks, "state")) {
            for (const model::mark& mark : field.marks)
                if (mark.name == "id" || mark.name == "one_of")
                    report(out, mark.where,
                           spelled(mark.name) + " stands on " + name + ", which does not travel",
                           "add ROI_STATE, or remove it");
            continue;
        }
        if (!field.type.reason.empty())
            report(out, field.where, name + " is ROI_STATE, but " + field.type.reason,
                   field.type.advice);
    }
}

}  // namespace idlc::check
