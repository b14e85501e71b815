// The seam between the calls above and the connections below: what the API layer sees of a peer,
// and what a connection sees of the objects it serves.
//
// Above it: references, servants, strands, exceptions (src/api). Below it: sessions (src/core) and
// their shells - sockets, in-process pipe, simulated network (src/net, testing). Neither side knows
// the other beyond this header.
#pragma once

#include "core/interval_set.hpp"

#include <roi/error.hpp>
#include <roi/trace.hpp>
#include <roi/wire.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace roi::core {

using time_point =
    std::chrono::steady_clock::time_point;  // an argument everywhere; never read here

struct object_address {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const object_address&, const object_address&) = default;
};

/// What stands in front of the arguments of a call; see Call in wire.proto.
struct call_header {
    object_address object;
    std::uint64_t generation = 0;
    std::uint64_t method = 0;
    std::optional<std::chrono::microseconds> time_left;
    std::uint32_t flags = 0;
    std::vector<std::uint64_t> chain;  // empty on most calls, so it does not allocate
    std::optional<roi::trace_context> trace;
    // Of a numbered call; see docs/call-sessions.md.
    std::uint64_t sequence = 0;
    std::uint64_t acknowledged_below = 0;
    std::vector<interval_set::interval> acknowledged_ranges;  // empty on most calls
    // The journal's session that `sequence` counts in; zero: that of the connection.
    std::uint64_t session_high = 0;
    std::uint64_t session_low = 0;
    bool is_journaled() const noexcept { return session_high != 0 || session_low != 0; }
};

class caller_session;

struct wire_exception {
    std::string type;
    std::vector<std::byte> fields;
    std::string text;
};

/// How a call ended, as the connection knows it.
struct answer {
    enum class kind { result, exception, failure };
    kind what = kind::failure;
    wire::buffer result;                     // kind::result
    std::vector<wire_exception> exceptions;  // kind::exception, most derived first
    errc code = errc::connection_lost;       // kind::failure
    roi::outcome ran = outcome::unknown;
    std::string text;
    std::vector<std::string> moved_to;  // endpoints, where the object is elsewhere
    /// The peer itself said so, of this very call: not_executed is final then, whatever became of
    /// earlier attempts under the same number.
    bool from_peer = false;
    /// Nobody listens at the endpoint any more: the process that did has ended, or stopped serving.
    bool nobody_there = false;
};

/// One call under way at the caller. The caller owns it and keeps it until `completed` has run.
class outgoing {
public:
    call_header header;
    wire::writer arguments;  // consumed by channel::start
    /// Arguments that travelled in parts, left here for another attempt; used by start() in place
    /// of `arguments` where it is not null.
    std::shared_ptr<const wire::buffer> large_arguments;
    std::optional<time_point> deadline;  // absolute; the connection ends the call when it passes
    /// Set before start() where this thread calls channel::wait() next: then that thread reads the
    /// answer, and no other is woken for it. Without it a thread of the runtime reads.
    bool will_wait = false;
    /// May somebody cancel() it while that thread waits? Where nobody can, the thread may sleep in
    /// ways that only an answer ends, which costs a system call less.
    bool cancellable = true;
    /// The call is given a number in the session with the server, so that it can be asked for again
    /// over another connection: header.sequence, of `session`. Where both are set before start(),
    /// this is such a repetition: it is sent only to that server. A call that ends without an
    /// answer keeps its number: whoever owns the call finishes it, or asks again.
    bool numbered = false;
    std::shared_ptr<caller_session> session;

    /// Runs exactly once for each started call, on any thread, under no lock of the connection.
    /// It must not block.
    virtual void completed(answer&& result) noexcept = 0;

    // Used by the connection alone.
    std::uint64_t id = 0;
    void* link = nullptr;
    /// Given up, and the peer is asked whether it began; ends when this is over.
    std::optional<errc> given_up;

protected:
    ~outgoing() = default;
};

/// A connection to a peer, or the way to one that is being connected.
class channel {
public:
    virtual ~channel() = default;

    /// Sends `call`. It may complete before this returns. Calls on a channel that is not yet
    /// connected wait for it within their deadline; on a channel that has failed they end with
    /// outcome::not_executed.
    virtual void start(outgoing& call) = 0;

    /// Blocks until `call`, started on this channel, has completed; meanwhile this thread may do
    /// the connection's reading for every waiter. Never runs methods of user objects.
    virtual void wait(outgoing& call) = 0;

    /// Gives `call` up: it completes with errc::cancelled (not_executed if it was never written,
    /// else unknown), unless it has completed already. A cancel frame goes to the peer. A numbered
    /// call completes when the peer has said whether it began, or soon without.
    virtual void cancel(outgoing& call) = 0;

    /// "unix:/run/x", "tcp://127.0.0.1:4000".
    virtual std::string endpoint() const = 0;
    /// True when a new call must use a new channel.
    virtual bool failed() const noexcept = 0;
};

/// One call being served. Released by exactly one of its three endings, or by destruction, which
/// answers with errc::shutting_down.
class incoming {
public:
    virtual ~incoming() = default;
    virtual const call_header& header() const noexcept = 0;
    /// Deadline in this process's clock, from `time_left` at arrival.
    virtual std::optional<time_point> deadline() const noexcept = 0;
    /// The arguments. They stay valid as long as this object does.
    virtual std::span<const std::byte> arguments() const noexcept = 0;
    /// Has the caller cancelled, or has its connection ended? Any thread.
    virtual bool abandoned() const noexcept = 0;
    /// Calls `notify` once when that happens (at once if it has); null takes it back and returns
    /// when no notification is running.
    virtual void on_abandoned(void (*notify)(void*), void* context) = 0;

    /// The method reports that it got on; and how far it is. Any thread.
    virtual void add_progress(std::uint64_t) noexcept {}
    virtual std::uint64_t progress() const noexcept { return 0; }
    /// The method is called next: from here on it may have had an effect. Any thread.
    virtual void begins() noexcept {}
    /// The method that follows may take long: what this thread has answered on the connection and
    /// not yet written goes out now.
    virtual void answers_first() noexcept {}

    virtual void reply(wire::writer&& result) noexcept = 0;
    virtual void fail(std::span<const wire_exception> exceptions) noexcept = 0;
    virtual void refuse(errc code, roi::outcome ran, std::string text) noexcept = 0;
    /// The answer as a Reply message without its id; `executed`: the method ran.
    virtual void answer(wire::writer&& reply, bool executed) noexcept = 0;

    /// Who calls: uid of the peer on a Unix socket, else nothing; and its runtime's identity.
    struct peer {
        std::optional<std::uint32_t> uid;
        std::optional<std::int32_t> pid;
        std::uint64_t runtime_high = 0;
        std::uint64_t runtime_low = 0;
        std::uint64_t connection = 0;  // unique within this process
        std::string endpoint;
    };
    virtual const peer& from() const noexcept = 0;
};

/// Serves the calls that arrive. Given to every connection; outlives them.
class call_sink {
public:
    /// A call has arrived, on the thread that read it and that owns the connection. The sink may
    /// run the method here and now: when it takes long, the connection is taken from this thread
    /// and served by another, and replies made here still go out.
    virtual void on_call(std::unique_ptr<incoming> call) noexcept = 0;
    /// The connection ended; no call of it arrives after this.
    virtual void on_peer_gone(const incoming::peer& who) noexcept = 0;

protected:
    ~call_sink() = default;
};

/// Threads and time, as the API layer needs them. Implemented by the runtime's own pool and by a
/// shell around a user's io_context.
class executor {
public:
    virtual ~executor() = default;
    /// Runs `work(context)` on a worker (or as a handler of the user's io_context). False: the
    /// limit of threads or queue is reached, and nothing will run.
    [[nodiscard]] virtual bool post(void (*work)(void*), void* context) = 0;
    /// Runs `work(context)` on this thread, once, as soon as what it has just read is dealt with,
    /// and as one runs a method: where it takes long, others take over. False: this thread is not
    /// inside outgoing::completed() for a connection that may be taken from it.
    [[nodiscard]] virtual bool run_here(void (*)(void*), void*) noexcept { return false; }
    /// Runs `work(context)` at `when`, roughly; returns a number for cancel_timer.
    virtual std::uint64_t start_timer(time_point when, void (*work)(void*), void* context) = 0;
    /// True: it will not run. False: it ran, or is running.
    virtual bool cancel_timer(std::uint64_t timer) = 0;
    /// This thread is about to wait for something else than a channel: what it owns is handed to
    /// other threads, so that nothing waits for it. Cheap on threads that are not the runtime's.
    /// Not needed before channel::wait(), which does it by itself, and only when it really sleeps.
    virtual void before_blocking() noexcept = 0;
    /// Is a connection whose thread is held by a method taken over by another? Where it is not, as
    /// on a user's io_context, methods are posted, so that a waiting one delays its own object
    /// only.
    virtual bool takes_over() const noexcept { return true; }
    /// Where time is simulated: runs what happens in that time, and returns true. False: time is
    /// real, and who wants to wait sleeps.
    virtual bool pass_time(std::chrono::nanoseconds) { return false; }
    /// A worker thread of this executor is running us.
    virtual bool on_worker() const noexcept = 0;
    virtual time_point now() const noexcept = 0;
};

}  // namespace roi::core
