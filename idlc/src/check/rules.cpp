// What the rules have in common: names of places, parts of types.
#include "check/rules.hpp"

#include <algorithm>

namespace idlc::check {

void report(diagnostics& out, model::location where, std::string text, std::string advice,
            model::severity level) {
    out.push_back({level, std::move(where), std::move(text), std::move(advice)});
}

std::string full_name(const model::interface& interface, const model::method& method) {
    return interface.name + "::" + method.name;
}

std::string subject_of(const model::interface& interface, const model::method& method,
                       const model::parameter& parameter) {
    const auto position = static_cast<std::size_t>(&parameter - method.parameters.data());
    const std::string name = parameter.name.empty() ? "parameter " + std::to_string(position + 1)
                                                    : "parameter '" + parameter.name + "'";
    return name + " of '" + full_name(interface, method) + "'";
}

std::vector<use> uses_of(const model::interface& interface, const model::method& method) {
    std::vector<use> uses;
    uses.push_back(
        {method.result, "result of '" + full_name(interface, method) + "'", method.where, nullptr});
    for (const model::parameter& parameter : method.parameters)
        uses.push_back({parameter.type, subject_of(interface, method, parameter), parameter.where,
                        &parameter});
    return uses;
}

const model::mark* find_mark(const model::marks& marks, std::string_view name) {
    const auto found = std::find_if(marks.begin(), marks.end(),
                                    [name](const model::mark& mark) { return mark.name == name; });
    return found == marks.end() ? nullptr : &*found;
}

bool has_mark(const model::marks& marks, std::string_view name) {
    return find_mark(marks, name) != nullptr;
}

std::string spelled(std::string_view mark) {
    std::string text = "ROI_";
    for (const char c : mark)
        text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

bool is_own(const model::file& file, const model::record& record) {
    const auto base_name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    return base_name(record.where.file) == base_name(file.path);
}

void each_part(const model::type& type, const std::function<void(const model::type&)>& visit) {
    visit(type);
    for (const model::type& inner : type.arguments)
        each_part(inner, visit);
    for (const model::type& inner : type.one_of)
        each_part(inner, visit);
}

std::string advice_for(const std::string& advice, role where) {
    if (where == role::parameter) return advice;
    std::string text = advice;
    const auto replace = [&text](std::string_view from, std::string_view to) {
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
            text.replace(at, from.size(), to);
    };
    if (where == role::field)
        replace("return the value, or let the caller ask for it",
                "leave it out of what travels, or hold an enum or a name for it");
    // Neither lives on what a caller owns.
    replace("std::vector or std::span<const T>", "std::vector");
    replace("std::span<const ", "std::vector<");
    if (text.starts_with("take or return "))
        text.replace(0, 15, where == role::field ? "hold " : "return ");
    if (text.starts_with("take ")) text.replace(0, 5, where == role::field ? "hold " : "return ");
    return text;
}

std::string called(const model::type& type) {
    return type.qualified.empty() ? type.cpp : type.qualified;
}

}  // namespace idlc::check
