// The world as the naming client sees it in a running program: calls go through stubs on the
// runtime's own connections, time and timers are the runtime's.
#pragma once

#include "port.hpp"

#include <memory>

namespace roi {
class runtime;
}

namespace roi::naming {

std::shared_ptr<port> make_stub_port(runtime& owner);

}  // namespace roi::naming
