// A whole runtime on a simulated host. Apart, so that tests of the engine need no naming.
#include <roi/testing.hpp>

#include "api/runtime_core.hpp"

namespace roi::testing {

std::unique_ptr<roi::runtime> host::make_runtime(runtime_options options) {
    return std::make_unique<roi::runtime>(
        std::make_shared<roi::detail::runtime_core>(make_engine(), std::move(options)));
}

}  // namespace roi::testing
