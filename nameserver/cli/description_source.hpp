// Where a command's interface description comes from: a file, or a published object.
#pragma once

#include "command.hpp"
#include "description/description.hpp"

#include <string>

namespace roi::cli {

struct description_source {
    description::document document;
    std::string interface;  ///< the object's; empty: all that a file holds
    std::string bytes;
};

/// `what` is the path of a file that exists, or names an object.
/// Errors: failure.
description_source read_description(const std::string& what, const settings& with);

}  // namespace roi::cli
