// A naming that is a table in this process: what tests of the runtime link in place of the client
// of a real name server.
#pragma once

#include "core/naming.hpp"

#include <chrono>
#include <string>

namespace roi::testing {

/// What the naming of every runtime of this process does.
enum class name_server { up, down };
void set_name_server(name_server now);

/// Empties the table.
void forget_names();

/// Moves `name` to other endpoints, with the next generation: as another server that took it over.
void take_over(const std::string& name);

}  // namespace roi::testing
