// Refuses ROI_SELF on methods that do not return a reference to their class.
#include "check/rules.hpp"

namespace idlc::check {

void self_result(const model::file&, const model::interface& interface, const model::method& method,
                 diagnostics& out) {
    const model::mark* mark = find_mark(method.marks, "self");
    if (mark == nullptr || !method.is_remote) return;
    std::string written = method.result_written;
    if (written.starts_with("const ")) written.erase(0, 6);
    const bool reference = written.ends_with("&") && !written.ends_with("&&");
    while (!written.empty() && (written.back() == '&' || written.back() == ' '))
        written.pop_back();
    const auto ends_with_name = [&written](const std::string& name) {
        return name == written || name.ends_with("::" + written);
    };
    if (!reference || !(ends_with_name(interface.name) || ends_with_name(method.declared_in)))
        report(out, mark->where,
               "'" + full_name(interface, method) + "' is ROI_SELF but returns '" +
                   method.result_written + "'",
               "return '" + interface.name + "&', or remove the mark");
}

}  // namespace idlc::check
