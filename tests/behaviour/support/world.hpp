// A server's and a client's runtime, connected by the transport that the test program was made for.
#pragma once

#include <roi/runtime.hpp>

#include <memory>

namespace roi::testing {

/// One runtime on the transport of this test program. Each transport defines it.
std::unique_ptr<runtime> make_runtime(runtime_options options = {});

/// Two processes' worth of runtimes in one process, with an empty name server that is up.
class world {
public:
    world();
    ~world();
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    std::unique_ptr<runtime> server;
    std::unique_ptr<runtime> client;
};

}  // namespace roi::testing
