// Makes and takes down the runtimes of a test.
#include "behaviour/support/world.hpp"

#include "behaviour/support/table_naming.hpp"

namespace roi::testing {

world::world() : server(make_runtime()), client(make_runtime()) {
    set_name_server(name_server::up);
}

world::~world() {
    client.reset();
    server.reset();
    forget_names();
}

}  // namespace roi::testing
