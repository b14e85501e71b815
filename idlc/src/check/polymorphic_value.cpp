// Refuses base classes behind pointers and references where any derived object may stand.
#include "check/rules.hpp"

namespace idlc::check {
namespace {

const model::record* polymorphic(const model::file& file, const model::type& type) {
    if (type.what != model::kind::record || !type.one_of.empty() || !type.reason.empty())
        return nullptr;
    const auto found = file.records.find(type.name);
    if (found == file.records.end() || !found->second.is_polymorphic || found->second.is_error)
        return nullptr;
    return &found->second;
}

}  // namespace

void polymorphic_value(const model::file& file, const model::interface& interface,
                       const model::method& method, diagnostics& out) {
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method)) {
        const model::marks& marks = one.parameter != nullptr ? one.parameter->marks : method.marks;
        if (has_mark(marks, "one_of")) continue;  // looked at by its own rule
        const model::passing how =
            one.parameter != nullptr ? one.parameter->how : method.result_how;
        const bool by_value =
            how == model::passing::value || how == model::passing::rvalue_reference;
        const bool is_result = one.parameter == nullptr;
        if (const model::record* record = polymorphic(file, one.type); record != nullptr) {
            if (record->is_abstract)
                report(out, one.where,
                       one.subject + " is '" + called(one.type) + "', an abstract class",
                       "name the classes that may stand there with ROI_ONE_OF(...)");
            else if (!by_value && !record->is_final)
                report(out, one.where,
                       one.subject + " refers to '" + called(one.type) +
                           "', behind which any derived class may stand",
                       is_result ? "return it by value"
                                 : "take it by value, or name the classes with ROI_ONE_OF(...)");
            continue;
        }
        each_part(one.type, [&](const model::type& part) {
            if (part.what != model::kind::owner && part.what != model::kind::pointer) return;
            if (part.arguments.empty() || !part.one_of.empty() || !part.reason.empty()) return;
            const model::record* target = polymorphic(file, part.arguments[0]);
            if (target == nullptr || target->is_final) return;
            report(out, one.where,
                   one.subject + " holds a pointer to '" + called(part.arguments[0]) +
                       "', behind which any derived class may stand",
                   "name the classes with ROI_ONE_OF(...)");
        });
    }
}

}  // namespace idlc::check
