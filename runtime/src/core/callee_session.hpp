// The server's end of call sessions: what survives a connection, so that a caller that connects
// again learns the real end of its calls.
#pragma once

#include "core/call_rows.hpp"
#include "core/frame.hpp"
#include "core/limits.hpp"
#include "core/served_call.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace roi::core {

/// One session. At most one connection is attached to it; calls and acknowledgements of any other
/// are dropped, so that late copies in an old socket cannot act.
///
/// Has its own lock, because answers come from any thread. It may be taken while that of a
/// connection is held, never the other way round.
class callee_session {
public:
    callee_session(session_id id, fingerprint_key key, std::optional<std::uint32_t> principal,
                   const limits& bounds, std::atomic<std::size_t>& all_replies)
        : id_(id),
          key_(key),
          principal_(principal),
          max_kept_(bounds.max_kept_reply),
          rows_(bounds, all_replies) {}

    const session_id& id() const noexcept { return id_; }
    std::optional<std::uint32_t> principal() const noexcept { return principal_; }
    /// Is an answer with a result of that size kept for repeated calls?
    bool keeps(std::size_t size) const noexcept { return size + 16 <= max_kept_; }

    struct arrival {
        admission what = admission::stale;
        bool attached = true;  // false: the frame is dropped; its connection is being ended
        wire::writer reply;    // replay: a Reply message without its id
    };
    /// A numbered call came over `by`, whole. The acknowledgements that it carries count first.
    arrival arrive(const served_call::host* by, const call_header& header, std::uint64_t reply_id,
                   std::size_t size, std::span<const std::byte> arguments);
    void acknowledge(const served_call::host* by, const call_header& header);

    /// Where an answer goes; no host: nobody waits for it.
    struct destination {
        std::shared_ptr<served_call::host> host;
        bool same_host = false;  // as that which the call came over
        std::uint64_t reply_id = 0;
    };
    enum class ending { returned, too_large_to_keep, not_run, runs_elsewhere };
    /// The call has ended, with a Reply message without its id.
    destination end(std::uint64_t sequence, ending how, std::span<const std::byte> reply,
                    const served_call::host* came_over) noexcept;

    /// What became of a call, for who asks later. One that has not come is refused from then on.
    enum class fate { unknown, not_executed, running, executed };
    fate settle(std::uint64_t sequence);

    // Calls whose connection has ended and that run on.
    void disown(served_call& call) noexcept;
    /// The call in progress that is answered as `reply_id`, pinned; null: none without connection.
    served_call* pin_orphan(std::uint64_t reply_id);

private:
    friend class callee_sessions;
    const session_id id_;
    const fingerprint_key key_;
    const std::optional<std::uint32_t> principal_;
    const std::size_t max_kept_;

    std::mutex mutex_;  // below
    call_rows rows_;
    std::weak_ptr<served_call::host> attached_;
    const served_call::host* attached_raw_ = nullptr;
    std::vector<served_call*> orphans_;
    bool ended_ = false;

    // Guarded by callee_sessions.
    std::optional<time_point> lease_until_;
    std::optional<std::int32_t> process_;  // of the caller, where it is of this host
};

/// All sessions that a process serves.
class callee_sessions {
public:
    /// `random` gives unguessable numbers, `is_alive` tells whether a process of this host runs.
    callee_sessions(const limits& bounds, std::function<std::uint64_t()> random,
                    std::function<bool(std::int32_t)> is_alive);

    /// A new session for a connection of that caller; null: it has too many.
    std::shared_ptr<callee_session> open(const std::shared_ptr<served_call::host>& by,
                                         const incoming::peer& who, time_point now);
    struct attachment {
        std::shared_ptr<callee_session> session;      // null: there is none for this caller
        std::shared_ptr<served_call::host> replaced;  // a connection that must end now
    };
    attachment attach(const session_id& id, const std::shared_ptr<served_call::host>& by,
                      const incoming::peer& who);
    /// The connection has ended; `orphans` are its calls that run on. `for_good`: its caller said
    /// that it does not come back. Returns when to call expire(), and calls to be abandoned now,
    /// each pinned.
    std::optional<time_point> detach(callee_session& session, const served_call::host* by,
                                     const std::vector<served_call*>& orphans, bool for_good,
                                     time_point now, std::vector<served_call*>& abandoned);
    /// Ends sessions whose lease has run out, or whose process is gone. Returns when to ask again.
    std::optional<time_point> expire(time_point now, std::vector<served_call*>& abandoned);
    /// Ends all: the server stops.
    void end_all(std::vector<served_call*>& abandoned);

    /// It was never used.
    void discard(callee_session& session);
    std::shared_ptr<callee_session> find(const session_id& id, const incoming::peer& who);
    std::size_t size();

private:
    void end(callee_session& session, std::vector<served_call*>& abandoned);
    void purge(time_point now);

    const limits* bounds_;
    const std::function<std::uint64_t()> random_;
    const std::function<bool(std::int32_t)> is_alive_;
    std::atomic<std::size_t> all_replies_{0};

    std::mutex mutex_;  // taken before that of a session
    std::map<session_id, std::shared_ptr<callee_session>> all_;
    std::map<std::optional<std::uint32_t>, std::size_t> per_principal_;
    std::size_t detached_ = 0;
    time_point next_purge_{};
};

}  // namespace roi::core
