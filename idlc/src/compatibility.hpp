// What breaks for users of an older version of an interface.
#pragma once

#include "model/model.hpp"
#include "options.hpp"

namespace idlc {

/// Compares the description in the file `what.check_against` with what `input` gives now, and
/// prints each difference with its place. Returns the exit code: 1 where something breaks, 2 where
/// the file cannot be read.
int check_against(const options& what, const model::file& input);

}  // namespace idlc
