// Runtimes that reach each other over sockets of the kind this file is compiled for.
#include "behaviour/support/world.hpp"

#ifdef ROI_TEST_IO_CONTEXT
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#endif

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

std::shared_ptr<runtime> make_runtime(runtime_options options) {
    if (options.listen.empty()) options.listen = {next_endpoint()};
#ifdef ROI_TEST_IO_CONTEXT
    // The user's context, and the user's threads that run it; both end after the runtime.
    struct user {
        boost::asio::io_context context;
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
            context.get_executor()};
        std::vector<std::thread> threads;
    };
    auto* const owner = new user;
    for (int i = 0; i < 8; ++i)
        owner->threads.emplace_back([owner] { owner->context.run(); });
    return {new runtime{owner->context, std::move(options)}, [owner](runtime* ended) {
                delete ended;
                owner->work.reset();
                for (std::thread& each : owner->threads)
                    each.join();
                delete owner;
            }};
#else
    return std::make_shared<runtime>(std::move(options));
#endif
}

bool has_threads() noexcept {
    return true;
}

}  // namespace roi::testing
