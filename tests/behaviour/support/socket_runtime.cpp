// Runtimes that reach each other over sockets of the kind this file is compiled for.
#include "behaviour/support/world.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

namespace roi::testing {
namespace {

#ifdef ROI_TEST_UNIX
std::string next_endpoint() {
    static std::atomic<int> count{0};
    static const std::string directory = [] {
        std::string path = "/tmp/roi-behaviour-XXXXXX";
        if (!::mkdtemp(path.data())) std::abort();
        static const std::string made = path;
        std::atexit([] { static_cast<void>(::rmdir(made.c_str())); });
        return path;
    }();
    return "unix:" + directory + "/" + std::to_string(++count);
}
#else
std::string next_endpoint() {
    return "tcp://127.0.0.1:0";
}
#endif

}  // namespace

std::unique_ptr<runtime> make_runtime(runtime_options options) {
    if (options.listen.empty()) options.listen = {next_endpoint()};
    return std::make_unique<runtime>(std::move(options));
}

}  // namespace roi::testing
