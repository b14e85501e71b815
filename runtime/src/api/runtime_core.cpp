// Starts listening, hands calls to objects, and stops in order.
#include "api/runtime_core.hpp"

#include "api/fork.hpp"
#include "api/log.hpp"
#include "api/published.hpp"
#include "api/random.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

namespace roi::detail {
namespace {

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view part = list.substr(0, comma);
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        if (!part.empty()) parts.emplace_back(part);
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return parts;
}

std::vector<std::string> from_environment(const char* name) {
    const char* const value = std::getenv(name);
    return value ? split(value) : std::vector<std::string>{};
}

bool is_local(std::string_view endpoint) noexcept {
    return !endpoint.starts_with("tcp:") || endpoint.starts_with("tcp://127.") ||
           endpoint.starts_with("tcp://[::1]") || endpoint.starts_with("tcp://localhost");
}

// A directory that nobody else can write to, made if it is not there.
bool is_usable_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return false;
    struct stat found {};
    // Not through a link, which others may have put there.
    if (::lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return false;
    const bool ours = found.st_uid == ::geteuid() || found.st_uid == 0;
    return ours && (found.st_mode & (S_IWOTH | S_ISVTX)) == 0 &&
           ::access(path.c_str(), W_OK | X_OK) == 0;
}

// How long a completion may wait for another one that runs.
constexpr std::chrono::milliseconds completion_delay{2};

// Reachable from a static object, so that it is no leak.
template <class T>
void keep_for_ever(T* object) noexcept {
    static std::mutex& mutex = *new std::mutex;
    static auto& kept = *new std::vector<T*>;
    try {
        const std::lock_guard lock{mutex};
        kept.push_back(object);
    } catch (...) {
        return;  // kept all the same
    }
}

// What handlers on a user's io_context see of a runtime that may be gone. Kept for ever.
class lasting_sink final : public core::call_sink {
public:
    explicit lasting_sink(std::weak_ptr<runtime_core> core) : core_(std::move(core)) {}
    void on_call(std::unique_ptr<core::incoming> call) noexcept override {
        if (const auto core = core_.lock()) {
            core->on_call(std::move(call));
        } else {
            call->refuse(errc::shutting_down, outcome::not_executed, "the server has stopped");
        }
    }
    void on_peer_gone(const core::incoming::peer& who) noexcept override {
        if (const auto core = core_.lock()) core->on_peer_gone(who);
    }

private:
    const std::weak_ptr<runtime_core> core_;
};

// A socket's path holds 107 characters; the file's own name takes up to 40 of them.
constexpr std::size_t longest_directory = 64;

}  // namespace

std::string socket_directory() {
    std::vector<std::string> tried;
    if (const char* const given = std::getenv("XDG_RUNTIME_DIR"); given && *given == '/') {
        tried.push_back(std::string{given} + "/roi");
    }
    tried.emplace_back("/run/roi");
    tried.push_back("/tmp/roi-" + std::to_string(::geteuid()));
    std::string list;
    for (const std::string& path : tried) {
        if (path.size() <= longest_directory && is_usable_directory(path)) return path;
        list += (list.empty() ? "" : ", ") + path;
    }
    throw roi::error{errc::permission_denied, outcome::not_executed,
                     "no directory for sockets that is this user's alone: tried " + list};
}

runtime_core::runtime_core(std::unique_ptr<net::engine> engine, runtime_options options)
    : options_(std::move(options)),
      process_(process_number()),
      engine_(std::move(engine)),
      executor_(engine_->executor()),
      started_(executor_.now()) {
    engine_->set_sink(this);
}

void runtime_core::outlive_handlers() {
    auto* const sink = new lasting_sink{weak_from_this()};
    keep_for_ever(sink);
    engine_->set_sink(sink);
}

runtime_core::~runtime_core() {
    // In a fork child the engine's threads are missing: it can be left alone, but not stopped.
    if (is_forked()) static_cast<void>(engine_.release());
}

bool runtime_core::is_forked() const noexcept {
    return process_ != process_number();
}

std::shared_ptr<core::naming> runtime_core::naming() {
    const std::lock_guard lock{mutex_};
    if (is_stopping() || stopped_) return nullptr;
    if (!naming_) {
        runtime* const owner = facade();
        if (!owner) return nullptr;
        naming_ = core::make_naming(*owner);
    }
    return naming_;
}

std::vector<std::string> runtime_core::listen_defaults() {
    std::vector<std::string> wanted = options_.listen;
    if (wanted.empty()) wanted = from_environment("ROI_LISTEN");
    if (!wanted.empty()) {
        std::vector<std::string> got;
        for (const std::string& endpoint : wanted)
            got.push_back(engine_->listen(endpoint));
        return got;
    }
    std::vector<std::string> got;
    char name[48];
    std::snprintf(name, sizeof name, "/%ld-%08lx", static_cast<long>(::getpid()),
                  static_cast<unsigned long>(random_token() & 0xffffffff));
    std::string failures;
    // One of the two is enough, where the system forbids the other.
    try {
        got.push_back(engine_->listen("unix:" + socket_directory() + name));
    } catch (const roi::error& failed) {
        failures = failed.what();
    }
    try {
        got.push_back(engine_->listen("tcp://127.0.0.1:0"));
    } catch (const roi::error& failed) {
        failures += (failures.empty() ? "" : "; ") + std::string{failed.what()};
    }
    if (got.empty()) {
        throw roi::error{errc::unreachable, outcome::not_executed,
                         "cannot listen anywhere: " + failures};
    }
    if (!failures.empty())
        log(log_level::warning, "listens at " + got.front() + " only: " + failures);
    return got;
}

std::vector<std::string> runtime_core::listen() {
    const std::lock_guard lock{mutex_};
    if (listening_) return endpoints_;
    if (is_stopping()) {
        throw roi::error{errc::shutting_down, outcome::not_executed, "this runtime is stopping"};
    }
    std::vector<std::string> got = listen_defaults();
    for (const std::string& endpoint : got) {
        if (is_local(endpoint)) continue;
        log(log_level::warning,
            "listens at " + endpoint + ": beyond this host, without authentication or encryption");
    }
    std::vector<std::string> advertised = options_.advertise;
    if (advertised.empty()) advertised = from_environment("ROI_ADVERTISE");
    if (!advertised.empty()) {
        // What is given out to others replaces only what others could use: Unix sockets stay.
        std::vector<std::string> both;
        for (const std::string& endpoint : got) {
            if (endpoint.starts_with("unix:")) both.push_back(endpoint);
        }
        both.insert(both.end(), advertised.begin(), advertised.end());
        got = std::move(both);
    }
    endpoints_ = std::move(got);
    listening_ = true;
    return endpoints_;
}

void runtime_core::pause(std::chrono::nanoseconds time) noexcept {
    if (executor_.pass_time(time)) return;
    executor_.before_blocking();
    std::this_thread::sleep_for(time);
}

void runtime_core::post_surely(void (*work)(void*), void* context) noexcept {
    if (executor_.post(work, context)) return;
    // At the limit of threads, or stopped: rare, and what waits for this must not wait for ever.
    try {
        std::thread{work, context}.detach();
    } catch (...) {
        work(context);
    }
}

std::uint64_t runtime_core::start_timer(core::time_point when, void (*work)(void*),
                                        void* context) noexcept {
    try {
        const std::lock_guard lock{timers_mutex_};
        if (!timers_ended_) {
            const std::uint64_t number = ++last_timer_;
            auto made =
                std::make_unique<own_timer>(own_timer{weak_from_this(), number, 0, work, context});
            own_timer& timer = *made;
            timers_.emplace(number, std::move(made));
            // Under the lock: it may fire before its number is known.
            timer.of_executor = executor_.start_timer(when, &runtime_core::timer_fired, &timer);
            return number;
        }
    } catch (...) {
        // No memory: it fires now, which ends what waits sooner than never.
    }
    post_surely(work, context);
    return 0;
}

void runtime_core::timer_fired(void* self) {
    auto& timer = *static_cast<own_timer*>(self);
    const std::shared_ptr<runtime_core> core = timer.core.lock();
    if (!core) return;
    std::unique_ptr<own_timer> fired;
    {
        const std::lock_guard lock{core->timers_mutex_};
        const auto found = core->timers_.find(timer.number);
        if (found == core->timers_.end()) return;
        fired = std::move(found->second);
        core->timers_.erase(found);
    }
    fired->work(fired->context);
}

bool runtime_core::cancel_timer(std::uint64_t timer) noexcept {
    std::unique_ptr<own_timer> cancelled;
    const std::lock_guard lock{timers_mutex_};
    const auto found = timers_.find(timer);
    if (found == timers_.end() || !executor_.cancel_timer(found->second->of_executor)) return false;
    cancelled = std::move(found->second);
    timers_.erase(found);
    return true;
}

void runtime_core::end_timers() noexcept {
    std::unordered_map<std::uint64_t, std::unique_ptr<own_timer>> left;
    {
        const std::lock_guard lock{timers_mutex_};
        timers_ended_ = true;
        left.swap(timers_);
    }
    for (auto& [number, timer] : left) {
        const auto work = timer->work;
        void* const context = timer->context;
        // A handler of a user's io_context may be on its way to it, and come after this runtime is
        // gone; the few timers of a stopped runtime are kept for ever.
        keep_for_ever(timer.release());
        work(context);
    }
}

void runtime_core::post_completion(void (*work)(void*), void* context) noexcept {
    if (executor_.run_here(work, context)) return;
    bool post = false;
    bool watch = false;
    try {
        const std::lock_guard lock{completions_mutex_};
        completions_.push_back({work, context});
        if (drain_posted_) return;
        if (drainers_ == 0) {
            post = drain_posted_ = true;
        } else {
            // A worker is at it and will come to this one, unless what it runs now takes long.
            watch = !std::exchange(completions_watched_, true);
        }
    } catch (...) {
        post_surely(work, context);
        return;
    }
    if (post) post_drain();
    if (watch) watch_completions();
}

void runtime_core::post_drain() noexcept {
    try {
        // The core must be there when the worker comes to it.
        auto keep = std::make_unique<std::shared_ptr<runtime_core>>(shared_from_this());
        post_surely(
            [](void* self) {
                const std::unique_ptr<std::shared_ptr<runtime_core>> mine{
                    static_cast<std::shared_ptr<runtime_core>*>(self)};
                (*mine)->drain_completions();
            },
            keep.release());
    } catch (...) {
        drain_completions();
    }
}

void runtime_core::drain_completions() noexcept {
    std::unique_lock lock{completions_mutex_};
    drain_posted_ = false;
    ++drainers_;
    while (!completions_.empty()) {
        const completion next = completions_.front();
        completions_.pop_front();
        // Those behind it came while nobody watched.
        const bool watch = !completions_.empty() && !std::exchange(completions_watched_, true);
        lock.unlock();
        if (watch) watch_completions();
        next.work(next.context);
        lock.lock();
    }
    --drainers_;
}

void runtime_core::watch_completions() noexcept {
    if (is_stopping()) {
        // There are no timers any more: what waits gets another worker at once.
        bool post = false;
        {
            const std::lock_guard lock{completions_mutex_};
            completions_watched_ = false;
            post = !completions_.empty() && !std::exchange(drain_posted_, true);
        }
        if (post) post_drain();
        return;
    }
    try {
        // The core must be there when the timer fires.
        auto keep = std::make_unique<std::shared_ptr<runtime_core>>(shared_from_this());
        start_timer(
            executor_.now() + completion_delay,
            [](void* self) {
                const std::unique_ptr<std::shared_ptr<runtime_core>> mine{
                    static_cast<std::shared_ptr<runtime_core>*>(self)};
                auto& core = **mine;
                bool post = false;
                bool again = false;
                {
                    const std::lock_guard lock{core.completions_mutex_};
                    again = core.completions_watched_ = !core.completions_.empty();
                    post = again && !std::exchange(core.drain_posted_, true);
                }
                if (post) core.post_drain();
                // The next worker may meet one that takes long as well.
                if (again) core.watch_completions();
            },
            keep.release());
    } catch (...) {
        const std::lock_guard lock{completions_mutex_};
        completions_watched_ = false;  // no memory: they wait for the worker that is at it
    }
}

void runtime_core::on_call(std::unique_ptr<core::incoming> call) noexcept {
    const core::object_address& address = call->header().object;
    if (is_stopping()) {
        call->refuse(errc::shutting_down, outcome::not_executed, "the server is stopping");
    } else if (address == core::object_address{}) {
        serve_builtin(*this, std::move(call));
    } else if (const auto object = objects_.find(address)) {
        object->dispatch(std::move(call));
    } else {
        call->refuse(errc::object_not_found, outcome::not_executed,
                     "no object has this address here");
    }
}

void runtime_core::add_peer_observer(std::weak_ptr<core::peer_observer> observer) {
    const std::lock_guard lock{mutex_};
    std::erase_if(peer_observers_, [](const auto& old) { return old.expired(); });
    peer_observers_.push_back(std::move(observer));
}

void runtime_core::on_peer_gone(const core::incoming::peer& who) noexcept {
    std::vector<std::weak_ptr<core::peer_observer>> observers;
    {
        const std::lock_guard lock{mutex_};
        if (peer_observers_.empty()) return;
        try {
            observers = peer_observers_;
        } catch (...) {
            return;  // its leases will run out
        }
    }
    for (const auto& weak : observers) {
        if (const auto observer = weak.lock()) observer->peer_gone(who);
    }
}

void runtime_core::withdraw_all() noexcept {
    try {
        for (const auto& object : objects_.all())
            object->withdraw_name();
    } catch (...) {
        log(log_level::error, "out of memory while withdrawing");
    }
}

void runtime_core::stop(std::chrono::nanoseconds limit) noexcept {
    if (is_forked()) return;
    const std::lock_guard one_at_a_time{stop_mutex_};
    if (stopped_) return;
    if (executor_.on_worker()) {
        log(log_level::error, "a runtime cannot be stopped from one of its own threads");
        return;
    }
    if (limit < std::chrono::nanoseconds::zero()) limit = options_.drain_limit;
    const core::time_point deadline = executor_.now() + limit;
    withdraw_all();
    stopping_.store(true, std::memory_order_release);
    std::shared_ptr<core::naming> naming;
    {
        const std::lock_guard lock{mutex_};
        naming = std::move(naming_);
    }
    if (naming) naming->stop();
    engine_->stop(deadline);
    end_timers();
    naming.reset();
    stopped_ = true;
}

}  // namespace roi::detail

void roi::core::observe_peers(runtime& owner, std::weak_ptr<peer_observer> observer) {
    owner.core()->add_peer_observer(std::move(observer));
}
