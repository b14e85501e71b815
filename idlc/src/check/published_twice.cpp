// Refuses two classes of a header that would publish under one name.
#include "check/rules.hpp"

#include <map>

namespace idlc::check {

void published_twice(const model::file& file, diagnostics& out) {
    std::map<std::string, std::string> taken;
    for (const model::interface& interface : file.interfaces) {
        if (!interface.marked || interface.is_abstract) continue;
        const auto [at, fresh] = taken.emplace(interface.published_name, interface.name);
        if (!fresh)
            report(out, interface.where,
                   "'" + interface.name + "' is published as '" + interface.published_name +
                       "', as is '" + at->second + "'",
                   "give one another name: ROI_REMOTE(\"...\")");
    }
}

}  // namespace idlc::check
