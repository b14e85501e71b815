// What a server remembers of the numbered calls of one session, so that none runs twice: pure.
//
// One row per call that has run, runs, or was refused, until the caller acknowledges it. The rules
// are those of RFC 8881's sessions and of RIFL: never run what is not provably new, never forget an
// unacknowledged row, refuse instead of evicting. docs/call-sessions.md tells the whole story.
#pragma once

#include "core/call_table.hpp"
#include "core/interval_set.hpp"
#include "core/limits.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roi::core {

/// 128 random bits, made by the server; all zero: none.
struct session_id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    explicit operator bool() const noexcept { return high != 0 || low != 0; }
    friend bool operator==(const session_id&, const session_id&) = default;
    friend auto operator<=>(const session_id&, const session_id&) = default;
};

/// What became of a call, as far as its row tells.
enum class row_state : std::uint8_t {
    in_progress,  ///< It was admitted, and has not ended.
    done,         ///< It ran; its answer is kept.
    no_reply,     ///< It ran; its answer was too large to be kept.
    refused,      ///< It did not run and never will: a tombstone.
    in_doubt,     ///< It had begun when its process died (durable rows only).
};

/// What to do with a numbered call that arrives.
enum class admission : std::uint8_t {
    run,          ///< It is new: its row is in_progress from here on.
    replay,       ///< It has ended: the kept answer is its answer, octet by octet.
    running,      ///< It runs: its answer goes to whoever asked last.
    no_reply,     ///< It ran, and its answer was not kept.
    in_doubt,     ///< Whether it ran is not known, and it will not run again.
    stale,        ///< Acknowledged before: it ended, and nothing is kept of it.
    false_retry,  ///< The number was used for another call: nothing is run or told.
    full,         ///< No room for another row or answer: refused, and remembered as refused.
    flooded,      ///< Even the memory for refusals is used up: the peer does not play by the rules.
};

class call_rows {
public:
    /// `all_replies` counts the octets of the answers kept by all sessions of a process.
    call_rows(const limits& bounds, std::atomic<std::size_t>& all_replies) noexcept
        : bounds_(&bounds), all_replies_(&all_replies) {}
    call_rows(const call_rows&) = delete;
    call_rows& operator=(const call_rows&) = delete;
    ~call_rows() { all_replies_->fetch_sub(reply_octets_, std::memory_order_relaxed); }

    /// The caller is done with all calls below `low`, or between `first` and `last`.
    void acknowledge_below(std::uint64_t low);
    void acknowledge(std::uint64_t first, std::uint64_t last);

    /// A call arrives. `reply_id` is where its answer goes, for run and running.
    admission admit(std::uint64_t sequence, std::uint64_t fingerprint, std::uint64_t reply_id);

    // The end of a call that was admitted. Each returns the reply_id given last, or 0 where nobody
    // waits (the caller gave it up, or its connection ended and none has come since).
    /// It ran; `reply` is a Reply message without its id.
    std::uint64_t complete(std::uint64_t sequence, std::span<const std::byte> reply);
    /// It ran, and its answer is too large to be kept.
    std::uint64_t complete_unkept(std::uint64_t sequence);
    /// It did not run, and never will.
    std::uint64_t refuse(std::uint64_t sequence, std::span<const std::byte> reply);
    /// It did not run here and may run elsewhere: as if it had never come.
    std::uint64_t release(std::uint64_t sequence);

    /// The connection over which answers went has ended: nobody waits until calls come again.
    void forget_reply_ids();
    /// Number of the call in progress whose answer goes to `reply_id`; 0: none.
    std::uint64_t find_reply_id(std::uint64_t reply_id);

    struct row {
        row_state state = row_state::in_progress;
        std::uint64_t fingerprint = 0;
        std::uint64_t reply_id = 0;
        std::vector<std::byte> reply;
    };
    /// Null: nothing is known of it (see `low`).
    const row* find(std::uint64_t sequence) noexcept { return rows_.find(sequence); }
    /// A durable row, as it was stored.
    void restore(std::uint64_t sequence, row_state state, std::uint64_t fingerprint,
                 std::span<const std::byte> reply);
    bool is_acknowledged(std::uint64_t sequence) const noexcept {
        return sequence < low_ || acknowledged_.contains(sequence);
    }
    std::uint64_t low() const noexcept { return low_; }
    const interval_set& acknowledged() const noexcept { return acknowledged_; }
    std::size_t size() const noexcept { return rows_.size(); }
    std::size_t reply_octets() const noexcept { return reply_octets_; }
    template <class Visit>
    void for_each(Visit&& visit) {
        rows_.for_each(visit);
    }

private:
    row* in_progress(std::uint64_t sequence) noexcept;
    void keep(row& of, std::span<const std::byte> reply);
    void drop(std::uint64_t sequence);

    const limits* bounds_;
    std::atomic<std::size_t>* all_replies_;
    call_table<row> rows_;
    interval_set acknowledged_;  // above low_
    std::uint64_t low_ = 1;
    std::uint64_t highest_ = 0;  // of the rows
    std::size_t reply_octets_ = 0;
    std::vector<std::vector<std::byte>> spare_;  // memory of dropped answers
};

/// A number for what a call asks, by which a repeated call is told from another one that was given
/// the same number. `key` is the session's secret. Covers the first 4 KiB of the arguments.
struct fingerprint_key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};
std::uint64_t call_fingerprint(const fingerprint_key& key, std::uint64_t method,
                               std::uint64_t object_high, std::uint64_t object_low,
                               std::size_t size, std::span<const std::byte> arguments) noexcept;

}  // namespace roi::core
