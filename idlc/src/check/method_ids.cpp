// Refuses two methods with one explicit id.
#include "check/rules.hpp"

#include <map>

namespace idlc::check {

void method_ids(const model::file&, const model::interface& interface, diagnostics& out) {
    std::map<std::uint64_t, std::string> taken;
    for (const model::method& method : interface.methods) {
        if (!method.is_remote || !method.id) continue;
        const auto [at, fresh] = taken.emplace(*method.id, method.name);
        if (!fresh)
            report(out, method.where,
                   "'" + full_name(interface, method) + "' has ROI_ID(" +
                       std::to_string(*method.id) + "), as has '" + at->second + "'",
                   "give each its own, or none");
    }
}

}  // namespace idlc::check
