// What runs on a journal's thread for sessions.
#include "journal/session_works.hpp"

#include "api/random.hpp"
#include "journal/call_work.hpp"

#include <string>

namespace roi::journaling {

work::verdict open_work::run(journal_store& store, int) {
    session_ = owner_->sessions().find(who_);
    if (session_) return verdict::undo;  // asked before; it is durable
    is_late_ =
        who_.client_epoch < owner_->sessions().latest_epoch({who_.client_high, who_.client_low});
    if (is_late_) return verdict::undo;
    forgotten_ = owner_->sessions().forgettable(owner_->options().retention);
    for (const auto& id : forgotten_)
        store.delete_session({id.high, id.low});
    stored::session made;
    made.id = {detail::random_token(), detail::random_token()};
    made.key = {detail::random_token(), detail::random_token()};
    made.client = {who_.client_high, who_.client_low};
    made.client_epoch = who_.client_epoch;
    made.nonce = who_.nonce;
    made.principal = principal_text(who_.principal);
    made.last_used_ms = wall_ms();
    made.is_durable = who_.client_epoch != 0;
    store.put_session(made);
    session_ =
        std::make_shared<durable_session>(made, owner_->limits(), owner_->sessions().all_replies());
    return verdict::keep;
}

void open_work::tell(const durable_session& session) {
    const auto& at = owner_->who();
    then_({session.id(), at.journal.high, at.journal.low, at.epoch, {}});
}

void open_work::committed() noexcept {
    owner_->sessions().forget(forgotten_);
    owner_->sessions().add(session_);
    tell(*session_);
    delete this;
}

void open_work::not_committed(refusal why, std::string_view text) noexcept {
    if (why == refusal::undone && session_) {
        tell(*session_);
    } else {
        core::transactions::opened none;
        none.why = is_late_ ? "a later life of the client has taken over"
                            : "the session could not be made durable: " + std::string{text};
        then_(std::move(none));
    }
    delete this;
}

work::verdict look_up_work::run(journal_store& store, int) {
    const auto session = owner_->sessions().find(session_, principal_);
    if (!session || session->rows().is_acknowledged(number_)) return verdict::undo;
    const auto* const row = session->rows().find(number_);
    if (row == nullptr) {
        // Whatever copy of it comes later is refused.
        if (session->rows().admit(number_, 0, 0) != core::admission::run) return verdict::undo;
        const auto body =
            failure_body(errc::cancelled, outcome::not_executed, "asked after, and not come");
        session->end(number_, body.bytes(), false);
        store.put_call(session->row(number_, {}, stored::call_state::refused, body.bytes()),
                       session->acknowledged());
        fate_ = fate::not_executed;
        return verdict::keep;
    }
    switch (row->state) {
        case core::row_state::in_progress:
            fate_ = fate::running;
            break;
        case core::row_state::done:
        case core::row_state::no_reply:
            fate_ = fate::executed;
            break;
        case core::row_state::refused:
            fate_ = fate::not_executed;
            break;
        case core::row_state::in_doubt:
            break;
    }
    return verdict::undo;
}

void look_up_work::committed() noexcept {
    then_(fate_);
    delete this;
}

void look_up_work::not_committed(refusal why, std::string_view) noexcept {
    then_(why == refusal::undone ? fate_ : fate::unknown);
    delete this;
}

}  // namespace roi::journaling
