// What runs on a journal's thread for a call.
#include "journal/call_work.hpp"

#include "core/frame.hpp"

#include <utility>

namespace roi::journaling {

wire::writer failure_body(errc code, roi::outcome ran, std::string_view text) {
    wire::writer body;
    core::put_failure_body(body, code, ran, text);
    return body;
}

void call_work::run_method(journal_store& store, int savepoint) {
    transaction within = journal_core::within(store);
    end_ = call_->run(within);
    ran_ = end_.executed;
    if (!end_.threw && end_.executed) return;
    store.roll_back_to(savepoint);
    if (end_.threw) call_->undone();
}

// Asks the row of a call that has come. True: it is to run.
bool call_work::admit(const core::call_header& header) {
    session_ =
        owner_->sessions().find({header.session_high, header.session_low}, call_->from().uid);
    kind_ = kind::hopeless;
    if (!session_) {
        failure_.text = "the journal does not know (any more) the session that the call belongs to";
        return false;
    }
    session_->acknowledge(header);
    const auto object = call_->object();
    const auto arguments = call_->arguments();
    const std::uint64_t fingerprint = core::call_fingerprint(
        session_->key(), header.method, object.high, object.low, arguments.size(), arguments);
    switch (session_->rows().admit(header.sequence, fingerprint, header.sequence)) {
        case core::admission::run:
            session_->begins(header.sequence, fingerprint);
            kind_ = kind::numbered;
            if (session_->is_open()) return true;
            failure_ = {errc::superseded, outcome::not_executed,
                        "a later life of the client has taken over"};
            return false;
        case core::admission::replay:
            kind_ = kind::known;
            end_.reply.put_raw(session_->rows().find(header.sequence)->reply);
            return false;
        case core::admission::running:
            kind_ = kind::attached;
            return false;
        case core::admission::no_reply:
            failure_ = {errc::reply_unreadable, outcome::executed,
                        "it ran, but its answer was too large to be kept for asking again"};
            return false;
        case core::admission::in_doubt:
            failure_.text = "the server ended while the call ran";
            return false;
        case core::admission::stale:
            failure_ = {errc::malformed, outcome::unknown,
                        "the caller has acknowledged the end of this call before"};
            return false;
        case core::admission::false_retry:
            failure_ = {errc::malformed, outcome::unknown,
                        "the number of this call was used for another one"};
            return false;
        case core::admission::full:
        case core::admission::flooded:
            failure_ = {errc::overloaded, outcome::not_executed,
                        "too many calls of one caller, or too much of their answers, are not "
                        "acknowledged"};
            return false;
    }
    return false;
}

work::verdict call_work::run(journal_store& store, int savepoint) {
    const core::call_header& header = call_->header();
    if (!header.is_journaled()) {
        run_method(store, savepoint);
        return end_.threw || !end_.executed ? verdict::undo : verdict::keep;
    }
    if (!had_intent_ && !admit(header)) {
        if (kind_ == kind::attached) session_->wait_for(header.sequence, std::move(call_));
        if (kind_ != kind::numbered) return verdict::undo;
        end_.reply = failure_body(failure_.code, failure_.ran, failure_.text);
        end_.executed = false;
    } else if (call_->has_outside_effects() && !had_intent_) {
        // What it does outside cannot be undone: that it begins is on disk before it does.
        intends_ = true;
        store.put_call(
            session_->row(header.sequence, call_->object(), stored::call_state::intent, {}),
            session_->acknowledged());
        return verdict::keep;
    } else {
        run_method(store, savepoint);
    }
    const auto reply = end_.reply.bytes();
    const bool is_kept = reply.size() <= owner_->limits().max_kept_reply;
    const auto state = !end_.executed ? stored::call_state::refused
                       : is_kept      ? stored::call_state::done
                                      : stored::call_state::no_reply;
    store.put_call(session_->row(header.sequence, call_->object(), state,
                                 is_kept ? reply : std::span<const std::byte>{}),
                   session_->acknowledged());
    return verdict::keep;
}

void call_work::committed() noexcept {
    if (std::exchange(intends_, false)) {
        had_intent_ = true;
        owner_->writer().submit(*this);
        return;
    }
    if (kind_ == kind::numbered)
        session_->end(call_->header().sequence, end_.reply.bytes(), end_.executed);
    call_->answer(std::move(end_.reply), ran_);
    delete this;
}

void call_work::not_committed(refusal why, std::string_view text) noexcept {
    const std::unique_ptr<call_work> mine{this};
    if (kind_ == kind::attached) return;
    if (why == refusal::undone) {
        // By its own word: what it says depends on nothing that was undone.
        if (kind_ == kind::hopeless) {
            call_->refuse(failure_.code, failure_.ran, failure_.text);
        } else {
            call_->answer(std::move(end_.reply), ran_ || kind_ == kind::known);
        }
        return;
    }
    const bool is_stopping = why == refusal::stopping;
    const errc code = is_stopping ? errc::shutting_down : errc::overloaded;
    std::string reason =
        is_stopping ? "the journal is stopping"
        : why == refusal::no_room
            ? "the disk is full"
            : "its transaction could not be made durable, and was undone: " + std::string{text};
    auto ran = outcome::not_executed;
    if (ran_ && !end_.threw) call_->undone();
    const bool has_effects = had_intent_ && ran_;
    if (has_effects) {
        ran = outcome::unknown;
        reason = "it ran, and that could not be made durable: " + std::string{text};
    }
    if (kind_ == kind::numbered) {
        const auto body = failure_body(code, ran, reason);
        if (has_effects) {
            session_->doubt(call_->header().sequence, body.bytes());
        } else {
            session_->end(call_->header().sequence, body.bytes(), false);
        }
    }
    call_->refuse(code, ran, std::move(reason));
}

void call_work::poisoned() noexcept {
    // Nobody is answered any more: not even by the call's destructor.
    static_cast<void>(call_.release());
    delete this;
}

}  // namespace roi::journaling
