// The sessions that a journal keeps, as its thread sees them: rows, acknowledgements, who waits.
#pragma once

#include <roi/journal_store.hpp>

#include "core/call_rows.hpp"
#include "core/transactions.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace roi::journaling {

std::string principal_text(std::optional<std::uint32_t> uid);
std::int64_t wall_ms();

/// One session. Rows are in progress from when their call is admitted until its batch is durable.
class durable_session {
public:
    durable_session(const stored::session& what, const core::limits& bounds,
                    std::atomic<std::size_t>& all_replies);

    core::session_id id() const noexcept { return {what_.id.high, what_.id.low}; }
    core::fingerprint_key key() const noexcept { return {what_.key.high, what_.key.low}; }
    const stored::session& what() const noexcept { return what_; }
    core::call_rows& rows() noexcept { return rows_; }
    /// False: a later life of the client has come, so no new call runs.
    bool is_open() const noexcept { return is_open_; }
    void close() noexcept { is_open_ = false; }

    void acknowledge(const core::call_header& header);
    stored::acknowledged acknowledged() const;
    stored::call row(std::uint64_t sequence, const core::object_address& object,
                     stored::call_state state, std::span<const std::byte> reply) const;
    /// A call that is in progress from now on.
    void begins(std::uint64_t sequence, std::uint64_t fingerprint) {
        fingerprints_[sequence] = fingerprint;
    }

    /// A copy of a call that runs: it is answered as that one is.
    void wait_for(std::uint64_t sequence, std::unique_ptr<core::transactional_call> copy);
    /// The row is durable; or (not executed) the call is certain not to run.
    void end(std::uint64_t sequence, std::span<const std::byte> reply, bool executed) noexcept;
    /// It ran, and that could not be stored.
    void doubt(std::uint64_t sequence, std::span<const std::byte> reply) noexcept;

    std::int64_t last_used_ms() const noexcept { return last_used_ms_; }
    bool is_idle() const noexcept { return waiting_.empty() && fingerprints_.empty(); }

private:
    void tell(std::uint64_t sequence, std::span<const std::byte> reply, bool executed) noexcept;

    const stored::session what_;
    core::call_rows rows_;
    bool is_open_ = true;
    std::int64_t last_used_ms_;
    std::map<std::uint64_t, std::uint64_t> fingerprints_;  // of calls in progress
    std::map<std::uint64_t, std::vector<std::unique_ptr<core::transactional_call>>> waiting_;
};

/// All of a journal.
class durable_sessions {
public:
    void add(std::shared_ptr<durable_session> session);
    void restore(const stored::call& one);
    /// Null: unknown, or another user's.
    std::shared_ptr<durable_session> find(const core::session_id& id,
                                          std::optional<std::uint32_t> principal);
    std::shared_ptr<durable_session> find(const core::transactions::opening& who);
    /// Those not used for so long, of which no call is under way.
    std::vector<core::session_id> forgettable(std::chrono::seconds retention) const;
    void forget(const std::vector<core::session_id>& which);
    /// The latest life of that client that was seen.
    std::uint64_t latest_epoch(const stored::id& client) const;
    std::atomic<std::size_t>& all_replies() noexcept { return all_replies_; }

private:
    std::atomic<std::size_t> all_replies_{0};
    std::map<core::session_id, std::shared_ptr<durable_session>> all_;
    std::map<stored::id, std::uint64_t> epochs_;
};

}  // namespace roi::journaling
