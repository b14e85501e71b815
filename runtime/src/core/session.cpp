// The state machine of one connection: greeting, calls, results, endings.
#include "core/session.hpp"

#include <algorithm>

namespace roi::core {
namespace {

constexpr std::string_view foreign_answer =
    "This is a ROI endpoint; what you sent is not the ROI protocol.\r\n";

std::size_t size_of(const outgoing& call) noexcept {
    return call.large_arguments ? call.large_arguments->size() : call.arguments.size();
}

}  // namespace

session::session(side which, const limits& bounds, const identity& own, std::uint64_t secret,
                 call_sessions numbered)
    : bounds_(&bounds),
      own_(&own),
      side_(which),
      sessions_(numbered),
      out_(bounds),
      sent_(secret ^ 0xD1B54A32D192ED03u),
      served_(secret) {}

// --- greeting ------------------------------------------------------------------------------------

void session::begin(time_point now) {
    begun_ = true;
    now_ = now;
    hello_until_ = now + bounds_->hello_time;
    // The acceptor answers once it has seen the preface, so that a foreign peer gets plain text.
    if (side_ == side::connector) greet();
}

void session::greet() {
    if (greeted_) return;
    greeted_ = true;
    hello_frame hello;
    hello.version_min = protocol_version;
    hello.version_max = protocol_version;
    hello.chunks = true;
    hello.sessions = sessions_.served != nullptr && sessions_.own != nullptr;
    hello.runtime_high = own_->high;
    hello.runtime_low = own_->low;
    hello.max_message = bounds_->max_message;
    hello.max_calls = bounds_->max_calls;
    hello.software = own_->software;
    wire::writer out;
    put_hello(out, hello);
    out.put_raw(std::as_bytes(std::span{preface}));
    out_.put(out.bytes());
}

void session::on_hello(const hello_frame& hello, const std::shared_ptr<served_call::host>& host,
                       time_point now, actions& out) {
    if (state_ != state::greeting) return violated("a second Hello", out);
    if (hello.version_min > protocol_version || hello.version_max < protocol_version) {
        const std::string text = "this end speaks version " + std::to_string(protocol_version) +
                                 " of the protocol, the other " +
                                 std::to_string(hello.version_min) + " to " +
                                 std::to_string(hello.version_max);
        wire::writer away;
        put_go_away(away, 0, errc::not_supported, text);
        out_.put(away.bytes());
        return end_after_output(errc::not_supported, text, out);
    }
    peer_ = hello;
    if (peer_.max_calls == 0) peer_.max_calls = 1;
    if (peer_.max_message == 0) peer_.max_message = bounds_->max_message;
    state_ = state::open;
    hello_until_.reset();
    open_sessions(host, now);
    if (awaited_sessions_ > 0) hello_until_ = now + bounds_->hello_time;
    if (we_leave_) {
        wire::writer away;
        put_go_away(away, 0, errc::shutting_down, "the other end is stopping", farewell::final);
        out_.put(away.bytes());
    }
    pump(now, out);
}

// --- endings -------------------------------------------------------------------------------------

void session::never_sent(outgoing& call) noexcept {
    if (!call.session || (call.header.flags & flag_repeated) != 0) return;
    call.session->finish(std::exchange(call.header.sequence, 0));
    call.session.reset();
}

// The end of a numbered call is known.
void session::resolved(outgoing& call) {
    if (!call.session) return;
    call.session->finish(call.header.sequence);
    if (!acknowledge_at_) acknowledge_at_ = now_ + bounds_->acknowledge_after;
}

void session::finish(outgoing& call, core::answer&& result, actions& out) {
    void* const waiter = call.link == this ? nullptr : call.link;
    call.link = nullptr;
    if (!call.will_wait) --unattended_;
    out.done.push_back({&call, waiter, std::move(result)});
}

void session::fail(outgoing& call, errc code, roi::outcome ran, std::string_view text,
                   actions& out) {
    core::answer result;
    result.what = core::answer::kind::failure;
    result.code = code;
    result.ran = ran;
    result.text = text;
    result.nobody_there = nobody_there_;
    finish(call, std::move(result), out);
}

void session::end_calls(errc code, std::string_view text, actions& out) {
    sent_.for_each([&](std::uint64_t, sent_call& record) {
        outgoing& call = *record.call;
        const bool gone = out_.may_be_sent(record.position);
        if (!gone) never_sent(call);
        // What cannot be asked for again keeps nothing to ask with.
        if (is_last()) call.session.reset();
        fail(call, call.given_up ? *call.given_up : code,
             gone ? outcome::unknown : outcome::not_executed, text, out);
    });
    sent_.clear();
    for (auto* call : waiting_)
        fail(*call, code, outcome::not_executed, text, out);
    waiting_.clear();
    std::vector<served_call*> orphans;
    served_.for_each([&](std::uint64_t, served_call* call) {
        if (call->is_numbered() && served_session_) {
            orphans.push_back(call);
            return;
        }
        call->pin();
        out.abandoned.push_back(call);
    });
    served_.clear();
    partial_.clear();
    partial_octets_ = 0;
    leave_sessions(orphans, out);
}

void session::end_after_output(errc code, std::string_view text, actions& out) {
    if (state_ >= state::closing) return;
    state_ = state::closing;
    hello_until_.reset();
    acknowledge_at_.reset();
    reason_ = code;
    reason_text_ = text;
    end_calls(code, text, out);
}

void session::violated(std::string_view what, actions& out) {
    if (state_ >= state::closing) return;
    const std::string text = "the other end broke the protocol: " + std::string{what};
    if (greeted_) {
        wire::writer away;
        put_go_away(away, last_served_, errc::malformed, text);
        out_.put(away.bytes());
    }
    end_after_output(errc::malformed, text, out);
}

void session::close(errc code, std::string_view text, actions& out) {
    if (state_ == state::closed) return;
    if (state_ != state::closing) {
        // Before Hello nothing was sent that could have run.
        if (state_ == state::greeting && code == errc::connection_lost) code = errc::unreachable;
        reason_ = code;
        reason_text_ = text;
        end_calls(code, text, out);
    }
    state_ = state::closed;
    hello_until_.reset();
    acknowledge_at_.reset();
}

void session::drain(std::string_view text) {
    if (we_leave_) return;
    we_leave_ = true;
    if (state_ != state::open) return;
    wire::writer away;
    put_go_away(away, last_served_, errc::shutting_down, text, farewell::final);
    out_.put(away.bytes());
}

void session::on_go_away(const go_away_frame& frame, time_point, actions& out) {
    peer_leaves_ = true;
    peer_final_ = peer_final_ || frame.final;
    const std::string text =
        frame.text.empty() ? std::string{"the other end is stopping"} : frame.text;
    if (state_ == state::greeting) return end_after_output(frame.code, text, out);
    std::vector<std::uint64_t> above;
    sent_.for_each([&](std::uint64_t id, sent_call&) {
        if (id > frame.last_call) above.push_back(id);
    });
    for (const auto id : above) {
        auto* record = sent_.find(id);
        drop_partial(record->reply);
        out_.drop_large(id, false);
        outgoing& call = *record->call;
        never_sent(call);
        fail(call, frame.code, outcome::not_executed, text, out);
        sent_.erase(id);
    }
    for (auto* call : waiting_)
        fail(*call, frame.code, outcome::not_executed, text, out);
    waiting_.clear();
}

// --- input ---------------------------------------------------------------------------------------

bool session::take(receiver& in, const std::shared_ptr<served_call::host>& host, time_point now,
                   std::size_t most, actions& out) {
    now_ = now;
    for (std::size_t taken = 0; taken < most;) {
        if (state_ >= state::closing) return false;
        if (out_.small_octets() > bounds_->max_small_unwritten) {
            violated("it asks and does not read what it is answered", out);
            return false;
        }
        chunk_frame head;
        std::size_t size = 0;
        switch (in.next(head, size)) {
            case receiver::step::need_more:
                return false;
            case receiver::step::preface_done:
                greet();
                break;
            case receiver::step::foreign:
                if (side_ == side::acceptor)
                    out_.put(
                        std::as_bytes(std::span{foreign_answer.data(), foreign_answer.size()}));
                end_after_output(errc::malformed, "the other end does not speak the ROI protocol",
                                 out);
                return false;
            case receiver::step::too_large:
                violated("a frame larger than the limit of " +
                             std::to_string(state_ == state::open ? bounds_->max_message
                                                                  : bounds_->before_hello) +
                             " octets",
                         out);
                return false;
            case receiver::step::chunk:
                in.fill(check_out(head, size, out));
                break;
            case receiver::step::chunk_done:
                check_in(in.filled(), host, now, out);
                ++taken;
                break;
            case receiver::step::frame:
                ++taken;
                if (!parse_frame(in.message(), *bounds_, in_)) {
                    violated("a frame that cannot be decoded", out);
                    return false;
                }
                on_frame(host, now, out);
                if (state_ == state::open) in.open();
                break;
        }
    }
    return true;
}

void session::on_frame(const std::shared_ptr<served_call::host>& host, time_point now,
                       actions& out) {
    if (state_ == state::greeting && in_.kind != frame_kind::hello &&
        in_.kind != frame_kind::go_away)
        return violated("something before Hello", out);
    switch (in_.kind) {
        case frame_kind::unknown:
            return;
        case frame_kind::hello:
            return on_hello(in_.hello, host, now, out);
        case frame_kind::call:
            return on_call(in_.call, host, now, out);
        case frame_kind::reply:
            return on_reply(in_.reply, now, out);
        case frame_kind::cancel:
            return on_cancel(in_.cancel_id, out);
        case frame_kind::pong:
            last_pong_ = in_.pong_nonce;
            return;
        case frame_kind::go_away:
            return on_go_away(in_.go_away, now, out);
        case frame_kind::session:
            return on_session(in_.session, now, out);
        case frame_kind::attach:
            return on_attach(in_.session, host, out);
        case frame_kind::acknowledge:
            if (served_session_) served_session_->acknowledge(host.get(), in_.acknowledged);
            return;
        case frame_kind::states:
            return on_states(now, out);
        case frame_kind::ping: {
            std::vector<call_state> states;
            states.reserve(in_.ping.calls.size());
            for (const auto id : in_.ping.calls) {
                const auto* const call = served_.find(id);
                states.push_back({id, call != nullptr, call ? (*call)->progress() : 0});
            }
            wire::writer pong;
            put_pong(pong, in_.ping.nonce, states);
            out_.put(pong.bytes());
            return;
        }
        case frame_kind::chunk: {
            auto part = check_out(in_.chunk, in_.chunk.data.size(), out);
            if (part) part->append(in_.chunk.data, bounds_->growth_step);
            check_in(std::move(part), host, now, out);
            return;
        }
    }
}

void session::refuse_call(std::uint64_t id, std::uint32_t flags, errc code, std::string_view text) {
    if ((flags & flag_oneway) != 0) return;
    wire::writer frame;
    put_failure(frame, id, code, outcome::not_executed, text);
    out_.put(frame.bytes());
}

void session::serve(const std::shared_ptr<served_call::host>& host, std::uint64_t id,
                    const call_header& header, std::optional<time_point> deadline,
                    wire::buffer* whole, std::span<const std::byte> arguments, actions& out) {
    const bool is_ours = header.sequence != 0 && !header.is_journaled();
    if (is_ours && !admit(host.get(), id, header, arguments, out)) return;
    auto call = whole != nullptr ? served_call::make(host, id, header, deadline, std::move(*whole))
                                 : served_call::make(host, id, header, deadline, arguments);
    if (is_ours) call->number(served_session_);
    served_octets_ += call->arguments().size();
    served_.insert(id, call.get());
    out.arrived.push_back(std::move(call));
}

void session::on_call(const call_frame& call, const std::shared_ptr<served_call::host>& host,
                      time_point now, actions& out) {
    if (call.id <= last_served_) return violated("a call id that does not increase", out);
    const auto flags = call.header.flags;
    if (we_leave_)
        return refuse_call(call.id, flags, errc::shutting_down, "the server is stopping");
    last_served_ = call.id;
    if (served_.size() + partial_.size() >= bounds_->max_calls)
        return refuse_call(call.id, flags, errc::overloaded,
                           "more than " + std::to_string(bounds_->max_calls) +
                               " unanswered calls on one connection");
    if (std::max<std::uint64_t>(call.total_size, call.arguments.size()) > bounds_->max_message)
        return refuse_call(call.id, flags, errc::message_too_large,
                           "the arguments exceed the server's limit of " +
                               std::to_string(bounds_->max_message) + " octets");
    if (const auto size = std::max<std::uint64_t>(call.total_size, call.arguments.size());
        served_octets_ > 0 && served_octets_ + size > bounds_->max_served)
        return refuse_call(call.id, flags, errc::overloaded,
                           "the arguments of the calls under way on one connection exceed " +
                               std::to_string(bounds_->max_served) + " octets");
    if (call.total_size > call.arguments.size()) {
        partial_call part{call.header, now,
                          std::make_unique<assembly>(call.id, false, call.total_size)};
        part.arguments->append(call.arguments, bounds_->growth_step);
        partial_octets_ += call.arguments.size();
        partial_.emplace(call.id, std::move(part));
        return;
    }
    std::optional<time_point> deadline;
    if (call.header.time_left) deadline = now + *call.header.time_left;
    serve(host, call.id, call.header, deadline, nullptr, call.arguments, out);
}

void session::on_reply(reply_frame& reply, time_point now, actions& out) {
    auto* record = sent_.find(reply.id);
    if (record == nullptr) return;  // it was given up
    core::answer result;
    result.from_peer = true;
    if (reply.failed) {
        result.what = core::answer::kind::failure;
        result.code = reply.code;
        result.ran = reply.ran;
        result.text = std::move(reply.text);
        result.moved_to = std::move(reply.moved_to);
    } else if (!reply.exceptions.empty()) {
        result.what = core::answer::kind::exception;
        result.ran = outcome::executed;
        result.exceptions = std::move(reply.exceptions);
    } else if (std::max<std::uint64_t>(reply.total_size, reply.result.size()) >
               bounds_->max_message) {
        result.what = core::answer::kind::failure;
        result.code = errc::message_too_large;
        result.ran = outcome::executed;
        result.text = "the result exceeds this end's limit of " +
                      std::to_string(bounds_->max_message) + " octets";
    } else if (reply.total_size > reply.result.size()) {
        if (record->reply) return violated("two beginnings of one result", out);
        record->reply = std::make_unique<assembly>(reply.id, true, reply.total_size);
        record->reply->append(reply.result, bounds_->growth_step);
        partial_octets_ += reply.result.size();
        return;
    } else {
        result.what = core::answer::kind::result;
        result.ran = outcome::executed;
        result.result = wire::buffer::copy_of(reply.result);
    }
    drop_partial(record->reply);
    out_.drop_large(reply.id, false);  // it was answered before all of it was sent
    outgoing& call = *record->call;
    resolved(call);
    if (call.given_up && result.what == core::answer::kind::failure) result.code = *call.given_up;
    finish(call, std::move(result), out);
    sent_.erase(reply.id);
    if (!waiting_.empty()) pump(now, out);
}

void session::on_cancel(std::uint64_t id, actions& out) {
    served_call* call = nullptr;
    if (auto* const found = served_.find(id)) {
        call = *found;
        call->pin();
    } else if (served_session_) {
        call = served_session_->pin_orphan(id);
    }
    if (call != nullptr) {
        out.abandoned.push_back(call);
        if (!call->is_numbered() || !call->has_begun()) return;
        const call_state running{id, true, call->progress()};
        wire::writer frame;
        put_states(frame, {&running, 1});
        out_.put(frame.bytes());
        return;
    }
    if (const auto part = partial_.find(id); part != partial_.end()) {
        const auto flags = part->second.header.flags;
        drop_partial(part->second.arguments);
        partial_.erase(part);
        return refuse_call(id, flags, errc::cancelled, "cancelled before all of it had arrived");
    }
    out_.drop_large(id, true);  // nobody wants the rest of that result
}

// --- large messages ------------------------------------------------------------------------------

std::unique_ptr<assembly> session::check_out(const chunk_frame& head, std::size_t size,
                                             actions& out) {
    std::unique_ptr<assembly>* place = nullptr;
    if (head.of_reply) {
        if (auto* record = sent_.find(head.id)) place = &record->reply;
    } else if (const auto part = partial_.find(head.id); part != partial_.end()) {
        place = &part->second.arguments;
    }
    if (place == nullptr || !*place) return nullptr;  // given up meanwhile: skipped
    if (size > (*place)->total() - (*place)->size()) {
        violated("a part beyond the announced size of its message", out);
        return nullptr;
    }
    partial_octets_ -= (*place)->size();
    return std::move(*place);
}

void session::check_in(std::unique_ptr<assembly> part,
                       const std::shared_ptr<served_call::host>& host, time_point now,
                       actions& out) {
    if (!part) return;
    const auto id = part->id();
    const bool too_much = partial_octets_ + part->size() > bounds_->max_partial;
    if (part->of_reply()) {
        auto* record = sent_.find(id);
        if (record == nullptr) return;
        if (!part->complete() && !too_much) {
            partial_octets_ += part->size();
            record->reply = std::move(part);
            return;
        }
        core::answer result;
        result.ran = outcome::executed;
        result.from_peer = true;
        if (part->complete()) {
            result.what = core::answer::kind::result;
            result.result = part->take();
        } else {
            result.code = errc::message_too_large;
            result.text = "half-received messages exceed the limit of " +
                          std::to_string(bounds_->max_partial) + " octets";
        }
        outgoing& call = *record->call;
        resolved(call);
        finish(call, std::move(result), out);
        sent_.erase(id);
        if (!waiting_.empty()) pump(now, out);
        return;
    }
    const auto place = partial_.find(id);
    if (place == partial_.end()) return;
    if (!part->complete() && !too_much) {
        partial_octets_ += part->size();
        place->second.arguments = std::move(part);
        return;
    }
    auto call = std::move(place->second);
    partial_.erase(place);
    if (!part->complete())
        return refuse_call(id, call.header.flags, errc::overloaded,
                           "half-received messages exceed the limit of " +
                               std::to_string(bounds_->max_partial) + " octets");
    std::optional<time_point> deadline;
    if (call.header.time_left) deadline = call.arrived + *call.header.time_left;
    wire::buffer whole = part->take();
    const auto arguments = whole.bytes();
    serve(host, id, call.header, deadline, &whole, arguments, out);
}

// --- own calls -----------------------------------------------------------------------------------

bool session::may_write() const noexcept {
    return state_ == state::open && awaited_sessions_ == 0 && !yields_ && !peer_leaves_ &&
           sent_.size() < peer_.max_calls && !congested();
}

void session::start(outgoing& call, time_point now, actions& out) {
    call.id = 0;
    call.link = this;
    call.given_up.reset();
    if (!call.will_wait) ++unattended_;
    if (state_ >= state::closing)
        return fail(call, reason_, outcome::not_executed, reason_text_, out);
    if (peer_leaves_)
        return fail(call, errc::shutting_down, outcome::not_executed, "the server is stopping",
                    out);
    if (size_of(call) > bounds_->max_message)
        return fail(
            call, errc::message_too_large, outcome::not_executed,
            "the arguments exceed the limit of " + std::to_string(bounds_->max_message) + " octets",
            out);
    if (waiting_.empty() && may_write()) {
        encode(call, now, out);
        return;
    }
    if (waiting_.size() >= bounds_->max_waiting_calls)
        return fail(call, errc::overloaded, outcome::not_executed,
                    "more than " + std::to_string(bounds_->max_waiting_calls) +
                        " calls wait for this connection",
                    out);
    waiting_.push_back(&call);
}

bool session::encode(outgoing& call, time_point now, actions& out) {
    if (size_of(call) > peer_.max_message) {
        fail(call, errc::message_too_large, outcome::not_executed,
             "the arguments exceed the server's limit of " + std::to_string(peer_.max_message) +
                 " octets",
             out);
        return false;
    }
    call.header.time_left.reset();
    if (call.deadline) {
        const auto left =
            std::chrono::duration_cast<std::chrono::microseconds>(*call.deadline - now);
        if (left.count() <= 0) {
            fail(call, errc::deadline_exceeded, outcome::not_executed,
                 "the deadline passed before the call was sent", out);
            return false;
        }
        call.header.time_left = left;
    }
    if (call.numbered && !number(call, now, out)) return false;
    call.id = next_id_++;
    sent_call record;
    record.call = &call;
    if (size_of(call) > bounds_->chunk && peer_.chunks) {
        if (!call.large_arguments)
            call.large_arguments = std::make_shared<const wire::buffer>(call.arguments.take());
        wire::writer head;
        put_call(head, call.id, call.header, call.large_arguments->size());
        record.position = out_.put(head.bytes());
        record.frame_size = head.size();
        out_.put_large(call.id, false, call.large_arguments);
    } else {
        if (call.large_arguments) call.arguments.put_raw(call.large_arguments->bytes());
        put_call(call.arguments, call.id, call.header);
        record.position = out_.put(call.arguments.bytes());
        record.frame_size = call.arguments.size();
        call.arguments.clear();
    }
    if ((call.header.flags & flag_oneway) != 0) {
        core::answer result;
        result.what = core::answer::kind::result;
        result.ran = outcome::unknown;
        finish(call, std::move(result), out);
    } else {
        sent_.insert(call.id, std::move(record));
    }
    return true;
}

// Gives the call its number, or makes sure that a repeated one goes to where it was first sent.
bool session::number(outgoing& call, time_point now, actions& out) {
    if (call.header.sequence != 0 && call.session != own_session_) {
        call.session.reset();
        fail(call, errc::connection_lost, outcome::unknown,
             "the connection was lost, and who answers there now does not know the call", out);
        return false;
    }
    if (!own_session_) return true;
    if (call.header.sequence == 0) {
        call.header.sequence = own_session_->begin();
        call.session = own_session_;
    } else {
        call.header.flags |= flag_repeated;
    }
    own_session_->acknowledge(call.header, now);
    numbered_at_ = now_ = now;
    if (!acknowledge_at_) acknowledge_at_ = now + bounds_->acknowledge_after;
    return true;
}

void session::pump(time_point now, actions& out) {
    while (!waiting_.empty() && may_write()) {
        auto* call = waiting_.front();
        waiting_.pop_front();
        encode(*call, now, out);
    }
}

roi::outcome session::take_back(std::uint64_t id, sent_call& record) {
    drop_partial(record.reply);
    out_.drop_large(id, false);
    if (state_ == state::open && out_.take_back(record.position, record.frame_size))
        return outcome::not_executed;
    wire::writer frame;
    put_cancel(frame, id);
    out_.put(frame.bytes());
    return outcome::unknown;
}

// Ends a call whose caller gives it up, or asks the peer whether it began and ends it soon.
void session::give_up(outgoing& call, errc code, time_point now, actions& out) {
    const bool expired = code == errc::deadline_exceeded;
    if (call.id == 0) {
        waiting_.remove(&call);
        return fail(call, code, outcome::not_executed,
                    !expired                    ? "cancelled before it was sent"
                    : state_ == state::greeting ? "the server was not reached within the deadline"
                                                : "the deadline passed before the call was sent",
                    out);
    }
    if (call.given_up) return;
    auto* record = sent_.find(call.id);
    const auto ran = take_back(call.id, *record);
    if (ran == outcome::not_executed || !call.session || state_ != state::open) {
        if (ran == outcome::not_executed) never_sent(call);
        sent_.erase(call.id);
        return fail(call, code, ran,
                    expired ? "no answer within the deadline" : "cancelled by the caller", out);
    }
    call.given_up = code;
    call.deadline = now + bounds_->cancel_answer;
}

void session::end_given_up(outgoing& call, actions& out) {
    const errc code = *call.given_up;
    drop_partial(sent_.find(call.id)->reply);
    sent_.erase(call.id);
    fail(call, code, outcome::unknown,
         code == errc::cancelled ? "cancelled by the caller" : "no answer within the deadline",
         out);
}

void session::cancel(outgoing& call, time_point now, actions& out) {
    if (active(call)) give_up(call, errc::cancelled, now, out);
}

void session::expire(outgoing& call, time_point now, actions& out) {
    if (!active(call) || !call.deadline || *call.deadline > now) return;
    if (call.given_up) {
        end_given_up(call, out);
    } else {
        give_up(call, errc::deadline_exceeded, now, out);
    }
}

// --- calls being served --------------------------------------------------------------------------

void session::answer(std::uint64_t id, bool oneway, wire::writer&& bytes,
                     served_call::host::form what) {
    const bool whole = what == served_call::host::form::body;
    served_.erase(id);
    if (state_ != state::open || oneway) return;
    const auto bound = peer_.max_message;
    if (bytes.size() > bound + (whole ? limits::frame_overhead : 0)) {
        wire::writer frame;
        put_failure(
            frame, id, errc::message_too_large, outcome::executed,
            "the result exceeds the caller's limit of " + std::to_string(bound) + " octets");
        out_.put(frame.bytes());
        return;
    }
    if (!whole && bytes.size() > bounds_->chunk && peer_.chunks) {
        if (out_.large_octets() > 0 &&
            out_.large_octets() + bytes.size() > bounds_->max_unwritten) {
            wire::writer frame;
            put_failure(frame, id, errc::message_too_large, outcome::executed,
                        "the caller has not read " + std::to_string(out_.large_octets()) +
                            " octets of earlier results");
            out_.put(frame.bytes());
            return;
        }
        wire::buffer message = bytes.take();
        wire::writer head;
        put_reply(head, id, message.size());
        out_.put(head.bytes());
        out_.put_large(id, true, std::make_shared<const wire::buffer>(std::move(message)));
        return;
    }
    if (!whole) put_result_body(bytes);
    frame_reply(bytes, id);
    out_.put(bytes.bytes());
}

// --- time ----------------------------------------------------------------------------------------

std::optional<time_point> session::expire(time_point now, actions& out) {
    now_ = now;
    std::optional<time_point> next;
    auto later = [&](time_point when) {
        if (!next || when < *next) next = when;
    };
    if (hello_until_) {
        if (*hello_until_ <= now) {
            violated(state_ == state::open ? "no Session within the time for it"
                                           : "no Hello within the time for it",
                     out);
        } else {
            later(*hello_until_);
        }
    }
    std::vector<outgoing*> ended;
    auto look = [&](outgoing& call) {
        if (!call.deadline) return;
        if (*call.deadline <= now) {
            ended.push_back(&call);
        } else {
            later(*call.deadline);
        }
    };
    for (auto* call : waiting_)
        look(*call);
    sent_.for_each([&](std::uint64_t, sent_call& record) { look(*record.call); });
    for (auto* call : ended) {
        expire(*call, now, out);
        if (active(*call)) later(*call->deadline);  // given up, and asked after
    }
    if (acknowledge_at_ && *acknowledge_at_ <= now) {
        // Calls sent since then have told most of it.
        acknowledge_at_ = numbered_at_ + bounds_->acknowledge_after;
        if (*acknowledge_at_ <= now) {
            acknowledge_at_.reset();
            call_header done;
            if (state_ == state::open && own_session_->acknowledge(done, now)) {
                wire::writer frame;
                put_acknowledge(frame, done);
                out_.put(frame.bytes());
            }
        }
    }
    if (acknowledge_at_) later(*acknowledge_at_);
    return next;
}

void session::ping(std::uint64_t nonce) {
    if (state_ != state::open) return;
    wire::writer frame;
    put_ping(frame, nonce);
    out_.put(frame.bytes());
}

}  // namespace roi::core
