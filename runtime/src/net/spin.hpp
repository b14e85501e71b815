// Waiting by reading without blocking, as long as that pays.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <cstdint>

namespace roi::net {

/// Waking a sleeping thread on another core costs ten times a small call. So whoever waits for the
/// next octets reads in a loop for at most 50 us before it sleeps, where recent waits were that
/// short and this thread was not taken off its core meanwhile.
///
/// Credit per connection, 0 to 8: a wait that ended in time +1; one that did not, or in which the
/// thread was descheduled, -2; at 0 only a probe now and then. See docs/decisions/0001-threads.md.
class spinner {
public:
    using clock = std::chrono::steady_clock;

    /// False where the machine or the user forbids it: one core, a real-time thread, a CPU quota,
    /// ROI_SPIN=0.
    static bool possible() noexcept;

    bool worth_trying() noexcept {
        if (credit_ > 0) return true;
        if (++skipped_ < 16) return false;
        skipped_ = 0;
        const auto now = clock::now();
        if (now < next_probe_) return false;
        next_probe_ = now + probe_pause_;
        probe_pause_ = probe_pause_ * 2 > longest_pause ? longest_pause : probe_pause_ * 2;
        return true;
    }

    /// Calls `read` until it returns something else than -1 (nothing there yet) or it no longer
    /// pays. Returns what `read` returned last.
    template <class Read>
    ssize_t spin(Read&& read) {
        const auto begin = clock::now();
        auto last = begin;
        for (;;) {
            const ssize_t got = read();
            const auto now = clock::now();
            if (now - last > (got == -1 ? gap : gap_with_data)) {
                lose();
                return got;
            }
            if (got != -1) {
                if (credit_ < most) ++credit_;
                probe_pause_ = shortest_pause;
                return got;
            }
            if (now - begin > budget) {
                lose();
                return -1;
            }
            last = now;
        }
    }

private:
    static constexpr auto budget = std::chrono::microseconds{50};
    // Longer than a read takes: the thread was descheduled. One that finds octets has to copy them
    // and to give the kernel's buffers back.
    static constexpr auto gap = std::chrono::microseconds{3};
    static constexpr auto gap_with_data = std::chrono::microseconds{8};
    static constexpr auto shortest_pause = std::chrono::milliseconds{1};
    static constexpr auto longest_pause = std::chrono::milliseconds{16};
    static constexpr int most = 8;

    void lose() noexcept { credit_ = credit_ > 2 ? credit_ - 2 : 0; }

    int credit_ = 4;
    unsigned skipped_ = 0;
    clock::time_point next_probe_{};
    std::chrono::milliseconds probe_pause_ = shortest_pause;
};

}  // namespace roi::net
