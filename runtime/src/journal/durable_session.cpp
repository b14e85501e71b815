// The sessions that a journal keeps, as its thread sees them.
#include "journal/durable_session.hpp"

#include <algorithm>

namespace roi::journaling {

std::string principal_text(std::optional<std::uint32_t> uid) {
    return uid ? "uid:" + std::to_string(*uid) : std::string{};
}

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

durable_session::durable_session(const stored::session& what, const core::limits& bounds,
                                 std::atomic<std::size_t>& all_replies)
    : what_(what), rows_(bounds, all_replies), last_used_ms_(wall_ms()) {
    rows_.acknowledge_below(what_.done.below);
    for (const auto& range : what_.done.above)
        rows_.acknowledge(range.first, range.last);
}

void durable_session::acknowledge(const core::call_header& header) {
    last_used_ms_ = wall_ms();
    rows_.acknowledge_below(header.acknowledged_below);
    for (const auto& range : header.acknowledged_ranges)
        rows_.acknowledge(range.first, range.last);
}

stored::acknowledged durable_session::acknowledged() const {
    stored::acknowledged done;
    done.below = rows_.low();
    for (const auto& range : rows_.acknowledged().all())
        done.above.push_back({range.first, range.last});
    return done;
}

stored::call durable_session::row(std::uint64_t sequence, const core::object_address& object,
                                  stored::call_state state,
                                  std::span<const std::byte> reply) const {
    const auto known = fingerprints_.find(sequence);
    stored::call one;
    one.session = what_.id;
    one.sequence = sequence;
    one.object = {object.high, object.low};
    one.fingerprint = known == fingerprints_.end() ? 0 : known->second;
    one.state = state;
    one.reply = reply;
    return one;
}

void durable_session::wait_for(std::uint64_t sequence,
                               std::unique_ptr<core::transactional_call> copy) {
    waiting_[sequence].push_back(std::move(copy));
}

void durable_session::tell(std::uint64_t sequence, std::span<const std::byte> reply,
                           bool executed) noexcept {
    fingerprints_.erase(sequence);
    auto node = waiting_.extract(sequence);
    if (!node) return;
    for (auto& copy : node.mapped()) {
        wire::writer same;
        same.put_raw(reply);
        copy->answer(std::move(same), executed);
    }
}

void durable_session::end(std::uint64_t sequence, std::span<const std::byte> reply,
                          bool executed) noexcept {
    if (executed) {
        rows_.complete(sequence, reply);
    } else {
        rows_.refuse(sequence, reply);
    }
    tell(sequence, reply, executed);
}

void durable_session::doubt(std::uint64_t sequence, std::span<const std::byte> reply) noexcept {
    rows_.release(sequence);
    rows_.restore(sequence, core::row_state::in_doubt, 0, {});
    tell(sequence, reply, true);
}

void durable_sessions::add(std::shared_ptr<durable_session> session) {
    const auto& what = session->what();
    if (what.client_epoch != 0) {
        // An earlier life of the client may still have calls on their way. Its rows stay, to be
        // asked for by the later one.
        auto& latest = epochs_[what.client];
        latest = std::max(latest, what.client_epoch);
        for (const auto& [id, other] : all_) {
            if (other->what().client == what.client && other->what().client_epoch < latest)
                other->close();
        }
        if (what.client_epoch < latest) session->close();
    }
    const auto id = session->id();
    all_.insert_or_assign(id, std::move(session));
}

void durable_sessions::restore(const stored::call& one) {
    const auto found = all_.find({one.session.high, one.session.low});
    if (found == all_.end()) return;
    auto state = core::row_state::done;
    switch (one.state) {
        case stored::call_state::done:
            break;
        case stored::call_state::no_reply:
            state = core::row_state::no_reply;
            break;
        case stored::call_state::refused:
            state = core::row_state::refused;
            break;
        case stored::call_state::intent:
        case stored::call_state::in_doubt:
            state = core::row_state::in_doubt;
            break;
    }
    found->second->rows().restore(one.sequence, state, one.fingerprint, one.reply);
}

std::shared_ptr<durable_session> durable_sessions::find(const core::session_id& id,
                                                        std::optional<std::uint32_t> principal) {
    const auto found = all_.find(id);
    // Whoever is not its caller is told the same as for a session that does not exist.
    if (found == all_.end() || found->second->what().principal != principal_text(principal))
        return nullptr;
    return found->second;
}

std::shared_ptr<durable_session> durable_sessions::find(const core::transactions::opening& who) {
    const std::string principal = principal_text(who.principal);
    for (const auto& [id, session] : all_) {
        const auto& what = session->what();
        if (what.client == stored::id{who.client_high, who.client_low} &&
            what.client_epoch == who.client_epoch && what.nonce == who.nonce &&
            what.principal == principal)
            return session;
    }
    return nullptr;
}

std::vector<core::session_id> durable_sessions::forgettable(std::chrono::seconds retention) const {
    const std::int64_t before =
        wall_ms() - std::chrono::duration_cast<std::chrono::milliseconds>(retention).count();
    std::vector<core::session_id> old;
    for (const auto& [id, session] : all_) {
        if (session->last_used_ms() < before && session->is_idle()) old.push_back(id);
    }
    return old;
}

void durable_sessions::forget(const std::vector<core::session_id>& which) {
    for (const auto& id : which)
        all_.erase(id);
}

std::uint64_t durable_sessions::latest_epoch(const stored::id& client) const {
    const auto found = epochs_.find(client);
    return found == epochs_.end() ? 0 : found->second;
}

}  // namespace roi::journaling
