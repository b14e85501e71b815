// Varints of known length, for the places where every nanosecond is multiplied by a vector's size.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace roi::wire::detail {

inline std::size_t varint_size(std::uint64_t value) noexcept {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) * 9 + 64) / 64;
}

/// Writes `value` so that it ends right before `end`; returns where it begins.
inline std::byte* put_varint_before(std::byte* end, std::uint64_t value) noexcept {
    if (value < 0x80) {
        *--end = static_cast<std::byte>(value);
        return end;
    }
    // Spread to seven bits in each octet: one store for two or four of them (compilers merge
    // these).
    if (value < 0x4000) {
        const auto octets =
            static_cast<std::uint32_t>((value & 0x7f) | (value & 0x3f80) << 1 | 0x80);
        end[-2] = static_cast<std::byte>(octets);
        end[-1] = static_cast<std::byte>(octets >> 8);
        return end - 2;
    }
    if (value >= 0x20'0000 && value < 0x1000'0000) {
        const auto octets = static_cast<std::uint32_t>((value & 0x7f) | (value & 0x3f80) << 1 |
                                                       (value & 0x1f'c000) << 2 |
                                                       (value & 0xfe0'0000) << 3 | 0x80'8080);
        end[-4] = static_cast<std::byte>(octets);
        end[-3] = static_cast<std::byte>(octets >> 8);
        end[-2] = static_cast<std::byte>(octets >> 16);
        end[-1] = static_cast<std::byte>(octets >> 24);
        return end - 4;
    }
    std::byte* const begin = end - varint_size(value);
    std::byte* to = begin;
    do {
        *to++ = static_cast<std::byte>(value | 0x80);
        value >>= 7;
    } while (value >= 0x80);
    *to = static_cast<std::byte>(value);
    return begin;
}

}  // namespace roi::wire::detail
