// Refuses records that cannot be made before their fields arrive.
#include "check/rules.hpp"

namespace idlc::check {

void default_construction(const model::file& file, const model::record& record, const use& from,
                          diagnostics& out) {
    if (record.default_constructible || record.is_aggregate || record.is_abstract) return;
    const bool own = is_own(file, record);
    report(out, own ? record.where : from.where,
           own ? "'" + record.name + "' has no default constructor to decode into"
               : from.subject + " needs '" + record.name +
                     "', which has no default constructor to decode into",
           own ? "add '" +
                     record.name.substr(record.name.rfind(':') == std::string::npos
                                            ? 0
                                            : record.name.rfind(':') + 1) +
                     "() = default;'"
               : "specialise roi::adapt<" + record.cpp + ">");
}

}  // namespace idlc::check
