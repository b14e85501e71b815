// roi::serve(): until a signal or stop_serving(), and then an orderly end.
#include <roi/runtime.hpp>

#include "api/log.hpp"
#include "api/runtime_core.hpp"

#include <semaphore.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>

namespace roi {
namespace {

constexpr std::array caught{SIGINT, SIGTERM};

// Never destroyed: a signal may come at any time. A semaphore, because a signal handler may post
// one, and nothing has to run, or to be open, for the wake-up to arrive.
struct serving_state {
    serving_state() { ::sem_init(&requests, 0, 0); }
    sem_t requests;
    std::atomic<bool> signalled{false};
    std::mutex mutex;      // what follows
    unsigned servers = 0;  // threads in serve()
    unsigned catchers = 0;
    std::array<struct sigaction, caught.size()> before{};
};

serving_state& the_state() noexcept {
    static serving_state& state = *new serving_state;
    return state;
}

extern "C" void roi_on_stop_signal(int) {
    const int error = errno;
    // A second signal finds the system's own handling, and ends the process at once.
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    for (const int number : caught)
        ::sigaction(number, &usual, nullptr);
    serving_state& state = the_state();  // made before the handler was installed
    state.signalled.store(true, std::memory_order_release);
    ::sem_post(&state.requests);
    errno = error;
}

void wait_for_request(serving_state& state) noexcept {
    {
        const std::lock_guard lock{state.mutex};
        ++state.servers;
    }
    while (::sem_wait(&state.requests) != 0) {
    }  // interrupted by other signals
    const std::lock_guard lock{state.mutex};
    if (--state.servers > 0) {
        ::sem_post(&state.requests);  // one request ends them all
        return;
    }
    // The last one takes the requests away, so that serve() can be called again.
    while (::sem_trywait(&state.requests) == 0) {
    }
}

}  // namespace

stop_signals::stop_signals() {
    serving_state& state = the_state();
    const std::lock_guard lock{state.mutex};
    if (state.catchers++ > 0) return;
    state.signalled.store(false, std::memory_order_relaxed);
    struct sigaction ours {};
    ours.sa_handler = &roi_on_stop_signal;
    ours.sa_flags = SA_RESTART;
    for (const int number : caught)
        ::sigaddset(&ours.sa_mask, number);
    for (std::size_t i = 0; i < caught.size(); ++i)
        ::sigaction(caught[i], &ours, &state.before[i]);
}

stop_signals::~stop_signals() {
    serving_state& state = the_state();
    const std::lock_guard lock{state.mutex};
    if (--state.catchers > 0) return;
    for (std::size_t i = 0; i < caught.size(); ++i)
        ::sigaction(caught[i], &state.before[i], nullptr);
}

bool stop_signals::received() const noexcept {
    return the_state().signalled.load(std::memory_order_acquire);
}

void serve() {
    serve(runtime::current());
}

void serve(runtime& owner) {
    const stop_signals signals;
    detail::runtime_core& core = *owner.core();
    detail::log(log_level::info, "serves until SIGTERM or SIGINT");
    core.executor().before_blocking();
    wait_for_request(the_state());
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
    ::sem_post(&the_state().requests);
}

}  // namespace roi
