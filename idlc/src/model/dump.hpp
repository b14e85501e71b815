// The model as stable text: what --dump-model prints and golden tests compare.
#pragma once

#include "model/model.hpp"

#include <string>
#include <string_view>

namespace idlc::model {

/// Everything of the model that later stages read, in source order. Locations are "line:column"
/// within the header itself; files elsewhere are left out, so the text depends on no directory.
std::string dump(const file& what);

/// Printable ASCII only: quotes, backslashes, control characters and all above 127 escaped.
std::string escaped(std::string_view text);

}  // namespace idlc::model
