// A description as a C++ header again, for people.
#pragma once

#include "description/description.hpp"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace roi::description {

/// The interfaces of `from`, with the structs, enums and exceptions that they reach, doc comments
/// and marks: as the annotated header could have been written. Where `interface_name` is given,
/// only that one (and those it derives from). Errors: std::out_of_range where there is no such
/// interface.
std::string to_header(const document& from, std::string_view interface_name = {});

/// The C++ type of a field, as the header wrote it, else one that has these values.
std::string cpp_type(const google::protobuf::FieldDescriptor& of);

/// `text` with what could move a terminal's cursor, or worse, made visible: "\x1b". Line feeds
/// stay.
std::string printable(std::string_view text);

/// "500ms", "2s", "1500us": the largest unit that needs no fraction.
std::string duration_text(std::uint64_t microseconds);

}  // namespace roi::description
