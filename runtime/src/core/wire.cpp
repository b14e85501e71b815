// The less frequent forms of the wire format, and the store that buffers come from.
#include <roi/wire.hpp>

#include "core/varint.hpp"

#include <roi/error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>

namespace roi::wire {

namespace {

constexpr std::size_t first_capacity = 1024;
constexpr std::size_t slack = 256;       // for what stands in front of a long value
constexpr std::size_t kept_buffers = 8;  // of each store

// Released buffers, the oldest first. Trivially destructible, so that buffers released late in the
// life of a thread or of the process still find it.
struct store {
    struct entry {
        std::byte* storage;
        std::size_t capacity;
    };
    std::array<entry, kept_buffers> entries;
    std::size_t count;
    std::size_t bytes;

    std::byte* take(std::size_t at_least, std::size_t& capacity) noexcept {
        // The newest first: it is the one that is still in the cache.
        for (std::size_t i = count; i-- > 0;) {
            const entry found = entries[i];
            if (found.capacity < at_least) continue;
            remove(i, i + 1);
            capacity = found.capacity;
            return found.storage;
        }
        return nullptr;
    }
    void keep(std::byte* storage, std::size_t capacity, std::size_t most_bytes) noexcept {
        // The oldest make room.
        std::size_t dropped = 0;
        std::size_t freed = 0;
        while (dropped < count &&
               (count - dropped == kept_buffers || bytes - freed + capacity > most_bytes)) {
            freed += entries[dropped].capacity;
            ::operator delete(entries[dropped].storage);
            ++dropped;
        }
        remove(0, dropped);
        entries[count++] = {storage, capacity};
        bytes += capacity;
    }
    void remove(std::size_t first, std::size_t last) noexcept {
        for (std::size_t i = first; i < last; ++i)
            bytes -= entries[i].capacity;
        std::copy(entries.begin() + static_cast<std::ptrdiff_t>(last),
                  entries.begin() + static_cast<std::ptrdiff_t>(count),
                  entries.begin() + static_cast<std::ptrdiff_t>(first));
        count -= last - first;
    }
};

// Small buffers come and go on one thread; large ones, whose pages are dear, wander from the thread
// that filled them to the one that wrote them.
constexpr std::size_t large = std::size_t{64} << 10;
constexpr std::size_t most_small_bytes = std::size_t{256} << 10;  // of one thread
constexpr std::size_t most_large_bytes = std::size_t{8} << 20;    // of the process

constinit std::mutex large_mutex;
constinit store large_store{};
constinit thread_local store small_store{};
constinit thread_local bool store_closed = false;

struct store_closer {
    bool touched = false;
    ~store_closer() {
        store_closed = true;
        while (small_store.count > 0)
            ::operator delete(small_store.entries[--small_store.count].storage);
    }
};
thread_local store_closer closer;

constexpr std::size_t longest_tag = 5;
constexpr std::size_t longest_varint = 10;

/// Short ones without a call: most strings are.
void copy_bytes(std::byte* to, const void* data, std::size_t size) noexcept {
    const auto* from = static_cast<const std::byte*>(data);
    if (size > 16) {
        std::memcpy(to, from, size);
    } else if (size >= 8) {  // the two halves may overlap
        std::memcpy(to, from, 8);
        std::memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        std::memcpy(to, from, 4);
        std::memcpy(to + size - 4, from + size - 4, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = from[i];
        }
    }
}

}  // namespace

namespace detail {

std::byte* acquire_kept(std::size_t at_least, std::size_t& capacity) noexcept {
    if (at_least < large) return small_store.take(at_least, capacity);
    // Never waited for: a process forked from this one may have inherited it locked.
    const std::unique_lock lock{large_mutex, std::try_to_lock};
    return lock ? large_store.take(at_least, capacity) : nullptr;
}

std::byte* acquire(std::size_t at_least, std::size_t& capacity) {
    if (std::byte* const kept = acquire_kept(at_least, capacity)) return kept;
    // Few sizes, so that a released buffer fits the next message of about the same length.
    capacity = at_least < large ? std::bit_ceil(std::max(at_least, first_capacity))
                                : (at_least + large - 1) / large * large;
    return static_cast<std::byte*>(::operator new(capacity));
}

void release(std::byte* storage, std::size_t capacity) noexcept {
    if (capacity == 0) {  // from new std::byte[]
        delete[] storage;
        return;
    }
    if (capacity >= large) {
        const std::unique_lock lock{large_mutex, std::try_to_lock};
        if (lock && capacity <= most_large_bytes)
            return large_store.keep(storage, capacity, most_large_bytes);
    } else if (!store_closed) {
        closer.touched = true;  // first use: its destructor will run when the thread ends
        return small_store.keep(storage, capacity, most_small_bytes);
    }
    ::operator delete(storage);
}

constinit thread_local std::size_t budget = max_container_bytes;

void fail(const char* what) {
    throw malformed{what};
}

void fail_budget() {
    fail("the elements of a message take more memory than is allowed");
}

void fail_depth_of_value() {
    throw error{errc::invalid_argument, outcome::not_executed,
                "a value is nested more than 64 levels deep, or its pointers form a cycle"};
}

}  // namespace detail

malformed::malformed(const char* what) : std::runtime_error(what) {}

std::span<const std::byte> buffer::bytes() const noexcept {
    return {storage_ + offset_, size_};
}

std::span<const std::byte> writer::bytes() const noexcept {
    return {begin_, size()};
}

void writer::put_raw(std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
}

reader::reader(std::span<const std::byte> bytes) noexcept : reader(bytes, max_depth) {
    detail::budget = max_container_bytes;
}

reader::reader(std::span<const std::byte> bytes, int depth) noexcept
    : at_(bytes.data()), end_(bytes.data() + bytes.size()), depth_(depth) {}

std::span<const std::byte> reader::bytes() {
    const std::byte* const begin = pass_length();
    return {begin, at_};
}

buffer buffer::copy_of(std::span<const std::byte> bytes) {
    buffer copy;
    if (!bytes.empty()) {
        copy.storage_ = detail::acquire(bytes.size(), copy.capacity_);
        copy.size_ = bytes.size();
        std::memcpy(copy.storage_, bytes.data(), bytes.size());
    }
    return copy;
}

buffer writer::take() {
    buffer taken;
    taken.storage_ = std::exchange(storage_, nullptr);
    taken.capacity_ = std::exchange(capacity_, 0);
    taken.offset_ = static_cast<std::size_t>(begin_ - taken.storage_);
    taken.size_ = size();
    begin_ = end_ = nullptr;
    depth_ = 0;
    return taken;
}

void writer::grow(std::size_t count) {
    const std::size_t used = size();
    if (count > static_cast<std::size_t>(PTRDIFF_MAX) - used - slack) {
        throw std::bad_alloc{};
    }
    std::size_t capacity = 0;
    const std::size_t wanted = used + count + (count > first_capacity / 2 ? slack : 0);
    std::byte* storage = detail::acquire(std::max(capacity_ * 2, wanted), capacity);
    std::byte* end = storage + capacity;
    if (storage_ != nullptr) {
        std::memcpy(end - used, begin_, used);
        detail::release(storage_, capacity_);
    }
    storage_ = storage;
    capacity_ = capacity;
    end_ = end;
    begin_ = end - used;
}

void writer::put_long_varint(std::uint64_t value) {
    extend_to(detail::put_varint_before(front_with_room(longest_varint), value));
}

void writer::put_long_varint_field(std::uint32_t number, std::uint64_t value) {
    std::byte* at = detail::put_varint_before(front_with_room(longest_tag + longest_varint), value);
    extend_to(detail::put_varint_before(at, tag_of(number, wire_type::varint)));
}

void writer::put_bytes_field(std::uint32_t number, const void* data, std::size_t size) {
    if (number < 16 && size < 0x80) {
        std::byte* at = reserve(size + 2);
        at[0] = static_cast<std::byte>(tag_of(number, wire_type::length));
        at[1] = static_cast<std::byte>(size);
        copy_bytes(at + 2, data, size);
        return;
    }
    copy_bytes(reserve(size), data, size);
    close_long(number, size);
}

void writer::close_long(std::uint32_t number, std::size_t length) {
    std::byte* at =
        detail::put_varint_before(front_with_room(longest_tag + longest_varint), length);
    extend_to(detail::put_varint_before(at, tag_of(number, wire_type::length)));
}

void reader::next_long() {
    const std::uint64_t tag = bare_varint();
    const std::uint64_t number = tag >> 3;
    const auto type = static_cast<std::uint8_t>(tag & 7);
    if (number == 0 || number > max_number) {
        detail::fail("a field number is zero or too large");
    }
    if (((0x27U >> type) & 1U) == 0) {
        detail::fail(type == 3 || type == 4 ? "a field is a group" : "a wire type is unknown");
    }
    number_ = static_cast<std::uint32_t>(number);
    type_ = static_cast<wire_type>(type);
}

bool reader::next_same_long() {
    reader ahead = *this;
    ahead.next_long();
    if (ahead.number_ != number_ || ahead.type_ != type_) {
        return false;
    }
    at_ = ahead.at_;
    return true;
}

std::uint64_t reader::long_varint() {
    std::uint64_t value = 0;
    const std::byte* at = at_;
    for (int shift = 0; shift < 64; shift += 7) {
        if (at == end_) {
            detail::fail("a number is cut short");
        }
        const auto byte = static_cast<std::uint64_t>(*at++);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (shift == 63 && byte > 1) {
                break;
            }
            at_ = at;
            return value;
        }
    }
    detail::fail("a number has more than 64 bits");
}

std::size_t reader::count_varints() const noexcept {
    std::size_t count = 0;
    for (const std::byte* at = at_; at != end_; ++at) {
        count += static_cast<std::size_t>((static_cast<std::uint8_t>(*at) & 0x80) == 0);
    }
    return count;
}

std::size_t reader::count_same() const noexcept {
    reader ahead = *this;
    std::size_t count = 1;
    try {
        for (ahead.bytes(); ahead.next_same(); ahead.bytes()) {
            ++count;
        }
    } catch (const malformed&) {
        // Whoever reads it will find out.
    }
    return count;
}

void reader::skip() {
    switch (type_) {
        case wire_type::varint:
            bare_varint();
            break;
        case wire_type::fixed64:
            bare_fixed64();
            break;
        case wire_type::length:
            bytes();
            break;
        case wire_type::fixed32:
            bare_fixed32();
            break;
    }
}

}  // namespace roi::wire
