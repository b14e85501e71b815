// std::bitset on the wire: octets, the first bit lowest.
#pragma once

#include <roi/codec.hpp>

#include <bitset>

namespace roi::generated {

template <std::size_t Size>
struct form<std::bitset<Size>> {
    static constexpr shape what = shape::length;
    static constexpr std::size_t octets = (Size + 7) / 8;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::bitset<Size>& value) {
        const std::size_t mark = out.size();
        std::byte* to = out.put_space(octets);
        for (std::size_t i = 0; i < octets; ++i) {
            to[i] = std::byte{0};
        }
        for (std::size_t bit = 0; bit < Size; ++bit) {
            if (value[bit]) {
                to[bit / 8] |= std::byte{1} << (bit % 8);
            }
        }
        out.close(number, mark);
    }
    template <class Codec>
    static void get(wire::reader& in, std::bitset<Size>& value) {
        const std::span<const std::byte> from = in.bytes();
        value.reset();
        for (std::size_t bit = 0; bit < from.size() * 8; ++bit) {
            if ((from[bit / 8] & (std::byte{1} << (bit % 8))) != std::byte{0}) {
                if (bit >= Size) {
                    fail_range();
                }
                value.set(bit);
            }
        }
    }
};

}  // namespace roi::generated
