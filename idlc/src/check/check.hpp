// The second stage: everything in a model that cannot be served, with what to write instead.
#pragma once

#include "model/model.hpp"

#include <vector>

namespace idlc::check {

/// All diagnostics of all rules for the remote classes of a file.
std::vector<model::diagnostic> all(const model::file& file);

/// Those that concern one method, its types included: what --explain says of it.
std::vector<model::diagnostic> of_method(const model::file& file, const model::interface& interface,
                                         const model::method& method);

}  // namespace idlc::check
