// A server's and a client's runtime, connected by the transport that the test program was made for.
#pragma once

#include <roi/runtime.hpp>

#include <memory>

namespace roi::testing {

/// One runtime on the transport of this test program. Each transport defines it.
std::shared_ptr<runtime> make_runtime(runtime_options options = {});
/// False where all runs on the test's one thread: a test that holds a method would hold itself.
bool has_threads() noexcept;

/// Two processes' worth of runtimes in one process, with an empty name server that is up.
class world {
public:
    world();
    ~world();
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    std::shared_ptr<runtime> server;
    std::shared_ptr<runtime> client;
};

}  // namespace roi::testing
