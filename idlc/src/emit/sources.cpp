// What headers, clients and servers have in common.
#include "emit/sources.hpp"

#include "emit/cpp_types.hpp"
#include "emit/names.hpp"

#include <array>
#include <cstdio>
#include <filesystem>

namespace idlc::emit {

void open_namespaces(writer& out, const planned_interface& what) {
    for_each_namespace(
        what, [&](const std::string& text) { out.line("namespace " + text + " {"); },
        [&](const std::string& text) { out.line("inline namespace " + text + " {"); });
}

void close_namespaces(writer& out, const planned_interface& what) {
    std::vector<std::string> lines;
    const auto note = [&](const std::string& text) {
        lines.insert(lines.begin(), "}  // namespace " + text);
    };
    for_each_namespace(what, note, note);
    if (!lines.empty()) out.blank();
    for (const auto& line : lines)
        out.line(line);
}

std::string header_name(const plan& what) {
    if (!what.input->include_as.empty()) return what.input->include_as;
    return std::filesystem::path{what.input->path}.filename().string();
}

std::string classes(const plan& what) {
    std::vector<std::string> names;
    for (const auto& each : what.interfaces) {
        if (each.generated) names.push_back(each.source->name);
    }
    if (names.size() > 3) return names.front() + " and others";
    return join(names, ", ");
}

std::string constructor_parameter_name(const model::constructor& what, std::size_t index) {
    const auto& name = what.parameters[index].name;
    if (name.empty()) return "argument" + std::to_string(index + 1);
    return name == "where" ? "where_" : name;
}

std::vector<std::string> constructor_parameters(const model::constructor& what, std::size_t count) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < count; ++i) {
        parts.push_back(declared(what.parameters[i], constructor_parameter_name(what, i)));
    }
    return parts;
}

void add_method_constant(writer& out, const std::string& name, const planned_method& what,
                         std::uint64_t id) {
    const auto& source = *what.source;
    std::array<char, 24> number{};
    std::snprintf(number.data(), number.size(), "0x%016llx", static_cast<unsigned long long>(id));
    out.line("constexpr roi::generated::method " + name + "{");
    out.line(".id = " + std::string{number.data()} + ",");
    out.line(".name = " + literal(source.name) + ",");
    constexpr std::array<const char*, 4> promises = {"at_most_once", "at_least_once",
                                                     "exactly_once", "durable_at_most_once"};
    if (source.promise != model::semantics::at_most_once) {
        out.line(std::string{".promise = roi::generated::semantics::"} +
                 promises.at(static_cast<std::size_t>(source.promise)) + ",");
    }
    if (source.oneway) out.line(".oneway = true,");
    if (source.concurrent) out.line(".concurrent = true,");
    if (source.blocking) out.line(".blocking = true,");
    if (what.deadline_us) {
        out.line(".deadline_us = " + std::to_string(*what.deadline_us) + ",");
    }
    out.line("};");
}

}  // namespace idlc::emit
