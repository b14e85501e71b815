// How generated code writes the model's types and parameters.
#pragma once

#include "emit/plan.hpp"

#include <set>
#include <string>
#include <vector>

namespace idlc::emit {

/// The type as the user wrote it, where that means the same everywhere ("std::int64_t" and not
/// "long"); else with every name spelt out.
std::string readable(const model::type& what);

/// The type of a value that is read: what a view, a reference or a `const char*` looks at.
std::string owned(const model::type& what);
/// True for a pointer to text that ends in a null: `const char*`, `const wchar_t*` and the like.
bool is_text_pointer(const model::type& what);
/// The type of an argument that a method may look at in the message itself; empty where it is read
/// into a value of its own.
std::string viewed(const model::type& what);
/// True for types that are cheaper passed by value than by reference.
bool is_small(const model::type& what);
/// True for a pointer parameter to several elements: another parameter, or the bound of an array,
/// says how many.
bool is_counted(const model::parameter& what);
/// True for a pointer parameter to one object of one type.
bool is_behind_pointer(const model::parameter& what);
/// "n", or "4": what counts the elements.
std::string count_of(const model::parameter& what);
/// What travels for a parameter: for counted pointers a sequence.
model::type sent_type(const model::parameter& what);
/// "demo::page<int>": without const.
std::string class_name(const model::record& what);
/// The type of the elements behind a pointer parameter, without const.
std::string pointee(const model::parameter& what);

/// "const std::string& name", as the class declares it; without a name where `name` is empty.
std::string declared(const model::parameter& what, const std::string& name);
/// "(const std::string& from, std::int64_t cents)" for the first `count` parameters.
std::string parameter_list(const planned_method& what, std::size_t count);
/// The same without those that only take something back: an asynchronous call gives that as a
/// result.
std::string async_parameter_list(const planned_method& what, std::size_t count);
/// " const &&": what stands behind the parameter list.
std::string qualifiers(const model::method& what);

/// What a call gives back: its result's type, then those of the parameters that it writes.
std::vector<std::string> result_types(const planned_method& what);
/// How the stub declares the result: owned in a concrete class, as declared in an abstract one.
std::string stub_result(const planned_interface& owner, const planned_method& what);

/// "demo::circle, demo::square": the types that ROI_ONE_OF names for this very pointer; empty:
/// none.
std::string alternatives(const model::type& what);

/// Does a value of this type hold a `const char*` that reading makes?
bool holds_text_pointer(const model::type& what, const plan& in);

/// "roi/codec/vector.hpp": what the marshalling of a type needs.
void add_codec_headers(const model::type& what, std::set<std::string>& headers);

}  // namespace idlc::emit
