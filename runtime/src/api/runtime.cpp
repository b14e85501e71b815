// Runtimes, the default one among them, and which of them is current.
#include <roi/runtime.hpp>

#include "api/fork.hpp"
#include "api/log.hpp"
#include "api/published.hpp"
#include "api/runtime_core.hpp"
#include "api/serving.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

namespace roi {
namespace {

thread_local runtime* chosen = nullptr;

// How long the end of the process waits for methods that are still running.
constexpr std::chrono::seconds exit_limit{5};

void forward_log(void*, net::log_level level, std::string_view line) {
    detail::log(static_cast<log_level>(level), line);
}

net::engine_options engine_options_from(const runtime_options& options) {
    net::engine_options result;
    result.limits.max_workers = static_cast<unsigned>(options.max_threads);
    result.log = forward_log;
    return result;
}

// The default runtime. Never destroyed, because static objects may use it until the very end; it is
// stopped before the destructors run of what was made before it.
struct default_holder {
    std::mutex mutex;
    runtime* instance = nullptr;
    unsigned process = 0;
};

default_holder& the_default() {
    static default_holder& holder = *new default_holder;
    return holder;
}

struct exit_stop {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
};

void stop_at_exit() {
    default_holder& holder = the_default();
    runtime* instance = nullptr;
    {
        const std::lock_guard lock{holder.mutex};
        if (holder.process != detail::process_number()) return;  // the parent's
        instance = holder.instance;
    }
    if (!instance) return;
    // On a thread of its own, and left behind where a method never ends: exit() must not hang.
    auto state = std::make_shared<exit_stop>();
    try {
        std::thread{[state, instance] {
            instance->stop(std::chrono::nanoseconds::zero());
            const std::lock_guard lock{state->mutex};
            state->done = true;
            state->changed.notify_all();
        }}.detach();
    } catch (...) {
        return;
    }
    std::unique_lock lock{state->mutex};
    if (!state->changed.wait_for(lock, exit_limit, [&] { return state->done; })) {
        detail::log(log_level::warning,
                    "the process ends while methods are running that do not heed being given up");
    }
}

runtime& default_runtime() {
    default_holder& holder = the_default();
    const std::lock_guard lock{holder.mutex};
    const unsigned process = detail::process_number();
    if (!holder.instance || holder.process != process) {
        // In a fork child the parent's runtime is left as it is: its threads are not here.
        auto made = std::make_unique<runtime>();
        if (std::atexit(stop_at_exit) != 0) {
            detail::log(log_level::warning, "the runtime will not be stopped at exit");
        }
        holder.instance = made.release();
        holder.process = process;
    }
    return *holder.instance;
}

}  // namespace

runtime::runtime(runtime_options options) {
    const net::engine_options engine = engine_options_from(options);
    core_ = std::make_shared<detail::runtime_core>(net::make_engine(engine), std::move(options));
    core_->set_facade(this);
}

runtime::runtime(boost::asio::io_context& context, runtime_options options) {
    const net::engine_options engine = engine_options_from(options);
    core_ = std::make_shared<detail::runtime_core>(net::make_engine(context, engine),
                                                   std::move(options));
    core_->outlive_handlers();
    core_->set_facade(this);
}

runtime::runtime(std::shared_ptr<detail::runtime_core> core) noexcept : core_(std::move(core)) {
    core_->set_facade(this);
}

runtime::~runtime() {
    stop();
    core_->set_facade(nullptr);
}

void runtime::stop(std::chrono::nanoseconds limit) noexcept {
    core_->stop(limit);
}

std::vector<std::string> runtime::listen() {
    return core_->listen();
}

runtime& runtime::current() {
    if (chosen) return *chosen;
    if (const detail::serving* const served = detail::serving::current()) {
        if (runtime* const owner = served->object().owner().facade()) return *owner;
    }
    return default_runtime();
}

runtime::use::use(runtime& owner) noexcept : before_(chosen) {
    chosen = &owner;
}

runtime::use::~use() {
    chosen = before_;
}

std::shared_ptr<detail::runtime_core> detail::core_of(runtime* wanted) {
    return wanted ? wanted->core() : runtime::current().core();
}

}  // namespace roi
