// The server's end of call sessions.
#include "core/callee_session.hpp"

#include <algorithm>
#include <utility>

namespace roi::core {
namespace {

// A caller that was killed may still be on its way out when its socket is closed already.
constexpr auto first_look = std::chrono::milliseconds{50};
constexpr auto later_look = std::chrono::milliseconds{1'000};

}  // namespace

// --- one session ---------------------------------------------------------------------------------

callee_session::arrival callee_session::arrive(const served_call::host* by,
                                               const call_header& header, std::uint64_t reply_id,
                                               std::size_t size,
                                               std::span<const std::byte> arguments) {
    const std::uint64_t fingerprint = call_fingerprint(key_, header.method, header.object.high,
                                                       header.object.low, size, arguments);
    arrival result;
    const std::lock_guard hold{mutex_};
    if (by != attached_raw_ || ended_) {
        result.attached = false;
        return result;
    }
    if (header.acknowledged_below > rows_.low()) rows_.acknowledge_below(header.acknowledged_below);
    for (const auto& range : header.acknowledged_ranges)
        rows_.acknowledge(range.first, range.last);
    result.what = rows_.admit(header.sequence, fingerprint, reply_id);
    if (result.what == admission::replay) result.reply.put_raw(rows_.find(header.sequence)->reply);
    return result;
}

void callee_session::acknowledge(const served_call::host* by, const call_header& header) {
    const std::lock_guard hold{mutex_};
    if (by != attached_raw_ || ended_) return;
    rows_.acknowledge_below(header.acknowledged_below);
    for (const auto& range : header.acknowledged_ranges)
        rows_.acknowledge(range.first, range.last);
}

callee_session::destination callee_session::end(std::uint64_t sequence, ending how,
                                                std::span<const std::byte> reply,
                                                const served_call::host* came_over) noexcept {
    destination to;
    const std::lock_guard hold{mutex_};
    switch (how) {
        case ending::returned:
            try {
                to.reply_id = rows_.complete(sequence, reply);
            } catch (const std::bad_alloc&) {
                to.reply_id = rows_.complete_unkept(sequence);
            }
            break;
        case ending::too_large_to_keep:
            to.reply_id = rows_.complete_unkept(sequence);
            break;
        case ending::not_run:
            try {
                to.reply_id = rows_.refuse(sequence, reply);
            } catch (const std::bad_alloc&) {
                // The row stays as it is: in progress for ever, which is not wrong, only silent.
            }
            break;
        case ending::runs_elsewhere:
            to.reply_id = rows_.release(sequence);
            break;
    }
    if (to.reply_id == 0) return to;
    to.same_host = attached_raw_ == came_over;
    if (!to.same_host) to.host = attached_.lock();
    return to;
}

callee_session::fate callee_session::settle(std::uint64_t sequence) {
    const std::lock_guard hold{mutex_};
    if (ended_ || rows_.is_acknowledged(sequence)) return fate::unknown;
    const auto* row = rows_.find(sequence);
    if (row == nullptr) {
        // A copy that comes later meets a row: it is refused, or, with a fingerprint that is not
        // this one, not run either.
        if (rows_.admit(sequence, 0, 0) != admission::run) return fate::unknown;
        wire::writer body;
        put_failure_body(body, errc::cancelled, outcome::not_executed, "asked after, and not come");
        rows_.refuse(sequence, body.bytes());
        return fate::not_executed;
    }
    switch (row->state) {
        case row_state::in_progress:
            return fate::running;
        case row_state::done:
        case row_state::no_reply:
            return fate::executed;
        case row_state::refused:
            return fate::not_executed;
        case row_state::in_doubt:
            return fate::unknown;
    }
    return fate::unknown;
}

void callee_session::disown(served_call& call) noexcept {
    const std::lock_guard hold{mutex_};
    orphans_.erase(std::remove(orphans_.begin(), orphans_.end(), &call), orphans_.end());
}

served_call* callee_session::pin_orphan(std::uint64_t reply_id) {
    const std::lock_guard hold{mutex_};
    const std::uint64_t sequence = rows_.find_reply_id(reply_id);
    for (auto* call : orphans_) {
        if (sequence == 0 || call->header().sequence != sequence) continue;
        call->pin();
        return call;
    }
    return nullptr;
}

// --- all sessions --------------------------------------------------------------------------------

callee_sessions::callee_sessions(const limits& bounds, std::function<std::uint64_t()> random,
                                 std::function<bool(std::int32_t)> is_alive)
    : bounds_(&bounds), random_(std::move(random)), is_alive_(std::move(is_alive)) {}

// Sessions that nobody came back to, and for which no timer runs.
void callee_sessions::purge(time_point now) {
    if (detached_ == 0 || now < next_purge_) return;
    next_purge_ = now + later_look;
    std::vector<std::shared_ptr<callee_session>> over;
    for (const auto& [id, session] : all_) {
        if (!session->lease_until_ || *session->lease_until_ > now) continue;
        const std::lock_guard inner{session->mutex_};
        if (session->orphans_.empty()) over.push_back(session);
    }
    std::vector<served_call*> none;
    for (const auto& session : over)
        end(*session, none);
}

std::shared_ptr<callee_session> callee_sessions::open(const std::shared_ptr<served_call::host>& by,
                                                      const incoming::peer& who, time_point now) {
    const std::lock_guard hold{mutex_};
    purge(now);
    auto& count = per_principal_[who.uid];
    if (count >= bounds_->max_sessions) {
        if (count == 0) per_principal_.erase(who.uid);
        return nullptr;
    }
    const session_id id{random_(), random_() | 1};
    auto made = std::make_shared<callee_session>(id, fingerprint_key{random_(), random_()}, who.uid,
                                                 *bounds_, all_replies_);
    made->attached_ = by;
    made->attached_raw_ = by.get();
    if (who.pid && *who.pid > 0) made->process_ = who.pid;
    all_.emplace(id, made);
    ++count;
    return made;
}

callee_sessions::attachment callee_sessions::attach(const session_id& id,
                                                    const std::shared_ptr<served_call::host>& by,
                                                    const incoming::peer& who) {
    attachment result;
    const std::lock_guard hold{mutex_};
    const auto found = all_.find(id);
    // Whoever is not its caller is told the same as for a session that does not exist.
    if (found == all_.end() || found->second->principal_ != who.uid) return result;
    auto& session = *found->second;
    const std::lock_guard inner{session.mutex_};
    if (session.attached_raw_ != by.get()) {
        result.replaced = session.attached_.lock();
        session.attached_ = by;
        session.attached_raw_ = by.get();
        session.rows_.forget_reply_ids();
    }
    if (session.lease_until_) {
        session.lease_until_.reset();
        --detached_;
    }
    result.session = found->second;
    return result;
}

std::optional<time_point> callee_sessions::detach(callee_session& session,
                                                  const served_call::host* by,
                                                  const std::vector<served_call*>& orphans,
                                                  bool for_good, time_point now,
                                                  std::vector<served_call*>& abandoned) {
    const std::lock_guard hold{mutex_};
    {
        const std::lock_guard inner{session.mutex_};
        // Also where another connection was attached meanwhile: the calls run on, and it has
        // their answers.
        for (auto* call : orphans) {
            call->orphan();
            session.orphans_.push_back(call);
            if (session.ended_) {
                call->pin();
                abandoned.push_back(call);
            }
        }
        if (session.attached_raw_ != by || session.ended_) return std::nullopt;
        session.attached_.reset();
        session.attached_raw_ = nullptr;
        session.rows_.forget_reply_ids();
    }
    if (for_good) {
        end(session, abandoned);
        return std::nullopt;
    }
    session.lease_until_ = now + bounds_->session_lease;
    ++detached_;
    // Nobody is waited for where no call runs; it goes when another session is made.
    const std::lock_guard inner{session.mutex_};
    if (session.orphans_.empty()) return std::nullopt;
    return session.process_ ? now + first_look : *session.lease_until_;
}

void callee_sessions::discard(callee_session& session) {
    const std::lock_guard hold{mutex_};
    std::vector<served_call*> none;
    end(session, none);
}

void callee_sessions::end(callee_session& session, std::vector<served_call*>& abandoned) {
    {
        const std::lock_guard inner{session.mutex_};
        session.ended_ = true;
        session.attached_raw_ = nullptr;
        for (auto* call : session.orphans_) {
            call->pin();
            abandoned.push_back(call);
        }
    }
    if (session.lease_until_) {
        session.lease_until_.reset();
        --detached_;
    }
    const auto count = per_principal_.find(session.principal_);
    if (count != per_principal_.end() && --count->second == 0) per_principal_.erase(count);
    all_.erase(session.id_);
}

std::optional<time_point> callee_sessions::expire(time_point now,
                                                  std::vector<served_call*>& abandoned) {
    std::optional<time_point> next;
    const std::lock_guard hold{mutex_};
    if (detached_ == 0) return next;
    std::vector<std::shared_ptr<callee_session>> over;
    for (const auto& [id, session] : all_) {
        if (!session->lease_until_) continue;
        if (*session->lease_until_ <= now ||
            (session->process_ && !is_alive_(*session->process_))) {
            over.push_back(session);
            continue;
        }
        {
            const std::lock_guard inner{session->mutex_};
            if (session->orphans_.empty()) continue;
        }
        const auto look = session->process_ ? std::min(*session->lease_until_, now + later_look)
                                            : *session->lease_until_;
        if (!next || look < *next) next = look;
    }
    for (const auto& session : over)
        end(*session, abandoned);
    return next;
}

void callee_sessions::end_all(std::vector<served_call*>& abandoned) {
    const std::lock_guard hold{mutex_};
    const auto all = all_;
    for (const auto& [id, session] : all)
        end(*session, abandoned);
}

std::shared_ptr<callee_session> callee_sessions::find(const session_id& id,
                                                      const incoming::peer& who) {
    const std::lock_guard hold{mutex_};
    const auto found = all_.find(id);
    return found == all_.end() || found->second->principal_ != who.uid ? nullptr : found->second;
}

std::size_t callee_sessions::size() {
    const std::lock_guard hold{mutex_};
    return all_.size();
}

}  // namespace roi::core
