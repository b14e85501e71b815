// Values between their bytes on the wire and JSON as a person would write it, led by a description.
//
// docs/command-line.md, section "Values as JSON", says what each type looks like.
#pragma once

#include "description/description.hpp"

#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace roi::description {

using json = nlohmann::ordered_json;

/// JSON that does not fit a type, or bytes that do not hold what their description promises. The
/// text says where within the value: "items[2].cents: expected an integer, got \"x\"".
class value_error : public std::runtime_error {
public:
    explicit value_error(const std::string& text) : std::runtime_error(text), text_(text) {}
    /// The same, seen from outside: `step` is "items" or "[2]".
    value_error within(const std::string& step) const;

private:
    value_error(std::string path, std::string text);
    std::string path_;
    std::string text_;
};

/// At most this many messages inside each other, and this many values in all of a message.
inline constexpr int max_value_depth = 64;
inline constexpr std::size_t max_values = std::size_t{1} << 22;

/// The fields of a message of any Shape, as JSON: an object for a struct, an array for a tuple...
/// Errors: value_error.
json to_json(const google::protobuf::Descriptor& type, std::string_view bytes);

/// The value of one field, given the bytes of the message that has it.
json field_to_json(const google::protobuf::FieldDescriptor& field, std::string_view message_bytes);

/// The bytes of a message.
/// Errors: value_error.
std::string to_bytes(const google::protobuf::Descriptor& type, const json& value);

/// Appends one field, tag and all; a null may append nothing.
void append_field(std::string& to, const google::protobuf::FieldDescriptor& field,
                  const json& value);

/// What JSON a field takes, for people: "an integer", "a list of demo::entry".
std::string expectation(const google::protobuf::FieldDescriptor& field);

/// On one line where it is short, else indented. Bytes that are no text do not occur in it.
std::string shown(const json& value);

}  // namespace roi::description
