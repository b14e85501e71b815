// Runtimes on hosts of a simulated network, in virtual time and one thread.
#include "behaviour/support/world.hpp"

#include <roi/testing.hpp>

#include <memory>
#include <string>
#include <utility>

namespace roi::testing {

std::shared_ptr<runtime> make_runtime(runtime_options options) {
    // One network for the runtimes that a test holds at the same time.
    static std::weak_ptr<network> current;
    static int hosts = 0;
    std::shared_ptr<network> net = current.lock();
    if (!net) current = net = std::make_shared<network>();
    host& on = net->add("host" + std::to_string(++hosts));
    options.listen = {"sim:"};
    std::unique_ptr<runtime> made = on.make_runtime(std::move(options));
    return {made.release(), [net](runtime* ended) { delete ended; }};
}

bool has_threads() noexcept {
    return false;
}

}  // namespace roi::testing
