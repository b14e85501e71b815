// Refuses fields whose type has no wire form.
#include "check/rules.hpp"

namespace idlc::check {
namespace {

bool is_view(const model::type& type) {
    return type.container == "std::span" || type.container.ends_with("string_view");
}

struct problem {
    std::string text;
    std::string advice;
};

problem problem_of(const model::file& file, const model::field& field) {
    const model::type& type = field.type;
    if (type.what == model::kind::pointer && type.reason == "is a raw pointer") {
        const std::string value = type.arguments.empty() ? "T" : type.arguments[0].cpp;
        if (type.cpp.starts_with("const ") && value == "wchar_t")
            return {"is a raw pointer", "hold std::wstring"};
        if (type.cpp.starts_with("const ") && value.starts_with("char") && value.ends_with("_t"))
            return {"is a raw pointer",
                    "hold std::u" + value.substr(4, value.find('_') - 4) + "string"};
        return {"is a raw pointer",
                "hold the value, std::optional<" + value + "> or std::unique_ptr<" + value + ">"};
    }
    if (!type.reason.empty()) return {type.reason, advice_for(type.advice, role::field)};
    problem found;
    each_part(type, [&](const model::type& part) {
        if (is_view(part))
            found = {"is or holds a view, and nobody owns what it shows",
                     part.container == "std::span" ? "hold std::vector" : "hold std::string"};
        if (part.what == model::kind::owner && !part.arguments.empty() && part.one_of.empty()) {
            const auto target = file.records.find(part.arguments[0].name);
            if (part.arguments[0].what == model::kind::record && target != file.records.end() &&
                target->second.is_polymorphic && !target->second.is_final)
                found = {"points to '" + called(part.arguments[0]) +
                             "', behind which any derived class may stand",
                         "name the classes with ROI_ONE_OF(...)"};
        }
    });
    return found;
}

}  // namespace

void field_type(const model::file& file, const model::record& record, const use& from,
                diagnostics& out) {
    for (const model::field& field : record.fields) {
        if (field.is_private && !record.is_value) continue;  // refused as such
        const problem found = problem_of(file, field);
        if (found.text.empty()) continue;
        if (is_own(file, record)) {
            report(out, field.where,
                   "field '" + field.name + "' of '" + record.name + "' " + found.text,
                   found.advice);
        } else {
            report(out, from.where,
                   from.subject + " needs '" + record.name + "', whose field '" + field.name +
                       "' " + found.text,
                   "specialise roi::adapt<" + record.cpp + ">");
            return;
        }
    }
}

}  // namespace idlc::check
