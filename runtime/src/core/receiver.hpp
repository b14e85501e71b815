// Splits what arrives into frames: bytes in, frames out, nothing allocated for what has not come.
#pragma once

#include "core/frame.hpp"
#include "core/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace roi::core {

/// A message of which some parts have arrived. Grows with what arrives, never to what was
/// announced at once.
class assembly {
public:
    assembly(std::uint64_t id, bool of_reply, std::size_t total) noexcept
        : id_(id), total_(total), of_reply_(of_reply) {}
    assembly(const assembly&) = delete;
    assembly& operator=(const assembly&) = delete;
    ~assembly() {
        if (data_) wire::detail::release(data_, capacity_);
    }

    std::uint64_t id() const noexcept { return id_; }
    bool of_reply() const noexcept { return of_reply_; }
    std::size_t total() const noexcept { return total_; }
    std::size_t size() const noexcept { return size_; }
    bool complete() const noexcept { return size_ == total_; }

    /// Room for the next octets, at most `wanted`, at least one where any are missing.
    std::span<std::byte> room(std::size_t wanted, std::size_t growth_step);
    void filled(std::size_t count) noexcept { size_ += count; }
    void append(std::span<const std::byte> data, std::size_t growth_step);
    wire::buffer take() noexcept {
        return wire::buffer::of_store(std::exchange(data_, nullptr), capacity_, size_);
    }

private:
    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    std::uint64_t id_;
    std::size_t total_;
    bool of_reply_;
};

/// The input of one connection. Used by the connection's owner alone.
///
///     recvmsg(room()...); received(n);
///     for (;;) switch (next(frame)) { ... need_more: goto read }
///
/// After `chunk`, the caller hands over the message it belongs to (fill()); its octets are then
/// read straight into that message, and come back with `chunk_done`.
class receiver {
public:
    enum class step { need_more, frame, chunk, chunk_done, too_large, foreign, preface_done };

    explicit receiver(const limits& bounds) noexcept : bounds_(&bounds) {}

    /// Where the next bytes go: the first to be filled before the second.
    std::array<std::span<std::byte>, 2> room();
    void received(std::size_t count) noexcept;

    /// What has arrived. `frame`: the length was fine and `message()` is its message, valid until
    /// the next room(). `chunk`: id and data size of a chunk in `head`.
    step next(chunk_frame& head, std::size_t& data_size);
    std::span<const std::byte> message() const noexcept { return message_; }

    /// The octets of this chunk go to `target`; null: they are thrown away.
    void fill(std::unique_ptr<assembly> target) noexcept { target_ = std::move(target); }
    std::unique_ptr<assembly> filled() noexcept { return std::move(target_); }

    /// The peer has said Hello: larger frames are allowed.
    void open() noexcept { open_ = true; }
    /// Bytes wait that next() has not looked at.
    bool holds_input() const noexcept { return begin_ != end_; }
    /// Nothing is being read: gives memory back.
    void idle() noexcept;
    /// Nothing was received yet (tells a silent peer from a foreign one).
    bool untouched() const noexcept { return !preface_seen_ && begin_ == end_; }

private:
    void reserve();
    std::size_t wanted_capacity() const noexcept;

    const limits* bounds_;
    std::unique_ptr<std::byte[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t needed_ = 0;      // octets of the frame at begin_, once its length is known
    std::size_t chunk_left_ = 0;  // octets of the present chunk that have not come
    bool in_chunk_ = false;
    bool preface_seen_ = false;
    bool open_ = false;
    std::span<const std::byte> message_;
    std::unique_ptr<assembly> target_;
};

}  // namespace roi::core
