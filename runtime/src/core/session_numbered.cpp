// The state machine of one connection, as far as it concerns call sessions.
#include "core/session.hpp"

namespace roi::core {

void session::put_granted() {
    session_frame granted;
    if (served_session_) {
        granted.high = served_session_->id().high;
        granted.low = served_session_->id().low;
        granted.max_unacknowledged = bounds_->max_session_rows;
        granted.lease_us =
            static_cast<std::uint64_t>(std::chrono::microseconds{bounds_->session_lease}.count());
    }
    wire::writer frame;
    put_session(frame, granted);
    out_.put(frame.bytes());
}

void session::open_sessions(const std::shared_ptr<served_call::host>& host, time_point now) {
    if (!peer_.sessions || sessions_.served == nullptr || sessions_.own == nullptr) return;
    host_ = host.get();
    served_session_ = sessions_.served->open(host, host->from(), now);
    put_granted();
    awaited_sessions_ = 1;
    // Which of two connections stays is for the end that made them to decide.
    claim_peer(now, side_ == side::acceptor);
}

void session::claim_peer(time_point now, bool anyway) {
    auto claimed = sessions_.own->begin(peer_.runtime_high, peer_.runtime_low, now, anyway);
    yields_ = !claimed.is_first && !anyway;
    if (yields_) return;
    claimed_ = true;
    attaching_ = std::move(claimed.session);
    if (!attaching_) return;
    ++awaited_sessions_;
    hello_until_ = now + bounds_->hello_time;
    wire::writer frame;
    put_attach(frame, attaching_->id().high, attaching_->id().low);
    out_.put(frame.bytes());
}

void session::go_ahead(time_point now, actions& out) {
    if (!yields_ || state_ != state::open) return;
    claim_peer(now, true);
    pump(now, out);
}

void session::yield(std::vector<moved_call>& moved, actions& out) {
    if (!yields_ || state_ != state::open) return;
    for (auto* call : waiting_) {
        moved.push_back({call, waiter_of(*call)});
        if (!call->will_wait) --unattended_;
        call->link = nullptr;
    }
    waiting_.clear();
    we_leave_ = true;  // nobody comes back for this connection's sessions
    wire::writer away;
    put_go_away(away, last_served_, errc::shutting_down, "there is another connection",
                farewell::final);
    out_.put(away.bytes());
    end_after_output(errc::unreachable, "there is another connection", out);
}

void session::on_session(const session_frame& frame, time_point now, actions& out) {
    if (awaited_sessions_ == 0) return violated("a Session that was not asked for", out);
    const session_id id{frame.high, frame.low};
    if (attaching_ && awaited_sessions_ == 1) {
        // The answer to Attach. Where it is none, calls of that session end as unknown.
        if (id == attaching_->id()) own_session_ = std::move(attaching_);
        attaching_.reset();
    } else if (id) {
        own_session_ =
            std::make_shared<caller_session>(id, peer_.runtime_high, peer_.runtime_low, *bounds_);
    }
    if (--awaited_sessions_ == 0) hello_until_.reset();
    pump(now, out);
}

void session::on_attach(const session_frame& frame, const std::shared_ptr<served_call::host>& host,
                        actions& out) {
    if (sessions_.served == nullptr || !peer_.sessions)
        return violated("an Attach without sessions", out);
    if (served_.size() > 0) return violated("an Attach behind calls", out);
    auto found = sessions_.served->attach({frame.high, frame.low}, host, host->from());
    if (!found.session) {
        wire::writer none;
        put_session(none, {});
        out_.put(none.bytes());
        return;
    }
    if (served_session_ && served_session_ != found.session)
        sessions_.served->discard(*served_session_);
    served_session_ = std::move(found.session);
    out.replaced = std::move(found.replaced);
    put_granted();
}

// The connection ends, or is about to.
void session::leave_sessions(const std::vector<served_call*>& orphans, actions& out) {
    if (served_session_) {
        out.look_after_sessions = sessions_.served->detach(*served_session_, host_, orphans,
                                                           is_last(), now_, out.abandoned);
        served_session_.reset();
    }
    if (claimed_) {
        // While one is being attached, the one that the connection brought is unused.
        auto used = is_last() ? nullptr : attaching_ ? attaching_ : own_session_;
        sessions_.own->end(peer_.runtime_high, peer_.runtime_low, std::move(used),
                           now_ + bounds_->session_lease);
        claimed_ = false;
    }
    attaching_.reset();
    own_session_.reset();
}

// A numbered call has arrived, whole. False: it is not to be run, and was answered if need be.
bool session::admit(const served_call::host* host, std::uint64_t id, const call_header& header,
                    std::span<const std::byte> arguments, actions& out) {
    const auto answer_with = [&](errc code, roi::outcome ran, std::string_view text) {
        wire::writer frame;
        put_failure(frame, id, code, ran, text);
        out_.put(frame.bytes());
        return false;
    };
    if (!served_session_)
        return answer_with(errc::connection_lost, outcome::not_executed,
                           "the call is numbered, and this connection has no session");
    auto arrived = served_session_->arrive(host, header, id, arguments.size(), arguments);
    // Where another connection has taken over, this one is ending: nothing more of it counts.
    if (!arrived.attached) return false;
    switch (arrived.what) {
        case admission::run:
            return true;
        case admission::replay:
            frame_reply(arrived.reply, id);
            out_.put(arrived.reply.bytes());
            return false;
        case admission::running:
            return false;  // the call that runs answers to this one's id
        case admission::no_reply:
            return answer_with(errc::reply_unreadable, outcome::executed,
                               "it ran, but its answer was too large to be kept for asking again");
        case admission::in_doubt:
            return answer_with(errc::connection_lost, outcome::unknown,
                               "the server ended while the call ran");
        case admission::stale:
            return answer_with(errc::malformed, outcome::unknown,
                               "the caller has acknowledged the end of this call before");
        case admission::false_retry:
            return answer_with(errc::malformed, outcome::unknown,
                               "the number of this call was used for another one");
        case admission::full:
            return answer_with(errc::overloaded, outcome::not_executed,
                               "too many calls of one caller, or too much of their answers, are "
                               "not acknowledged");
        case admission::flooded:
            violated("calls beyond the limit of its session", out);
            return false;
    }
    return false;
}

// The peer says which of the calls that we gave up have begun.
void session::on_states(time_point, actions& out) {
    for (const auto& told : in_.states) {
        auto* const record = sent_.find(told.id);
        if (record != nullptr && record->call->given_up && told.running)
            end_given_up(*record->call, out);
    }
}

}  // namespace roi::core
