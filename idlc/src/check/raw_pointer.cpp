// Refuses pointers whose meaning nothing says: one object or many, read or written, owned or not.
#include "check/rules.hpp"

namespace idlc::check {
namespace {

std::string advice_for(const use& one, const model::method& method) {
    const std::string value = one.type.arguments.empty() ? "T" : one.type.arguments[0].cpp;
    const bool reads = one.type.cpp.starts_with("const ");
    if (one.parameter == nullptr)
        return "return the value, or std::optional<" + value + "> where it may be missing";
    const auto position = static_cast<std::size_t>(one.parameter - method.parameters.data());
    const model::parameter* next =
        position + 1 < method.parameters.size() ? &method.parameters[position + 1] : nullptr;
    const bool counted =
        next != nullptr && next->type.what == model::kind::integer && !next->type.is_byte;
    if (counted && reads)
        return "take std::span<const " + value + ">, or mark it ROI_IN ROI_SIZE(" + next->name +
               ")";
    if (counted)
        return "take std::vector<" + value + ">&, or mark it ROI_OUT ROI_SIZE(" + next->name + ")";
    if (value == "char")
        return "take const char* or std::string; room for text is ROI_OUT with ROI_SIZE(...)";
    if (reads) return "take const " + value + "&, or mark it ROI_IN";
    return "return the value, or take std::optional<" + value +
           ">, or mark it ROI_IN, ROI_OUT or ROI_INOUT";
}

}  // namespace

void raw_pointer(const model::file&, const model::interface& interface, const model::method& method,
                 diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method))
        if (one.type.what == model::kind::pointer && one.type.reason == "is a raw pointer")
            report(out, one.where, one.subject + " is a raw pointer", advice_for(one, method));
}

}  // namespace idlc::check
