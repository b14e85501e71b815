// Refuses records with a base whose fields are not known.
#include "check/rules.hpp"

namespace idlc::check {

void base_type(const model::file& file, const model::record& record, const use& from,
               diagnostics& out) {
    for (const model::type& base : record.bases) {
        if (base.reason.empty()) continue;
        report(out, is_own(file, record) ? record.where : from.where,
               is_own(file, record)
                   ? "base '" + called(base) + "' of '" + record.name + "' " + base.reason
                   : from.subject + " needs '" + record.name + "', whose base '" + called(base) +
                         "' " + base.reason,
               base.advice.empty() ? "specialise roi::adapt<" + record.cpp + ">" : base.advice);
    }
}

}  // namespace idlc::check
