// How things of a description are called, and where they were declared: one place for the options
// of roi/options.proto.
#pragma once

#include "description/description.hpp"

#include <google/protobuf/descriptor.h>
#include <roi/options.pb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roi::description {

namespace pb = google::protobuf;

const InterfaceOptions& marks(const pb::ServiceDescriptor& of);
const MethodOptions& marks(const pb::MethodDescriptor& of);
const MessageOptions& marks(const pb::Descriptor& of);
const FieldOptions& marks(const pb::FieldDescriptor& of);
const EnumOptions& marks(const pb::EnumDescriptor& of);
const EnumValueOptions& marks(const pb::EnumValueDescriptor& of);

/// "transfer", without the suffix of an overload.
std::string cpp_name(const pb::MethodDescriptor& of);
std::string cpp_name(const pb::FieldDescriptor& of);
std::string cpp_name(const pb::EnumValueDescriptor& of);
/// "demo::Bank", also where only the .proto says it.
std::string cpp_name(const pb::ServiceDescriptor& of);
std::string cpp_name(const pb::Descriptor& of);
std::string cpp_name(const pb::EnumDescriptor& of);

/// "demo::Bank" -> "demo.Bank".
std::string to_wire(const std::string& cpp);

/// The type of a field or parameter for people: "int64", "std::vector<demo::entry>".
std::string type_text(const pb::FieldDescriptor& of);
/// The type as it stands on the wire: "sint64", "repeated demo.entry", "map<string, sint64>".
std::string wire_text(const pb::FieldDescriptor& of);

/// "bank.hpp:23" where the description says it, else the place in the .proto, else "".
template <class Thing>
std::string where(const Thing& of);
/// The doc comment, without its slashes; empty where there is none.
template <class Thing>
std::string comment(const Thing& of);

/// True where the field holds what a struct inherits from one of its bases.
bool is_base(const pb::FieldDescriptor& field);
bool is_map(const pb::FieldDescriptor& field);

/// The declaration for people: "std::int64_t balance(const std::string& account) const".
std::string signature(const pb::MethodDescriptor& of);

/// The id of a method and those of the shorter argument lists it answers to.
std::vector<std::uint64_t> ids(const pb::MethodDescriptor& of);

/// The interface's own methods and, behind them, those of the interfaces it derives from, nearest
/// base first; a base that the description lacks is left out.
std::vector<const pb::MethodDescriptor*> all_methods(const document& in,
                                                     const pb::ServiceDescriptor& of);

/// True for valid UTF-8: no surrogates, no code point spelt longer than it needs.
bool is_utf8(std::string_view text);

/// The one of `candidates` that `wanted` is most likely a misspelling of; empty: none is near.
std::string nearest(std::string_view wanted, const std::vector<std::string>& candidates);

}  // namespace roi::description
