// The numbers that stand on the wire: ids of methods, fields, parameters; fingerprints of
// interfaces.
//
// The rules are written down in docs/protocol.md, section "Ids", and tested with golden values: a
// change of any of them is an incompatible change of the protocol.
#pragma once

#include "model/model.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace idlc::model {

/// "demo::Bank" -> "demo.Bank": how an interface, a record or an enum is called on the wire.
std::string wire_name(std::string_view cpp_name);

/// False where the underlying type has more than 32 bits: the enum travels as an integer then.
bool travels_as_enum(const enumeration& what);

/// How a type is called in the text that ids are made of: "string", "sint64", "repeated string".
/// Two types have the same text exactly where the same bytes stand for their values.
std::string wire_text(const type& what, const file& in);

/// "demo.Bank.balance(string)const": what a method's id is the digest of. Only the first
/// `parameters` of the list count, for the shorter lists that default arguments allow.
std::string signature(std::string_view interface_name, const method& what, std::size_t parameters,
                      const file& in);

/// ROI_ID(n), else the first 64 bits of SHA-256 over the signature. A shorter list than the whole
/// always has the id of its signature.
std::uint64_t method_id(std::string_view interface_name, const method& what, std::size_t parameters,
                        const file& in);
inline std::uint64_t method_id(std::string_view interface_name, const method& what,
                               const file& in) {
    return method_id(interface_name, what, what.parameters.size(), in);
}

/// True where two parameter lists say the same in different words (`const T&` and `T&&`, `const
/// char*` and std::string): such overloads are one method on the wire and several in the stub.
bool same_but_for_spelling(const method& left, const method& right, const file& in);

}  // namespace idlc::model
