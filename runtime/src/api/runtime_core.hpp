// What a runtime owns: its engine, its published objects, its way to the name servers.
#pragma once

#include "core/channel.hpp"
#include "core/naming.hpp"
#include "core/objects.hpp"
#include "net/engine.hpp"

#include <roi/runtime.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace roi::detail {

class published_object;

class runtime_core final : public core::call_sink,
                           public std::enable_shared_from_this<runtime_core> {
public:
    runtime_core(std::unique_ptr<net::engine> engine, runtime_options options);
    ~runtime_core();
    runtime_core(const runtime_core&) = delete;
    runtime_core& operator=(const runtime_core&) = delete;

    /// For an engine whose handlers may run after this core is gone, on a user's io_context.
    void outlive_handlers();

    const runtime_options& options() const noexcept { return options_; }
    net::engine& engine() noexcept { return *engine_; }
    core::executor& executor() noexcept { return executor_; }
    core::time_point now() const noexcept { return executor_.now(); }
    core::object_table<published_object>& objects() noexcept { return objects_; }

    /// The user's object for this core; null once that is destroyed.
    runtime* facade() const noexcept { return facade_.load(std::memory_order_acquire); }
    void set_facade(runtime* facade) noexcept { facade_.store(facade, std::memory_order_release); }

    /// Null once this runtime stops, or where there is no facade any more.
    std::shared_ptr<core::naming> naming();
    std::vector<std::string> listen();

    bool is_stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }
    /// Was this process forked off after the runtime was made? Then its threads are not here.
    bool is_forked() const noexcept;

    /// Withdraws every name and refuses new calls, without waiting for methods.
    void withdraw_all() noexcept;
    void stop(std::chrono::nanoseconds limit) noexcept;
    /// Calls being served now, suspended ones too.
    std::size_t calls_running() const noexcept { return running_.load(std::memory_order_relaxed); }
    void call_begins() noexcept { running_.fetch_add(1, std::memory_order_relaxed); }
    void call_ends() noexcept { running_.fetch_sub(1, std::memory_order_relaxed); }

    /// Runs `work` on a worker, or where none is free on a thread of its own: for what must run.
    void post_surely(void (*work)(void*), void* context) noexcept;

    /// Runs `work` soon on a worker: user code that goes on after a call has ended. Many of these
    /// share a worker while they are short; one that takes long delays the others by 2 ms at most.
    void post_completion(void (*work)(void*), void* context) noexcept;

    /// The executor's timers, but one that has not fired when this runtime ends fires then, so that
    /// what waits for it ends too: `work` looks at is_stopping().
    std::uint64_t start_timer(core::time_point when, void (*work)(void*), void* context) noexcept;
    bool cancel_timer(std::uint64_t timer) noexcept;

    void add_peer_observer(std::weak_ptr<core::peer_observer> observer);

    /// Blocks this thread for that time.
    void pause(std::chrono::nanoseconds time) noexcept;

    void on_call(std::unique_ptr<core::incoming> call) noexcept override;
    void on_peer_gone(const core::incoming::peer& who) noexcept override;

    core::time_point started() const noexcept { return started_; }

private:
    struct completion {
        void (*work)(void*);
        void* context;
    };
    std::vector<std::string> listen_defaults();
    void post_drain() noexcept;
    void drain_completions() noexcept;
    void watch_completions() noexcept;

    const runtime_options options_;
    const unsigned process_;
    std::unique_ptr<net::engine> engine_;
    core::executor& executor_;
    const core::time_point started_;
    core::object_table<published_object> objects_;
    std::atomic<runtime*> facade_{nullptr};
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> running_{0};

    std::mutex mutex_;  // what follows
    std::shared_ptr<core::naming> naming_;
    std::vector<std::string> endpoints_;
    bool listening_ = false;
    std::vector<std::weak_ptr<core::peer_observer>> peer_observers_;
    std::mutex completions_mutex_;
    std::deque<completion> completions_;
    std::size_t drainers_ = 0;   // workers in drain_completions()
    bool drain_posted_ = false;  // one more is on its way
    bool completions_watched_ = false;

    struct own_timer {
        std::weak_ptr<runtime_core> core;
        std::uint64_t number;
        std::uint64_t of_executor = 0;
        void (*work)(void*);
        void* context;
    };
    void end_timers() noexcept;
    static void timer_fired(void* self);
    std::mutex timers_mutex_;
    std::unordered_map<std::uint64_t, std::unique_ptr<own_timer>> timers_;
    std::uint64_t last_timer_ = 0;
    bool timers_ended_ = false;

    std::mutex stop_mutex_;  // one stop at a time; the second waits for the first
    bool stopped_ = false;
};

/// The core of `chosen`, else of the current runtime.
std::shared_ptr<runtime_core> core_of(runtime* chosen);

/// Answers calls of the object at address 0; see runtime.proto.
void serve_builtin(runtime_core& owner, std::unique_ptr<core::incoming> call) noexcept;

/// The directory for this user's sockets, made if need be. Throws roi::error.
std::string socket_directory();

}  // namespace roi::detail
