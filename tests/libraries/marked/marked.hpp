// A server's runtime and a client's, joined by a Unix socket, for one call or two.
#pragma once

#include <roi/options.hpp>
#include <roi/runtime.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

namespace marked {

inline std::string socket_path() {
    return (std::filesystem::temp_directory_path() / ("roi-marked-" + std::to_string(getpid())))
        .string();
}

/// No name server is there, and none is needed: what the log would say of it is left out.
struct quiet {
    quiet() {
        roi::set_log([](roi::log_level, std::string_view) {});
    }
};

/// The runtime that serves; `client` is the one that calls.
struct pair {
    quiet log;
    std::string path = socket_path();
    roi::runtime server{roi::runtime_options{.listen = {"unix:" + path}}};
    roi::runtime client{roi::runtime_options{.listen = {"unix:" + path + ".client"}}};
    std::string endpoint() { return server.listen().front(); }
};

inline void check(bool good, const char* what, int line) {
    if (good) return;
    std::fprintf(stderr, "line %d: %s\n", line, what);
    std::exit(1);
}

}  // namespace marked

#define MARKED_CHECK(condition) marked::check(condition, #condition, __LINE__)
