// How a thread that waits for a call sleeps, and how another wakes it.
#include "net/thread_wake.hpp"

#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace roi::net {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

thread_local char mark;

timespec until(std::chrono::steady_clock::time_point when, bool relative) noexcept {
    auto span = when.time_since_epoch();
    if (relative) {
        span = when - std::chrono::steady_clock::now();
        if (span.count() < 0) span = {};
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    timespec out{};
    out.tv_sec = static_cast<time_t>(seconds.count());
    out.tv_nsec = static_cast<long>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(span - seconds).count());
    return out;
}

}  // namespace

struct thread_wake::holder {
    thread_wake* wake = new thread_wake;
    holder() = default;
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() { wake->release(); }
};

thread_wake& thread_wake::mine() {
    thread_local holder mine;
    return *mine.wake;
}

thread_wake::~thread_wake() {
    if (event_ >= 0) ::close(event_);
}

void thread_wake::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void thread_wake::sleep(std::uint32_t seen, std::optional<time_point> deadline) noexcept {
    mode_.store(on_word, std::memory_order_seq_cst);
    if (word_.load(std::memory_order_seq_cst) == seen) {
        timespec when{};
        if (deadline) when = until(*deadline, false);  // FUTEX_WAIT_BITSET: absolute, monotonic
        (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_),
                        FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, seen, deadline ? &when : nullptr,
                        nullptr, FUTEX_BITSET_MATCH_ANY);
    }
    mode_.store(awake, std::memory_order_relaxed);
}

short thread_wake::sleep_with(int fd, short events, std::uint32_t seen,
                              std::optional<time_point> deadline) noexcept {
    if (event_ < 0) event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pollfd both[2] = {{fd, events, 0}, {event_, POLLIN, 0}};
    mode_.store(on_event, std::memory_order_seq_cst);
    if (word_.load(std::memory_order_seq_cst) == seen) {
        timespec left{};
        if (deadline) left = until(*deadline, true);
        // Without an eventfd (no descriptor left) a wake-up is found out by looking often.
        if (event_ < 0 && (!deadline || left.tv_sec > 0 || left.tv_nsec > 5'000'000))
            left = {0, 5'000'000};
        const bool bounded = deadline.has_value() || event_ < 0;
        (void)::ppoll(both, event_ < 0 ? 1 : 2, bounded ? &left : nullptr, nullptr);
    }
    mode_.store(awake, std::memory_order_relaxed);
    if ((both[1].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        (void)!::read(event_, &count, sizeof count);
    }
    return both[0].revents;
}

void thread_wake::signal() noexcept {
    word_.fetch_add(1, std::memory_order_seq_cst);
    switch (mode_.load(std::memory_order_seq_cst)) {
        case on_word:
            (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word_),
                            FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, nullptr, nullptr, 0);
            break;
        case on_event: {
            const std::uint64_t one = 1;
            (void)!::write(event_, &one, sizeof one);
            break;
        }
        default:
            break;
    }
}

const void* this_thread_mark() noexcept {
    return &mark;
}

}  // namespace roi::net
