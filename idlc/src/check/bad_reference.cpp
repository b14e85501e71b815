// Refuses mutable references to what cannot be copied back into.
#include "check/rules.hpp"

namespace idlc::check {

void bad_reference(const model::file&, const model::interface& interface,
                   const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method)) {
        if (one.parameter == nullptr || one.parameter->how != model::passing::mutable_reference)
            continue;
        if (!one.type.reason.empty()) continue;
        const bool view =
            one.type.container == "std::span" || one.type.container.ends_with("string_view");
        if (view)
            report(
                out, one.where,
                one.subject + " refers to a view, which cannot hold what comes back",
                one.type.container == "std::span" ? "take std::vector<T>&" : "take std::string&");
        if (one.type.what == model::kind::c_string || one.type.what == model::kind::pointer ||
            (one.type.what == model::kind::wide_string && one.type.cpp.ends_with("*")))
            report(out, one.where,
                   one.subject + " refers to a pointer, which cannot hold what comes back",
                   "take a reference to the value");
    }
}

}  // namespace idlc::check
