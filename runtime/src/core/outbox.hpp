// What waits to be written on one connection: small frames in order, large messages in parts.
#pragma once

#include "core/frame.hpp"
#include "core/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace roi::core {

/// Small frames go out in the order in which they were put; between two parts of large messages
/// all small frames that wait go first, so none waits behind more than one part.
///
/// Positions count the octets of small frames since the connection began: they tell whether a call
/// can have reached the peer.
class outbox {
public:
    explicit outbox(const limits& bounds) noexcept : bounds_(&bounds) {}

    /// Appends whole frames; returns the position of the first octet.
    std::uint64_t put(std::span<const std::byte> frames);
    /// Appends a large message; its first frame (with the total size) was put before.
    void put_large(std::uint64_t id, bool of_reply, std::shared_ptr<const wire::buffer> message);
    /// Sends no further part of that message.
    void drop_large(std::uint64_t id, bool of_reply) noexcept;
    /// Makes an unsent frame one that the receiver skips. False: it may be on its way already.
    bool take_back(std::uint64_t position, std::size_t frame_size) noexcept;

    /// What to write next, in this order; all empty where nothing waits. Valid until wrote(); only
    /// one writer at a time.
    using pieces = std::array<std::span<const std::byte>, 3>;
    pieces next();
    /// `count` octets of what next() returned were handed to the transport.
    void wrote(std::size_t count) noexcept;

    bool empty() const noexcept { return waiting_.empty() && !segment() && large_.empty(); }
    /// Octets of small frames that wait.
    std::size_t small_octets() const noexcept {
        return waiting_.size() + (writing_.size() - written_);
    }
    /// Octets of large messages that are kept until the last of each is written.
    std::size_t large_octets() const noexcept { return large_octets_; }
    /// Could the octet at `position` have reached the transport?
    bool may_be_sent(std::uint64_t position) const noexcept {
        const std::size_t small = writing_.size() - head_octets_;
        return position < base_ + (in_flight_ || written_ > small ? small : written_);
    }
    /// Gives memory back; nothing may wait.
    void idle() noexcept;

private:
    struct large {
        std::uint64_t id = 0;
        std::shared_ptr<const wire::buffer> message;  // the caller may keep it, to send it again
        std::size_t sent = 0;
        bool of_reply = false;
        bool dropped = false;
    };
    bool segment() const noexcept { return written_ < writing_.size() || part_left_ > 0; }

    const limits* bounds_;
    std::vector<std::byte> waiting_;  // small frames, not yet given to a writer
    std::vector<std::byte> writing_;  // small frames and one part's head, given to a writer
    std::size_t written_ = 0;         // of writing_
    std::size_t head_octets_ = 0;     // of writing_, at its end: not counted in positions
    std::uint64_t base_ = 0;          // position of writing_'s first octet
    std::size_t part_left_ = 0;       // octets of large_.front() that belong to the present part
    bool in_flight_ = false;
    std::deque<large> large_;
    std::size_t large_octets_ = 0;
    void pop_large() noexcept;
};

}  // namespace roi::core
