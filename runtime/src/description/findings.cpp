// Findings as lines for terminals, and as JSON for programs.
#include "description/compatibility.hpp"

#include <nlohmann/json.hpp>

namespace roi::description {

namespace {

const char* name_of(severity what) {
    return what == severity::breaking ? "breaking" : "compatible";
}

const char* name_of(element what) {
    switch (what) {
        case element::interface:
            return "interface";
        case element::method:
            return "method";
        case element::parameter:
            return "parameter";
        case element::result:
            return "result";
        case element::type:
            return "type";
        case element::field:
            return "field";
        case element::enum_value:
            return "enum value";
    }
    return "";
}

}  // namespace

std::string to_text(const comparison& found) {
    std::string text;
    for (const auto& one : found.findings) {
        const auto& place = one.new_where.empty() ? one.old_where : one.new_where;
        text += place.empty() ? "" : place + ": ";
        text += std::string(name_of(one.severity)) + ": " + one.text + "\n";
    }
    return text;
}

std::string to_json(const comparison& found) {
    auto findings = nlohmann::ordered_json::array();
    for (const auto& one : found.findings) {
        findings.push_back({{"severity", name_of(one.severity)},
                            {"element", name_of(one.element)},
                            {"interface", one.interface},
                            {"method", one.method},
                            {"member", one.member},
                            {"text", one.text},
                            {"old_where", one.old_where},
                            {"new_where", one.new_where}});
    }
    const nlohmann::ordered_json all{{"fits", found.fits()}, {"findings", findings}};
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace roi::description
