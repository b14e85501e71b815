// One connection's protocol state, pure: frames, calls and the time go in; octets to write,
// finished calls and arrived calls come out.
//
// A session has no lock, clock, socket or thread. Its connection guards it, asks it for octets
// (output()), tells it what became of them, and runs the actions it collects after releasing the
// lock. A call's id belongs to its connection alone; what outlives it are the call sessions that a
// connection is attached to, one in each direction (callee_session, caller_session).
#pragma once

#include "core/call_table.hpp"
#include "core/callee_session.hpp"
#include "core/caller_session.hpp"
#include "core/channel.hpp"
#include "core/frame.hpp"
#include "core/limits.hpp"
#include "core/outbox.hpp"
#include "core/receiver.hpp"
#include "core/served_call.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roi::core {

/// What the connection does for its session once the lock is released, in this order.
struct actions {
    struct finished {
        outgoing* call;
        void* waiter;  // what set_waiter() gave; null: nobody waits
        answer result;
    };
    std::vector<finished> done;                         // call->completed(result)
    std::vector<served_call*> abandoned;                // each is pinned; ->abandon()
    std::vector<std::unique_ptr<served_call>> arrived;  // to the sink, oldest first
    std::shared_ptr<served_call::host> replaced;        // ->replaced()
    std::optional<time_point> look_after_sessions;      // callee_sessions::expire() at that time

    bool empty() const noexcept { return done.empty() && abandoned.empty() && arrived.empty(); }
};

enum class side { connector, acceptor };

/// The call sessions of a process, both ways; null: calls are not numbered.
struct call_sessions {
    callee_sessions* served = nullptr;
    caller_sessions* own = nullptr;
};

class session {
public:
    struct identity {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::string software;
    };
    enum class state {
        greeting,  ///< the peer's Hello has not come; own calls wait
        open,
        closing,  ///< what waits is written, then the connection ends; nothing is read any more
        closed,
    };

    /// `bounds`, `own` and `numbered` must outlive the session; `secret` is random.
    session(side which, const limits& bounds, const identity& own, std::uint64_t secret,
            call_sessions numbered = {});

    /// The transport is there: the connector speaks first. Hello must come until now + hello_time.
    void begin(time_point now);

    // --- input ----------------------------------------------------------------------------------

    /// Takes at most `most` frames from `in`. True: there may be more to take.
    bool take(receiver& in, const std::shared_ptr<served_call::host>& host, time_point now,
              std::size_t most, actions& out);
    /// The connection ended, or is given up: every call ends with what is known of it.
    void close(errc code, std::string_view text, actions& out);
    /// Nobody listens at the endpoint: calls that end from now on are told.
    void found_nobody() noexcept { nobody_there_ = true; }

    // --- output ---------------------------------------------------------------------------------

    outbox::pieces output() { return out_.next(); }
    void wrote(std::size_t count) noexcept { out_.wrote(count); }
    /// Own calls wait for room; with room, pump() encodes them.
    bool has_waiting() const noexcept { return !waiting_.empty(); }
    void pump(time_point now, actions& out);
    bool has_output() const noexcept { return !out_.empty(); }
    /// So much waits that neither calls are read nor own ones written.
    bool congested() const noexcept {
        return out_.small_octets() > bounds_->write_buffer ||
               out_.large_octets() > bounds_->write_large;
    }
    void idle() noexcept { out_.idle(); }

    // --- own calls ------------------------------------------------------------------------------

    void start(outgoing& call, time_point now, actions& out);
    /// Gives the call up. One that the peer may have begun is asked after, and may go on until
    /// call.deadline, which is soon then.
    void cancel(outgoing& call, time_point now, actions& out);
    /// The deadline of one call has passed; nothing happens if it has ended. The same holds.
    void expire(outgoing& call, time_point now, actions& out);
    /// Whether `call` has yet to end here.
    bool active(const outgoing& call) const noexcept { return call.link != nullptr; }
    /// What comes with the end of `call`, which is active.
    void set_waiter(outgoing& call, void* waiter) noexcept {
        call.link = waiter != nullptr ? waiter : this;
    }
    void* waiter_of(const outgoing& call) const noexcept {
        return call.link == this ? nullptr : call.link;
    }
    /// Calls that have not ended, waiting ones included.
    std::size_t own_calls() const noexcept { return sent_.size() + waiting_.size(); }
    /// Of these, calls whose thread will not wait for them (outgoing::will_wait).
    std::size_t unattended_calls() const noexcept { return unattended_; }

    // --- calls being served ---------------------------------------------------------------------

    void answer(std::uint64_t id, bool oneway, wire::writer&& bytes, served_call::host::form what);
    void forget(std::uint64_t id, std::size_t octets) noexcept {
        served_.erase(id);
        served_octets_ -= octets;
    }
    std::size_t served_calls() const noexcept { return served_.size(); }

    // --- time -----------------------------------------------------------------------------------

    /// Ends what has run out (calls, a peer that does not say Hello); returns when to ask again.
    std::optional<time_point> expire(time_point now, actions& out);
    /// Calls have ended that the peer should be told of, if no call follows until then.
    std::optional<time_point> acknowledges_at() const noexcept { return acknowledge_at_; }

    // --- one connection per server -------------------------------------------------------------

    /// Another connection of this process calls the same server already: own calls wait until one
    /// of the two is called.
    bool yields() const noexcept { return yields_ && state_ == state::open; }
    /// Own calls are to be made over that other connection: appends those that wait, oldest first,
    /// with what set_waiter() gave. This one ends.
    struct moved_call {
        outgoing* call;
        void* waiter;
    };
    void yield(std::vector<moved_call>& moved, actions& out);
    /// The other one cannot be used: own calls are made here.
    void go_ahead(time_point now, actions& out);

    // --- the rest -------------------------------------------------------------------------------

    /// Accepts no further calls: later ones are refused, calls under way go on.
    void drain(std::string_view text);
    /// Neither end has anything under way.
    bool quiet() const noexcept {
        return sent_.empty() && waiting_.empty() && served_.empty() && partial_.empty() &&
               out_.empty();
    }
    void ping(std::uint64_t nonce);
    std::uint64_t last_pong() const noexcept { return last_pong_; }

    state now_in() const noexcept { return state_; }
    bool is_open() const noexcept { return state_ == state::open; }
    /// New calls must use another connection.
    bool refuses_calls() const noexcept { return peer_leaves_ || state_ >= state::closing; }
    bool drained_by_us() const noexcept { return we_leave_; }
    const hello_frame& peer() const noexcept { return peer_; }
    /// Why the connection is closing or closed.
    errc reason() const noexcept { return reason_; }
    const std::string& reason_text() const noexcept { return reason_text_; }

private:
    struct sent_call {
        outgoing* call = nullptr;
        std::uint64_t position = 0;
        std::size_t frame_size = 0;
        std::unique_ptr<assembly> reply;
    };
    struct partial_call {
        call_header header;
        time_point arrived;
        std::unique_ptr<assembly> arguments;
    };

    void on_frame(const std::shared_ptr<served_call::host>& host, time_point now, actions& out);
    void on_hello(const hello_frame& hello, const std::shared_ptr<served_call::host>& host,
                  time_point now, actions& out);
    void on_call(const call_frame& call, const std::shared_ptr<served_call::host>& host,
                 time_point now, actions& out);
    void on_reply(reply_frame& reply, time_point now, actions& out);
    void on_cancel(std::uint64_t id, actions& out);
    void on_session(const session_frame& frame, time_point now, actions& out);
    void on_attach(const session_frame& frame, const std::shared_ptr<served_call::host>& host,
                   actions& out);
    void on_states(time_point now, actions& out);
    void open_sessions(const std::shared_ptr<served_call::host>& host, time_point now);
    void put_granted();
    void claim_peer(time_point now, bool anyway);
    bool admit(const served_call::host* host, std::uint64_t id, const call_header& header,
               std::span<const std::byte> arguments, actions& out);
    static void never_sent(outgoing& call) noexcept;
    void resolved(outgoing& call);
    void give_up(outgoing& call, errc code, time_point now, actions& out);
    void end_given_up(outgoing& call, actions& out);
    void on_go_away(const go_away_frame& frame, time_point now, actions& out);
    std::unique_ptr<assembly> check_out(const chunk_frame& head, std::size_t size, actions& out);
    void check_in(std::unique_ptr<assembly> part, const std::shared_ptr<served_call::host>& host,
                  time_point now, actions& out);
    /// `whole`: the arguments with their memory, where they came in parts.
    void serve(const std::shared_ptr<served_call::host>& host, std::uint64_t id,
               const call_header& header, std::optional<time_point> deadline, wire::buffer* whole,
               std::span<const std::byte> arguments, actions& out);
    void end_calls(errc code, std::string_view text, actions& out);
    void leave_sessions(const std::vector<served_call*>& orphans, actions& out);

    void greet();
    void end_after_output(errc code, std::string_view text, actions& out);
    void violated(std::string_view what, actions& out);
    void refuse_call(std::uint64_t id, std::uint32_t flags, errc code, std::string_view text);
    bool encode(outgoing& call, time_point now, actions& out);
    bool number(outgoing& call, time_point now, actions& out);
    bool may_write() const noexcept;
    /// Neither end comes back after this connection, so calls cannot be asked for again.
    bool is_last() const noexcept { return peer_final_ || we_leave_; }
    void finish(outgoing& call, core::answer&& result, actions& out);
    void fail(outgoing& call, errc code, roi::outcome ran, std::string_view text, actions& out);
    /// Withdraws a call that was encoded; says whether it can still run.
    roi::outcome take_back(std::uint64_t id, sent_call& record);
    void drop_partial(const std::unique_ptr<assembly>& part) noexcept {
        if (part) partial_octets_ -= part->size();
    }

    const limits* bounds_;
    const identity* own_;
    side side_;
    state state_ = state::greeting;
    bool begun_ = false;
    bool greeted_ = false;
    bool peer_leaves_ = false;
    bool peer_final_ = false;
    bool nobody_there_ = false;
    bool we_leave_ = false;
    errc reason_ = errc::connection_lost;
    std::string reason_text_;
    std::optional<time_point> hello_until_;

    const call_sessions sessions_;
    std::shared_ptr<callee_session> served_session_;  // of the peer's calls
    std::shared_ptr<caller_session> own_session_;     // of our calls
    std::shared_ptr<caller_session> attaching_;       // asked for by Attach
    unsigned awaited_sessions_ = 0;                   // Session frames; own calls wait for them
    bool claimed_ = false;
    bool yields_ = false;
    std::optional<time_point> acknowledge_at_;
    time_point numbered_at_{};                 // the last numbered call was sent
    time_point now_{};                         // of the last input
    const served_call::host* host_ = nullptr;  // what our sessions know us by

    outbox out_;
    hello_frame peer_;
    std::uint64_t last_pong_ = 0;

    std::uint64_t next_id_ = 1;
    call_table<sent_call> sent_;
    std::list<outgoing*> waiting_;  // own calls without an id yet, oldest first
    std::size_t unattended_ = 0;

    std::uint64_t last_served_ = 0;
    call_table<served_call*> served_;
    std::size_t served_octets_ = 0;  // arguments of calls that exist, answered or not
    std::map<std::uint64_t, partial_call> partial_;  // by id; an ordered map has no bad keys
    std::size_t partial_octets_ = 0;                 // received of partial_ and of results

    frame in_;  // reused
};

}  // namespace roi::core
