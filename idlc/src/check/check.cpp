// Runs the rules over methods, over the records that they reach, over classes and files.
#include "check/check.hpp"

#include "check/rules.hpp"

#include <array>
#include <set>

namespace idlc::check {
namespace {

constexpr std::array<method_rule*, 19> method_rules{unsupported_type,
                                                    raw_pointer,
                                                    polymorphic_value,
                                                    nested_view,
                                                    bad_reference,
                                                    pointer_marks,
                                                    one_of_position,
                                                    oneway_result,
                                                    self_result,
                                                    contradicting_promises,
                                                    method_mark_position,
                                                    journal_missing,
                                                    variadic,
                                                    interface_noexcept,
                                                    interface_reference,
                                                    stub_name,
                                                    parameter_numbers,
                                                    text_length,
                                                    mutable_result};
constexpr std::array<record_rule*, 6> record_rules{
    field_type, private_field, base_type, default_construction, field_numbers, record_marks};
constexpr std::array<interface_rule*, 6> interface_rules{
    abstract_client, class_marks, method_ids, state_fields, journal_rules, nothing_remote};
constexpr std::array<file_rule*, 2> file_rules{enumerator_marks, published_twice};

/// Visits each record that a type reaches, once.
class record_walk {
public:
    record_walk(const model::file& file, diagnostics& out) : file_(file), out_(out) {}

    void visit(const use& from) {
        if (!from.type.reason.empty()) return;  // refused as a whole
        each_part(from.type, [&](const model::type& part) {
            if (part.what != model::kind::record || !part.reason.empty()) return;
            visit_record(part.name, from);
        });
    }
    void visit_record(const std::string& name, const use& from) {
        const auto found = file_.records.find(name);
        if (found == file_.records.end() || !seen_.insert(name).second) return;
        const model::record& record = found->second;
        for (record_rule* rule : record_rules)
            rule(file_, record, from, out_);
        for (const model::type& base : record.bases)
            if (base.what == model::kind::record) visit_record(base.name, from);
        for (const model::field& field : record.fields) {
            const use inner{field.type, from.subject, from.where, from.parameter};
            visit(inner);
        }
    }

private:
    const model::file& file_;
    diagnostics& out_;
    std::set<std::string> seen_;
};

void check_method(const model::file& file, const model::interface& interface,
                  const model::method& method, record_walk& records, diagnostics& out) {
    for (method_rule* rule : method_rules)
        rule(file, interface, method, out);
    if (!method.is_remote) return;
    for (const use& one : uses_of(interface, method))
        records.visit(one);
}

}  // namespace

std::vector<model::diagnostic> of_method(const model::file& file, const model::interface& interface,
                                         const model::method& method) {
    diagnostics out;
    record_walk records(file, out);
    check_method(file, interface, method, records, out);
    return out;
}

std::vector<model::diagnostic> all(const model::file& file) {
    diagnostics out;
    record_walk records(file, out);
    for (const model::interface& interface : file.interfaces) {
        for (const model::method& method : interface.methods)
            check_method(file, interface, method, records, out);
        for (interface_rule* rule : interface_rules)
            rule(file, interface, out);
    }
    for (const std::string& name : file.error_types) {
        const auto found = file.records.find(name);
        if (found == file.records.end()) continue;
        model::type type;
        type.what = model::kind::record;
        type.name = type.cpp = type.written = name;
        records.visit_record(name,
                             {type, "exception '" + name + "'", found->second.where, nullptr});
    }
    for (file_rule* rule : file_rules)
        rule(file, out);
    return out;
}

}  // namespace idlc::check
