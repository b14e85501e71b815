// Protocol Buffers wire format, straight between C++ values and bytes.
//
// A writer fills its buffer from the end towards the beginning, so the length of a nested message
// is known when its prefix is written: one pass, no sizes computed first, no bytes moved. What is
// to stand first is therefore written last. A reader walks over bytes that it does not own and
// trusts none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace roi::wire {

/// What a decoder accepts at most. The same limits count for fields that are skipped.
inline constexpr int max_depth = 64;
inline constexpr std::size_t default_max_message = std::size_t{64} << 20;

enum class wire_type : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

/// The bytes do not hold what their description promises: truncated, too deep, a length beyond the
/// end, a group, a field number of zero.
class malformed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Bytes with an owner. Moves; never copies.
class buffer {
public:
    buffer() noexcept = default;
    /// `size` bytes at `offset` of `storage`.
    buffer(std::unique_ptr<std::byte[]> storage, std::size_t offset, std::size_t size) noexcept
        : storage_(std::move(storage)), offset_(offset), size_(size) {}
    static buffer copy_of(std::span<const std::byte> bytes);

    std::span<const std::byte> bytes() const noexcept { return {storage_.get() + offset_, size_}; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

private:
    std::unique_ptr<std::byte[]> storage_;
    std::size_t offset_ = 0;
    std::size_t size_ = 0;
};

/// Builds a message from its last byte to its first.
///
/// Moves, never copies. Storage comes from a small per-thread store of released buffers, so a
/// steady flow of calls allocates nothing. Throws std::bad_alloc alone.
class writer {
public:
    writer() noexcept = default;
    writer(writer&& other) noexcept { swap(other); }
    writer& operator=(writer&& other) noexcept {
        writer{std::move(other)}.swap(*this);
        return *this;
    }
    ~writer();

    /// Bytes written so far; the newest stands first.
    std::span<const std::byte> bytes() const noexcept { return {begin_, size()}; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
    void clear() noexcept { begin_ = end_; }
    /// Gives the bytes away and leaves this writer empty.
    buffer take();

    void put_raw(std::span<const std::byte> bytes);
    void put_byte(std::uint8_t value);
    void put_varint(std::uint64_t value);
    void put_fixed32(std::uint32_t value);
    void put_fixed64(std::uint64_t value);
    void put_tag(std::uint32_t number, wire_type type) {
        put_varint((std::uint64_t{number} << 3) | static_cast<std::uint64_t>(type));
    }
    /// Prefixes what was written since size() was `mark` with its length and with the tag.
    void close(std::uint32_t number, std::size_t mark) {
        put_varint(size() - mark);
        put_tag(number, wire_type::length);
    }

private:
    void swap(writer& other) noexcept;
    std::byte* reserve(std::size_t count);  // room in front; returns the new begin
    void grow(std::size_t count);

    std::byte* storage_ = nullptr;
    std::byte* begin_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t capacity_ = 0;
};

/// Walks over the fields of one message.
///
///     while (in.next()) switch (in.number()) { case 1: value = in.varint(); break; default: in.skip(); }
///
/// Throws malformed. Lengths are checked against what is left before anything is allocated for them.
class reader {
public:
    explicit reader(std::span<const std::byte> bytes, int depth = max_depth) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), depth_(depth) {}

    /// Goes to the next field; false at the end. The field must be read, or skipped.
    bool next();
    std::uint32_t number() const noexcept { return number_; }
    wire_type type() const noexcept { return type_; }

    std::uint64_t varint();   // each checks that type() is what it reads
    std::uint32_t fixed32();
    std::uint64_t fixed64();
    std::span<const std::byte> bytes();
    std::string_view text();
    /// The nested message here; one level deeper.
    reader message();
    /// Passes over a field of any type, groups refused.
    void skip();

    /// For packed fields: reads bare values until at_end().
    reader packed();
    bool at_end() const noexcept { return at_ == end_; }
    std::uint64_t bare_varint();
    std::uint32_t bare_fixed32();
    std::uint64_t bare_fixed64();
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

private:
    const std::byte* at_;
    const std::byte* end_;
    int depth_;
    std::uint32_t number_ = 0;
    wire_type type_ = wire_type::varint;
};

}  // namespace roi::wire
