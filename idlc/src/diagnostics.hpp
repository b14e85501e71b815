// Diagnostics as text, in the form that compilers have and editors read.
#pragma once

#include "model/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace idlc {

/// "bank.hpp:12:5: error: parameter 'out' of ... is a raw pointer; return the value". Text that
/// comes from headers cannot break the line or the terminal: control characters are escaped.
std::string format(const model::diagnostic& what);

/// One per line, in order of file and position; equal ones once.
std::string format(std::vector<model::diagnostic> all);

/// Escapes what a terminal would obey: control characters but line ends, bad UTF-8, text direction.
std::string printable(std::string_view text);

bool has_errors(const std::vector<model::diagnostic>& all);

}  // namespace idlc
