// Every rule: one function in a file of its own, which reports one kind of mistake and its remedy.
#pragma once

#include "model/model.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace idlc::check {

using diagnostics = std::vector<model::diagnostic>;

/// Where a type stands, in words: "parameter 'out' of 'counter::read'", "result of
/// 'counter::read'".
struct use {
    const model::type& type;
    std::string subject;
    model::location where;
    const model::parameter* parameter = nullptr;  // null: a result
};

// Of one method.
using method_rule = void(const model::file&, const model::interface&, const model::method&,
                         diagnostics&);
method_rule unsupported_type;        // a type that has no wire form
method_rule raw_pointer;             // a pointer without a mark
method_rule polymorphic_value;       // a base class where anything may stand
method_rule nested_view;             // string_view or span inside something else
method_rule bad_reference;           // T& to something that cannot be copied back
method_rule pointer_marks;           // ROI_IN, ROI_OUT, ROI_SIZE where they mean nothing
method_rule one_of_position;         // ROI_ONE_OF where it means nothing
method_rule oneway_result;           // ROI_ONEWAY with something to return
method_rule self_result;             // ROI_SELF on what does not return its class
method_rule contradicting_promises;  // two promises, or a promise of a local method
method_rule method_mark_position;    // marks that belong elsewhere
method_rule journal_missing;         // ROI_EXACTLY_ONCE without a journal
method_rule variadic;                // f(const char*, ...)
method_rule interface_noexcept;      // noexcept in an abstract class
method_rule interface_reference;     // returned references in an abstract class
method_rule stub_name;               // names that the stub has itself
method_rule parameter_numbers;       // a number given twice
method_rule text_length;             // warning: const char* and an integer
method_rule mutable_result;          // warning: T& that a stub can only copy

// Of one record that travels. `from` is a place that uses it.
using record_rule = void(const model::file&, const model::record&, const use& from, diagnostics&);
record_rule field_type;            // a field that has no wire form
record_rule private_field;         // a private field without ROI_VALUE
record_rule base_type;             // a base whose fields are not known
record_rule default_construction;  // nothing to decode into
record_rule field_numbers;         // a number given twice
record_rule record_marks;          // marks that belong elsewhere

// Of one remote class.
using interface_rule = void(const model::file&, const model::interface&, diagnostics&);
interface_rule abstract_client;  // nothing a client could derive from
interface_rule class_marks;      // contradicting or misplaced marks of a class
interface_rule method_ids;       // an id given twice
interface_rule state_fields;     // fields that cannot move
interface_rule journal_rules;    // suspending methods; warning: nothing to read members again
interface_rule nothing_remote;   // warning: a client without methods

// Of a whole file.
using file_rule = void(const model::file&, diagnostics&);
file_rule enumerator_marks;  // numbers of enumerators
file_rule published_twice;   // two classes under one name

// Helpers of rules.
void report(diagnostics& out, model::location where, std::string text, std::string advice,
            model::severity level = model::severity::error);
std::string full_name(const model::interface& interface, const model::method& method);
std::string subject_of(const model::interface& interface, const model::method& method,
                       const model::parameter& parameter);
/// Result and parameters of a remote method.
std::vector<use> uses_of(const model::interface& interface, const model::method& method);
bool has_mark(const model::marks& marks, std::string_view name);
const model::mark* find_mark(const model::marks& marks, std::string_view name);
/// "ROI_AT_LEAST_ONCE" for "at_least_once".
std::string spelled(std::string_view mark);
/// True where the record is declared in the header itself, so that its author can change it.
bool is_own(const model::file& file, const model::record& record);
/// Calls `visit` for `type` and all that it holds, records' fields not included.
void each_part(const model::type& type, const std::function<void(const model::type&)>& visit);
/// A type's advice, which is worded for a parameter, for a field or a result.
enum class role { parameter, field, result };
std::string advice_for(const std::string& advice, role where);
/// How messages call a type: as written, with its scope.
std::string called(const model::type& type);

}  // namespace idlc::check
