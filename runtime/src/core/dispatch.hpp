// Which method a call means, and whether it should run on the thread that read it.
#pragma once

#include <roi/generated.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace roi::core {

inline const generated::entry* find_method(std::span<const generated::entry> sorted,
                                           std::uint64_t id) noexcept {
    const auto at = std::lower_bound(
        sorted.begin(), sorted.end(), id,
        [](const generated::entry& entry, std::uint64_t wanted) { return entry.what.id < wanted; });
    return at != sorted.end() && at->what.id == id ? &*at : nullptr;
}

/// Remembers which methods took long of late: those go to workers for a while, so that the
/// connection they come in on is not held up. Safe from any thread; time is an argument.
class slow_methods {
public:
    static constexpr std::chrono::microseconds slow{1'000};
    static constexpr std::chrono::milliseconds remembered{1'000};

    /// What a method may take without holding up the answers of those before it.
    static constexpr std::chrono::microseconds brief{50};

    explicit slow_methods(std::size_t count)
        : until_(std::make_unique<std::atomic<std::int64_t>[]>(count)),
          expected_(std::make_unique<std::atomic<std::int64_t>[]>(count)) {}

    /// Has it never run, or taken long among its last few dozen runs?
    bool may_take_long(std::size_t method) const noexcept {
        const std::int64_t expected = expected_[method].load(std::memory_order_relaxed);
        return expected == 0 || expected > std::chrono::nanoseconds{brief}.count();
    }

    bool is_slow(std::size_t method, std::chrono::steady_clock::time_point now) const noexcept {
        const std::int64_t until = until_[method].load(std::memory_order_relaxed);
        return until != 0 && now.time_since_epoch().count() < until;
    }
    void ran(std::size_t method, std::chrono::steady_clock::time_point begin,
             std::chrono::steady_clock::time_point end) noexcept {
        const std::int64_t took = std::max<std::int64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count(), 1);
        const std::int64_t before = expected_[method].load(std::memory_order_relaxed);
        expected_[method].store(std::max(took, before - before / 8), std::memory_order_relaxed);
        if (end - begin < slow) return;
        const auto until = end + remembered;
        until_[method].store(until.time_since_epoch().count(), std::memory_order_relaxed);
    }

private:
    std::unique_ptr<std::atomic<std::int64_t>[]> until_;
    std::unique_ptr<std::atomic<std::int64_t>[]> expected_;  // nanoseconds; 0: it never ran
};

}  // namespace roi::core
