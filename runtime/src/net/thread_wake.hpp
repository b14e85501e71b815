// How a thread that waits for a call sleeps, and how another wakes it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace roi::net {

/// One per waiting thread; outlives it where somebody is still about to wake it.
class thread_wake {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The calling thread's.
    static thread_wake& mine();

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

    /// What to compare with later: read it before looking for a reason to sleep.
    std::uint32_t ticket() const noexcept { return word_.load(std::memory_order_seq_cst); }
    /// Sleeps until signal() after `seen` was read, until `deadline`, or for no reason.
    void sleep(std::uint32_t seen, std::optional<time_point> deadline) noexcept;
    /// The same, and until `fd` (may be -1) has one of `events`. Returns poll's events of `fd`.
    short sleep_with(int fd, short events, std::uint32_t seen,
                     std::optional<time_point> deadline) noexcept;
    void signal() noexcept;

private:
    thread_wake() noexcept = default;
    ~thread_wake();
    struct holder;

    enum : std::uint32_t { awake = 0, on_word = 1, on_event = 2 };
    std::atomic<std::uint32_t> word_{0};
    std::atomic<std::uint32_t> mode_{awake};
    std::atomic<std::uint32_t> references_{1};
    int event_ = -1;
};

/// An address that is different in each thread.
const void* this_thread_mark() noexcept;

}  // namespace roi::net
