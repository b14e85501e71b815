// roi::serve(): from the first call until a signal, and then an orderly end.
#include <roi/runtime.hpp>

#include "api/log.hpp"
#include "api/runtime_core.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>

namespace roi {
namespace {

struct serving_state {
    std::mutex mutex;
    std::condition_variable changed;
    unsigned requests = 0;  // of stop_serving() and of signals, since the process began
    unsigned servers = 0;   // threads in serve()
};

// Never destroyed: a signal may come at any time.
serving_state& the_state() noexcept {
    static serving_state& state = *new serving_state;
    return state;
}

void request_stop() noexcept {
    serving_state& state = the_state();
    const std::lock_guard lock{state.mutex};
    ++state.requests;
    state.changed.notify_all();
}

void on_signal(void*) {
    // A second signal finds the system's own handling, and ends the process at once.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    request_stop();
}

}  // namespace

void serve() {
    serve(runtime::current());
}

void serve(runtime& owner) {
    detail::runtime_core& core = *owner.core();
    core.engine().on_stop_signal(&on_signal, nullptr);
    detail::log(log_level::info, "serves until SIGTERM or SIGINT");
    core.executor().before_blocking();
    serving_state& state = the_state();
    {
        std::unique_lock lock{state.mutex};
        ++state.servers;
        state.changed.wait(lock, [&] { return state.requests > 0; });
        // The last one takes the request away, so that serve() can be called again.
        if (--state.servers == 0) state.requests = 0;
    }
    core.withdraw_all();
    const auto deadline = core.now() + core.options().drain_limit;
    while (core.calls_running() > 0 && core.now() < deadline) {
        core.pause(std::chrono::milliseconds{5});
    }
    if (const std::size_t left = core.calls_running(); left > 0) {
        detail::log(log_level::error, "leaving while " + std::to_string(left) +
                                          (left == 1 ? " call is" : " calls are") +
                                          " still running");
        std::_Exit(EXIT_SUCCESS);
    }
}

void stop_serving() noexcept {
    request_stop();
}

}  // namespace roi
