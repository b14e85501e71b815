// What a server remembers of the numbered calls of one session.
#include "core/call_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace roi::core {
namespace {

constexpr std::size_t most_spare = 8;
constexpr std::size_t fingerprinted = std::size_t{4} << 10;

__extension__ using wide = unsigned __int128;

// Multiplies to 128 bits and folds: fast, and mixes every bit of both (as wyhash does).
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    const auto product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word(const std::byte* at) noexcept {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

}  // namespace

std::uint64_t call_fingerprint(const fingerprint_key& key, std::uint64_t method,
                               std::uint64_t object_high, std::uint64_t object_low,
                               std::size_t size, std::span<const std::byte> arguments) noexcept {
    std::uint64_t state = mix(method ^ key.high, object_low ^ key.low);
    state = mix(state ^ object_high, key.high ^ (std::uint64_t{size} * 2 + 1));
    const std::byte* at = arguments.data();
    std::size_t left = std::min(arguments.size(), fingerprinted);
    for (; left >= 16; left -= 16, at += 16)
        state = mix(word(at) ^ key.low ^ state, word(at + 8) ^ key.high);
    std::uint64_t rest[2] = {0, 0};
    if (left > 0) std::memcpy(rest, at, left);
    return mix(rest[0] ^ key.high ^ state, rest[1] ^ key.low);
}

void call_rows::drop(std::uint64_t sequence) {
    row* const gone = rows_.find(sequence);
    if (gone == nullptr) return;
    if (!gone->reply.empty()) {
        reply_octets_ -= gone->reply.size();
        all_replies_->fetch_sub(gone->reply.size(), std::memory_order_relaxed);
    }
    if (gone->reply.capacity() > 0 && spare_.size() < most_spare) {
        gone->reply.clear();
        spare_.push_back(std::move(gone->reply));
    }
    rows_.erase(sequence);
}

void call_rows::acknowledge_below(std::uint64_t low) {
    if (low <= low_) return;
    // A number that was never used is acknowledged too, so the rows bound the work, not the span.
    const std::uint64_t end = std::min(low, highest_ + 1);
    if (end > low_ && end - low_ <= rows_.size() * 2 + 16) {
        for (std::uint64_t at = low_; at < end; ++at)
            drop(at);
    } else if (end > low_) {
        std::vector<std::uint64_t> gone;
        rows_.for_each([&](std::uint64_t at, const row&) {
            if (at < low) gone.push_back(at);
        });
        for (const auto at : gone)
            drop(at);
    }
    low_ = acknowledged_.empty() ? low : acknowledged_.raise(low);
}

void call_rows::acknowledge(std::uint64_t first, std::uint64_t last) {
    first = std::max(first, low_);
    if (first > last) return;
    // A caller leaves as many gaps as it has calls under way. One that leaves more is not listened
    // to: its rows stay, and it runs into their limit.
    if (acknowledged_.all().size() >= 2 * bounds_->max_session_rows) return;
    if (last - first <= rows_.size() * 2 + 16) {
        for (std::uint64_t at = first; at <= last; ++at)
            drop(at);
    } else {
        std::vector<std::uint64_t> gone;
        rows_.for_each([&](std::uint64_t at, const row&) {
            if (at >= first && at <= last) gone.push_back(at);
        });
        for (const auto at : gone)
            drop(at);
    }
    acknowledged_.add(first, last);
    low_ = acknowledged_.raise(low_);
}

admission call_rows::admit(std::uint64_t sequence, std::uint64_t fingerprint,
                           std::uint64_t reply_id) {
    if (is_acknowledged(sequence)) return admission::stale;
    if (row* const known = rows_.find(sequence)) {
        if (known->fingerprint != fingerprint) return admission::false_retry;
        switch (known->state) {
            case row_state::in_progress:
                known->reply_id = reply_id;
                return admission::running;
            case row_state::done:
                return admission::replay;
            case row_state::refused:  // for want of room without words
                return known->reply.empty() ? admission::full : admission::replay;
            case row_state::no_reply:
                return admission::no_reply;
            case row_state::in_doubt:
                return admission::in_doubt;
        }
    }
    // Refusals are remembered beyond the limit, so that "did not run" stays true of them.
    const std::size_t most = bounds_->max_session_rows;
    if (rows_.size() >= 2 * most) return admission::flooded;
    const bool has_room = rows_.size() < most && reply_octets_ < bounds_->max_session_replies &&
                          all_replies_->load(std::memory_order_relaxed) < bounds_->max_all_replies;
    row fresh;
    fresh.state = has_room ? row_state::in_progress : row_state::refused;
    fresh.fingerprint = fingerprint;
    fresh.reply_id = reply_id;
    rows_.insert(sequence, std::move(fresh));
    highest_ = std::max(highest_, sequence);
    return has_room ? admission::run : admission::full;
}

call_rows::row* call_rows::in_progress(std::uint64_t sequence) noexcept {
    row* const found = rows_.find(sequence);
    return found != nullptr && found->state == row_state::in_progress ? found : nullptr;
}

void call_rows::keep(row& of, std::span<const std::byte> reply) {
    if (of.reply.capacity() == 0 && !spare_.empty()) {
        of.reply = std::move(spare_.back());
        spare_.pop_back();
    }
    of.reply.assign(reply.begin(), reply.end());
    reply_octets_ += reply.size();
    all_replies_->fetch_add(reply.size(), std::memory_order_relaxed);
}

std::uint64_t call_rows::complete(std::uint64_t sequence, std::span<const std::byte> reply) {
    if (reply.size() > bounds_->max_kept_reply ||
        reply_octets_ + reply.size() > bounds_->max_session_replies)
        return complete_unkept(sequence);
    row* const ended = in_progress(sequence);
    if (ended == nullptr) return 0;
    keep(*ended, reply);
    ended->state = row_state::done;
    return ended->reply_id;
}

std::uint64_t call_rows::complete_unkept(std::uint64_t sequence) {
    row* const ended = in_progress(sequence);
    if (ended == nullptr) return 0;
    ended->state = row_state::no_reply;
    return ended->reply_id;
}

std::uint64_t call_rows::refuse(std::uint64_t sequence, std::span<const std::byte> reply) {
    row* const ended = in_progress(sequence);
    if (ended == nullptr) return 0;
    keep(*ended, reply);
    ended->state = row_state::refused;
    return ended->reply_id;
}

std::uint64_t call_rows::release(std::uint64_t sequence) {
    row* const ended = in_progress(sequence);
    if (ended == nullptr) return 0;
    const std::uint64_t reply_id = ended->reply_id;
    drop(sequence);
    return reply_id;
}

void call_rows::forget_reply_ids() {
    rows_.for_each([](std::uint64_t, row& each) { each.reply_id = 0; });
}

std::uint64_t call_rows::find_reply_id(std::uint64_t reply_id) {
    std::uint64_t found = 0;
    rows_.for_each([&](std::uint64_t sequence, const row& each) {
        if (each.state == row_state::in_progress && each.reply_id == reply_id) found = sequence;
    });
    return found;
}

void call_rows::restore(std::uint64_t sequence, row_state state, std::uint64_t fingerprint,
                        std::span<const std::byte> reply) {
    if (is_acknowledged(sequence) || rows_.find(sequence) != nullptr) return;
    row& made = rows_.insert(sequence, row{});
    made.state = state;
    made.fingerprint = fingerprint;
    if (!reply.empty()) keep(made, reply);
    highest_ = std::max(highest_, sequence);
}

}  // namespace roi::core
