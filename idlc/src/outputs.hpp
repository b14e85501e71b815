// The last stage of a run: outputs, lock file and depfile are written, or compared.
#pragma once

#include "model/model.hpp"
#include "options.hpp"

namespace idlc {

/// Generates for `input` and writes what differs, or, under --check, names what would change.
/// Prints diagnostics; returns the exit code.
int write_outputs(const options& what, const model::file& input);

}  // namespace idlc
