// An engine without connections: calls go from caller to sink through memory. The simplest one that
// keeps the contract, so that the API layer can be tested by itself.
#pragma once

#include "net/engine.hpp"

#include <memory>

namespace roi::testing {

std::unique_ptr<net::engine> make_direct_engine();

}  // namespace roi::testing
