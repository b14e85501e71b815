// What reading and writing values have in common.
#pragma once

#include "description/names.hpp"
#include "description/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roi::description {

enum class form {
    record,
    wrapper,
    entry,
    tuple,
    variant,
    duration,
    time_point,
    empty,
};
form form_of(const pb::Descriptor& message);

/// True where the elements of `field` are key and value of a map, also of one that is spelt as a
/// list of entries; `unique` where each key can stand once.
struct map_form {
    bool is_map = false;
    bool unique = false;
};
map_form map_form_of(const pb::FieldDescriptor& field);

/// The only field of a wrapper; null where the message has another form than it says.
const pb::FieldDescriptor* wrapped(const pb::Descriptor& wrapper);

/// Valid UTF-8 without control characters but \n and \t.
bool is_printable(std::string_view bytes);

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

/// N where the field is a std::bitset<N>; else nothing.
std::optional<std::size_t> bitset_size(const pb::FieldDescriptor& field);

/// A label for an alternative of a variant: "std::string", "demo::circle".
std::string alternative_name(const pb::FieldDescriptor& alternative);

/// The index of the alternative that `value`, without a label, is taken for; -1: none.
int choose_alternative(const pb::Descriptor& variant, const json& value);

}  // namespace roi::description
