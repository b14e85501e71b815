// Protocol Buffers wire format, straight between C++ values and bytes.
//
// A writer fills its buffer from the end towards the beginning, so the length of a nested message
// is known when its prefix is written: one pass, no sizes computed first, no bytes moved. What is
// to stand first is therefore written last. A reader walks over bytes that it does not own and
// trusts none of them.
//
// The short forms (tags below 16, numbers and lengths below 128) are inline; the rest is in the
// library, so that generated code stays small.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace roi::wire {

/// What a decoder accepts at most. The same limits count for fields that are skipped.
inline constexpr int max_depth = 64;  ///< messages inside the outermost one
inline constexpr std::size_t default_max_message = std::size_t{64} << 20;
/// Elements of one container: an empty element takes two bytes here and much more in memory.
inline constexpr std::size_t max_elements = std::size_t{1} << 24;
/// Memory of the elements of all containers in a message, and of what its pointers point to.
inline constexpr std::size_t max_container_bytes = 8 * default_max_message;
/// Field numbers go from 1 to this.
inline constexpr std::uint32_t max_number = (std::uint32_t{1} << 29) - 1;

enum class wire_type : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

/// The bytes do not hold what their description promises: truncated, too deep, a length beyond the
/// end, a group, a field number of zero.
class malformed : public std::runtime_error {
public:
    explicit malformed(const char* what);
};

namespace detail {
// Storage goes back to a store; see wire.cpp.
std::byte* acquire(std::size_t at_least, std::size_t& capacity);
/// Only what the store holds; null where nothing there is large enough.
std::byte* acquire_kept(std::size_t at_least, std::size_t& capacity) noexcept;
void release(std::byte* storage, std::size_t capacity) noexcept;
[[noreturn]] void fail(const char* what);
[[noreturn]] void fail_depth_of_value();
// What the message that this thread decodes may still take for elements. Set anew by each reader
// that is not nested in another: a message is decoded in one go.
extern constinit thread_local std::size_t budget;
[[noreturn]] void fail_budget();
inline void charge(std::size_t bytes) {
    if (bytes > budget) [[unlikely]] {
        fail_budget();
    }
    budget -= bytes;
}
// Little-endian on the wire whatever the machine is.
template <class Bits>
Bits little(Bits value) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        return value;
    } else if constexpr (sizeof(Bits) == 4) {
        return __builtin_bswap32(value);
    } else {
        return __builtin_bswap64(value);
    }
}
}  // namespace detail

/// Bytes with an owner. Moves; never copies.
class buffer {
public:
    buffer() noexcept = default;
    /// `size` bytes at `offset` of `storage`, which was made by new[] and is taken over.
    buffer(std::byte* storage, std::size_t offset, std::size_t size) noexcept
        : storage_(storage), offset_(offset), size_(size) {}
    /// `size` bytes at the beginning of storage that detail::acquire() gave.
    static buffer of_store(std::byte* storage, std::size_t capacity, std::size_t size) noexcept {
        buffer made;
        made.storage_ = storage;
        made.capacity_ = capacity;
        made.size_ = size;
        return made;
    }
    buffer(buffer&& other) noexcept
        : storage_(std::exchange(other.storage_, nullptr)),
          capacity_(std::exchange(other.capacity_, 0)),
          offset_(std::exchange(other.offset_, 0)),
          size_(std::exchange(other.size_, 0)) {}
    buffer& operator=(buffer&& other) noexcept {
        buffer moved{std::move(other)};
        std::swap(storage_, moved.storage_);
        std::swap(capacity_, moved.capacity_);
        std::swap(offset_, moved.offset_);
        std::swap(size_, moved.size_);
        return *this;
    }
    ~buffer() {
        if (storage_ != nullptr) {
            detail::release(storage_, capacity_);
        }
    }
    static buffer copy_of(std::span<const std::byte> bytes);

    std::span<const std::byte> bytes() const noexcept;
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

private:
    friend class writer;
    std::byte* storage_ = nullptr;
    std::size_t capacity_ = 0;  // 0: not from the store
    std::size_t offset_ = 0;
    std::size_t size_ = 0;
};

/// Builds a message from its last byte to its first.
///
/// Moves, never copies. Storage comes from small stores of released buffers, so a
/// steady flow of calls allocates nothing. Throws std::bad_alloc; and from open(), roi::error with
/// errc::invalid_argument for values that nest deeper than max_depth.
class writer {
public:
    writer() noexcept = default;
    writer(writer&& other) noexcept { swap(other); }
    writer& operator=(writer&& other) noexcept {
        writer{std::move(other)}.swap(*this);
        return *this;
    }
    ~writer() {
        if (storage_ != nullptr) {
            detail::release(storage_, capacity_);
        }
    }

    /// Bytes written so far; the newest stands first.
    std::span<const std::byte> bytes() const noexcept;
    std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
    void clear() noexcept {
        begin_ = end_;
        depth_ = 0;
    }
    /// Gives the bytes away and leaves this writer empty.
    buffer take();

    void put_raw(std::span<const std::byte> bytes);
    /// `count` bytes in front, for the caller to fill before the next call.
    std::byte* put_space(std::size_t count) { return reserve(count); }
    /// For runs of many small values: room for `count` bytes before bytes().begin(). They may be
    /// filled from the end, and the part that was filled is then taken over by extend_to().
    std::byte* front_with_room(std::size_t count) {
        reserve(count);
        return begin_ += count;
    }
    void extend_to(std::byte* begin) noexcept { begin_ = begin; }
    void put_byte(std::uint8_t value) { *reserve(1) = std::byte{value}; }
    void put_varint(std::uint64_t value) {
        if (value < 0x80) {
            put_byte(static_cast<std::uint8_t>(value));
        } else {
            put_long_varint(value);
        }
    }
    void put_fixed32(std::uint32_t value) {
        value = detail::little(value);
        std::memcpy(reserve(sizeof value), &value, sizeof value);
    }
    void put_fixed64(std::uint64_t value) {
        value = detail::little(value);
        std::memcpy(reserve(sizeof value), &value, sizeof value);
    }
    void put_tag(std::uint32_t number, wire_type type) { put_varint(tag_of(number, type)); }

    /// Whole fields, tag included.
    void put_varint_field(std::uint32_t number, std::uint64_t value) {
        if (number < 16 && value < 0x80) {
            std::byte* at = reserve(2);
            at[0] = static_cast<std::byte>(tag_of(number, wire_type::varint));
            at[1] = static_cast<std::byte>(value);
        } else {
            put_long_varint_field(number, value);
        }
    }
    void put_fixed32_field(std::uint32_t number, std::uint32_t value) {
        put_fixed32(value);
        put_tag(number, wire_type::fixed32);
    }
    void put_fixed64_field(std::uint32_t number, std::uint64_t value) {
        put_fixed64(value);
        put_tag(number, wire_type::fixed64);
    }
    void put_bytes_field(std::uint32_t number, const void* data, std::size_t size);

    /// Begins a nested message, one level deeper; the result is for close_nested().
    std::size_t open() {
        if (depth_ == max_depth) {
            detail::fail_depth_of_value();
        }
        ++depth_;
        return size();
    }
    void close_nested(std::uint32_t number, std::size_t mark) {
        --depth_;
        close(number, mark);
    }
    /// Prefixes what was written since size() was `mark` with its length and with the tag.
    void close(std::uint32_t number, std::size_t mark) {
        const std::size_t length = size() - mark;
        if (number < 16 && length < 0x80) {
            std::byte* at = reserve(2);
            at[0] = static_cast<std::byte>(tag_of(number, wire_type::length));
            at[1] = static_cast<std::byte>(length);
        } else {
            close_long(number, length);
        }
    }

private:
    static std::uint64_t tag_of(std::uint32_t number, wire_type type) noexcept {
        return (std::uint64_t{number} << 3) | static_cast<std::uint64_t>(type);
    }
    void swap(writer& other) noexcept {
        std::swap(storage_, other.storage_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_, other.capacity_);
        std::swap(depth_, other.depth_);
    }
    std::byte* reserve(std::size_t count) {  // room in front; returns the new begin
        if (static_cast<std::size_t>(begin_ - storage_) < count) [[unlikely]] {
            grow(count);
        }
        begin_ -= count;
        return begin_;
    }
    void grow(std::size_t count);
    void put_long_varint(std::uint64_t value);
    void put_long_varint_field(std::uint32_t number, std::uint64_t value);
    void close_long(std::uint32_t number, std::size_t length);

    std::byte* storage_ = nullptr;
    std::byte* begin_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t capacity_ = 0;
    int depth_ = 0;
};

/// Walks over the fields of one message.
///
///     while (in.next()) switch (in.number()) { case 1: value = in.varint(); break; default:
///     in.skip(); }
///
/// Throws malformed. Lengths are checked against what is left before anything is allocated for
/// them.
class reader {
public:
    explicit reader(std::span<const std::byte> bytes) noexcept;
    /// For a message inside of the one that is being decoded.
    reader(std::span<const std::byte> bytes, int depth) noexcept;

    /// Goes to the next field; false at the end. The field must be read, or skipped.
    bool next() {
        if (at_ == end_) {
            return false;
        }
        const auto first = static_cast<std::uint8_t>(*at_);
        if (is_short_tag(first)) [[likely]] {
            ++at_;
            number_ = first >> 3;
            type_ = static_cast<wire_type>(first & 7);
        } else {
            next_long();
        }
        return true;
    }
    /// Goes to the next field if it has the number and the type of this one: the elements of a
    /// repeated field usually stand side by side.
    bool next_same() {
        if (at_ == end_ || number_ >= 16) {
            return at_ != end_ && next_same_long();
        }
        if (static_cast<std::uint32_t>(*at_) !=
            ((number_ << 3) | static_cast<std::uint32_t>(type_))) {
            return false;
        }
        ++at_;
        return true;
    }
    std::uint32_t number() const noexcept { return number_; }
    wire_type type() const noexcept { return type_; }

    std::uint64_t varint() {  // each checks that type() is what it reads
        check(wire_type::varint);
        return bare_varint();
    }
    std::uint32_t fixed32() {
        check(wire_type::fixed32);
        return bare_fixed32();
    }
    std::uint64_t fixed64() {
        check(wire_type::fixed64);
        return bare_fixed64();
    }
    std::span<const std::byte> bytes();
    std::string_view text() {
        const std::byte* const begin = pass_length();
        return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(at_ - begin)};
    }
    /// The nested message here; one level deeper.
    reader message() {
        if (depth_ <= 0) [[unlikely]] {
            detail::fail("messages are nested too deeply");
        }
        const std::byte* const begin = pass_length();
        return reader{begin, at_, depth_ - 1};
    }
    /// Passes over a field of any type, groups refused.
    void skip();

    /// For packed fields: reads bare values until at_end().
    reader packed() {
        const std::byte* const begin = pass_length();
        return reader{begin, at_, depth_};
    }
    bool at_end() const noexcept { return at_ == end_; }
    std::uint64_t bare_varint() {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) [[likely]] {
            return static_cast<std::uint64_t>(*at_++);
        }
        return long_varint();
    }
    std::uint32_t bare_fixed32() { return bare_fixed<std::uint32_t>(); }
    std::uint64_t bare_fixed64() { return bare_fixed<std::uint64_t>(); }
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    /// How many varints end within what is left.
    std::size_t count_varints() const noexcept;
    /// How many fields of this number and type `length` stand here, side by side; at least 1.
    std::size_t count_same() const noexcept;
    /// How many messages may still be nested in this one.
    int depth_left() const noexcept { return depth_; }

private:
    reader(const std::byte* begin, const std::byte* end, int depth) noexcept
        : at_(begin), end_(end), depth_(depth) {}
    // Passes over a field of bytes; returns where they begin, and at_ is where they end.
    const std::byte* pass_length() {
        check(wire_type::length);
        const std::uint64_t length = bare_varint();
        if (length > left()) [[unlikely]] {
            detail::fail("a length reaches beyond the end of the message");
        }
        const std::byte* const begin = at_;
        at_ += length;
        return begin;
    }
    static bool is_short_tag(std::uint8_t first) noexcept {
        // Types 0, 1, 2 and 5; a number from 1 to 15.
        return first >= 8 && first < 0x80 && ((0x27U >> (first & 7)) & 1U) != 0;
    }
    void check(wire_type wanted) const {
        if (type_ != wanted) [[unlikely]] {
            detail::fail("a field does not have the wire type of its description");
        }
    }
    template <class Bits>
    Bits bare_fixed() {
        if (left() < sizeof(Bits)) [[unlikely]] {
            detail::fail("a number is cut short");
        }
        Bits value;
        std::memcpy(&value, at_, sizeof value);
        at_ += sizeof value;
        return detail::little(value);
    }
    void next_long();
    bool next_same_long();
    std::uint64_t long_varint();

    const std::byte* at_;
    const std::byte* end_;
    int depth_;
    std::uint32_t number_ = 0;
    wire_type type_ = wire_type::varint;
};

}  // namespace roi::wire
