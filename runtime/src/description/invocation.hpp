// A call as a person writes it - a method's name and arguments as JSON - made ready for the wire.
#pragma once

#include "description/description.hpp"
#include "description/values.hpp"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roi::description {

/// The call cannot be made as written: no such method, or arguments that do not fit. The text, of
/// several lines, says what would.
class call_mistake : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct invocation {
    const google::protobuf::MethodDescriptor* method = nullptr;
    std::uint64_t id = 0;   ///< of the parameter list as far as it was given
    std::string arguments;  ///< bytes
};

/// Chooses the overload of `method` that `arguments` fit best and encodes them. An argument is
/// JSON; one that is not is taken as a text, so that `alice` need not be '"alice"'. Arguments
/// behind the given ones must have defaults, which the server fills in.
///
/// `method` may also be the name with an overload's suffix, as in the .proto, to choose one.
/// Errors: call_mistake.
invocation prepare_call(const document& in, const google::protobuf::ServiceDescriptor& interface,
                        std::string_view method, std::span<const std::string> arguments);

/// What a method returned: the value itself; an object with "result" and the parameters' names
/// where it changed parameters, too; null for void. Errors: value_error.
json result_to_json(const google::protobuf::MethodDescriptor& method, std::string_view bytes);

/// An exception's fields, or null where the description does not know the type.
json exception_to_json(const document& in, std::string_view type, std::string_view fields);

/// `demo.insufficient_funds{account: "bob", missing_cents: 300}: insufficient funds`.
std::string exception_text(std::string_view type, const json& fields, std::string_view text);

/// "demo.Bank.balance".
std::string full_name(const google::protobuf::MethodDescriptor& method);

}  // namespace roi::description
