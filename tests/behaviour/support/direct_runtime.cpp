// Runtimes that reach each other through memory.
#include "behaviour/support/direct_engine.hpp"
#include "behaviour/support/world.hpp"

#include "api/runtime_core.hpp"

namespace roi::testing {

std::unique_ptr<runtime> make_runtime(runtime_options options) {
    return std::make_unique<runtime>(
        std::make_shared<detail::runtime_core>(make_direct_engine(), std::move(options)));
}

}  // namespace roi::testing
