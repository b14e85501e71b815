// Refuses two parameters with one wire number.
#include "check/rules.hpp"

#include <map>

namespace idlc::check {

void parameter_numbers(const model::file&, const model::interface& interface,
                       const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    std::map<unsigned, std::string> taken;
    for (const model::parameter& parameter : method.parameters) {
        if (!parameter.number) continue;
        const unsigned number = *parameter.number;
        const auto [at, fresh] = taken.emplace(number, parameter.name);
        if (!fresh)
            report(out, parameter.where,
                   subject_of(interface, method, parameter) + " has number " +
                       std::to_string(number) + ", as has '" + at->second + "'",
                   "give each its own ROI_ID, or none");
    }
}

}  // namespace idlc::check
