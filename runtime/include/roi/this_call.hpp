// What a method can know about the call that it is serving.
#pragma once

#include <roi/trace.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace roi {

class transaction;  // roi/journal.hpp

namespace detail {
class serving;
}

/// Who made a call.
struct caller {
    /// User and process at the other end of a Unix socket; absent for other transports.
    std::optional<std::uint32_t> uid;
    std::optional<std::int32_t> pid;
    /// Identity of the caller's runtime, new for each start of its process.
    std::uint64_t runtime_high = 0;
    std::uint64_t runtime_low = 0;
    /// The connection that the call came over: never 0, unique within this process.
    std::uint64_t connection = 0;
    /// "unix:/run/x", "tcp://127.0.0.1:4000": where the call came in from, for people.
    std::string endpoint;
};

/// The call that this thread, or this coroutine, is serving. Valid while it is being served.
class call_info {
public:
    roi::caller caller() const;
    /// "demo.Bank.balance".
    std::string method() const;
    /// When the caller gives up; absent where it never does.
    std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept;
    /// Time left until then, zero where it is over; absent where it never does.
    std::optional<std::chrono::nanoseconds> time_left() const noexcept;
    /// Has the caller given up, by cancelling, by its deadline, or by going away? A long method
    /// asks now and then, and returns early. Calls that it makes are cancelled by themselves.
    bool cancelled() const noexcept;
    /// Asked to stop when that happens: a signal for what can be woken, as std::stop_callback and
    /// std::condition_variable_any. Valid after the call, too.
    ///
    /// Threads: callbacks run on any, and must not block.
    std::stop_token stop_token() const;

    /// Reports that the method got on: `steps` more are done. Peers that ask after the call are
    /// told the sum; a method with much to do says so now and then. Any thread.
    void progress(std::uint64_t steps = 1) const noexcept;
    /// The sum so far.
    std::uint64_t steps() const noexcept;

    /// The transaction that this method runs in. Throws std::logic_error where its class has no
    /// journal. Valid until the method returns.
    transaction& tx() const;

    /// The trace that the caller told; absent where it told none.
    std::optional<trace_context> trace() const noexcept;

private:
    friend call_info this_call();
    explicit call_info(detail::serving* served) noexcept : served_(served) {}
    detail::serving* served_;
};

/// The call being served here. Throws std::logic_error outside of a served call.
call_info this_call();
/// Is this thread serving a call?
bool is_serving_call() noexcept;

/// Takes this thread out of the call that it serves: until the object goes out of scope, calls made
/// here inherit neither deadline nor cancellation.
class [[nodiscard]] detach {
public:
    detach() noexcept;
    ~detach();
    detach(const detach&) = delete;
    detach& operator=(const detach&) = delete;

private:
    detail::serving* before_;
};

}  // namespace roi
