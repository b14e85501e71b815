// What a connection needs of its engine: somebody to poll, to keep time and to run methods.
#pragma once

#include "core/channel.hpp"
#include "core/session.hpp"
#include "net/engine.hpp"

#include <memory>
#include <string_view>

namespace roi::net {

class connection;

/// Two implementations: own threads (pool.hpp), and a user's io_context (asio_shell.hpp).
class shell {
public:
    virtual ~shell() = default;

    /// The connection's gate is `armed`: some thread calls on_ready() once, when its socket is
    /// readable (writable, while it connects).
    virtual void arm(connection& which) = 0;
    /// Some thread calls on_handed_over(): the gate is owned, and input waits.
    virtual void continue_serving(std::shared_ptr<connection> which) = 0;
    /// Some thread calls on_writable() once, when the socket takes octets again.
    virtual void await_writable(connection& which) = 0;
    /// Some thread calls on_timer() at `when`; one earlier wish replaces a later one.
    virtual void set_timer(connection& which, core::time_point when) = 0;
    /// No call is under way: a timer need not fire (but may).
    virtual void clear_timer(connection& which) = 0;

    /// A thread waits for a connection whose name is still being resolved.
    virtual void drive(connection& which) = 0;
    /// The connection was used and nobody polls it: arm it soon, so that its end is noticed.
    virtual void touched(connection& which) = 0;
    /// A method begins to run on this thread, on behalf of a connection whose gate says so.
    virtual void method_begins() noexcept = 0;
    /// So many methods run that no further one may start.
    virtual bool saturated() const noexcept = 0;
    /// May this thread sleep in recv() for one connection? True is followed by end_sleep().
    virtual bool try_sleep() noexcept = 0;
    virtual void end_sleep() noexcept = 0;
    /// Other connections wait for the thread that serves this one.
    virtual bool others_wait() const noexcept = 0;
    /// Reads of one connection in a row before others have their turn.
    virtual unsigned turns_per_hold() const noexcept = 0;
    /// False where threads must not wait inside a write.
    virtual bool may_wait_in_write() const noexcept = 0;
    /// This thread goes to sleep; a connection whose method it runs is handed over.
    virtual void before_blocking() noexcept = 0;

    /// Runs the call on a worker, or refuses it.
    virtual void run_elsewhere(std::unique_ptr<core::incoming> call) = 0;
    virtual void gone(connection& which) noexcept = 0;

    struct settings {
        core::limits limits;
        core::session::identity own;
        std::uint64_t secret = 0;
        bool spin = false;
        bool eager_timers =
            false;  // a timer that need not fire must go: it keeps a context running
    };
    virtual std::shared_ptr<const settings> options() const = 0;
    /// The call sessions of this process; they live as long as the shell.
    virtual core::call_sessions call_sessions() noexcept = 0;
    /// The peer of this connection has said which runtime it is. `yields`: returns another
    /// connection to the same runtime that calls can use, which from now on is what connect() to
    /// the endpoint of `which` gives; null: there is none.
    virtual std::shared_ptr<connection> met(connection& which, bool yields) = 0;
    /// Ends sessions whose callers do not come back, at `when` and from then on.
    virtual void look_after_sessions(core::time_point when) = 0;
    virtual core::call_sink* sink() const noexcept = 0;
};

}  // namespace roi::net
