// Refuses references returned by abstract classes: their client has no object to refer to.
#include "check/rules.hpp"

namespace idlc::check {

void interface_reference(const model::file&, const model::interface& interface,
                         const model::method& method, diagnostics& out) {
    if (!method.is_remote || !interface.is_abstract || !method.is_virtual || method.self) return;
    const bool reference = method.result_how == model::passing::const_reference ||
                           method.result_how == model::passing::mutable_reference ||
                           method.result_how == model::passing::rvalue_reference;
    const bool view =
        method.result.container == "std::span" ||
        method.result.container.ends_with("string_view") ||
        (method.result.what == model::kind::wide_string && method.result.cpp.ends_with("*"));
    if (!(reference || view) || !method.result.reason.empty()) return;
    report(out, method.where,
           "'" + full_name(interface, method) + "' returns " + (view ? "a view" : "a reference") +
               " in an abstract class, whose client has nothing to refer to",
           view ? "return std::string or std::vector"
                : "return the value, or mark it ROI_LOCAL or ROI_SELF");
}

}  // namespace idlc::check
