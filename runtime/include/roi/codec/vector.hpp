// std::vector and std::span on the wire: repeated fields, and `bytes` for 8-bit integers.
#pragma once

#include <roi/codec.hpp>

#include <iterator>
#include <span>
#include <vector>

namespace roi::generated {

/// Numbers whose vectors are handled in the library.
template <class T>
concept library_number = std::is_same_v<T, short> || std::is_same_v<T, unsigned short> ||
    std::is_same_v<T, int> || std::is_same_v<T, unsigned> || std::is_same_v<T, long> ||
    std::is_same_v<T, unsigned long> || std::is_same_v<T, long long> ||
    std::is_same_v<T, unsigned long long> || std::is_same_v<T, float> || std::is_same_v<T, double>;

// Defined in src/core/codec_numbers.cpp for the types above.
template <library_number T>
void put_numbers(wire::writer& out, std::uint32_t number, const T* values, std::size_t count);
/// Fills at most `count` values; more are malformed.
template <library_number T>
void get_numbers(wire::reader& in, T* values, std::size_t count);
template <library_number T>
void append_numbers(wire::reader& in, std::vector<T>& values);

/// What contiguous elements are written by.
template <class Codec, class T>
void put_contiguous(wire::writer& out, std::uint32_t number, const T* values, std::size_t count) {
    if constexpr (library_number<T>) {
        put_numbers(out, number, values, count);
    } else if constexpr (byte_like<T>) {
        out.put_bytes_field(number, values, count);
    } else {
        put_reversed<Codec, T>(out, number, std::make_reverse_iterator(values + count),
                               std::make_reverse_iterator(values));
    }
}

template <class T, class Allocator>
struct form<std::vector<T, Allocator>> {
    using value = std::vector<T, Allocator>;
    static constexpr shape what = byte_like<T> ? shape::length : shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const value& values) {
        if constexpr (std::is_same_v<T, bool>) {
            put_reversed<Codec, bool>(out, number, values.rbegin(), values.rend());
        } else {
            put_contiguous<Codec>(out, number, values.data(), values.size());
        }
    }

    template <class Codec>
    static void get(wire::reader& in, value& values) {
        if constexpr (byte_like<T>) {
            const std::span<const std::byte> found = in.bytes();
            const auto* first = reinterpret_cast<const T*>(found.data());
            values.assign(first, first + found.size());
        } else if constexpr (library_number<T> && std::is_same_v<value, std::vector<T>>) {
            append_numbers(in, values);
        } else {
            append_elements<Codec>(in, values);
        }
    }

    static void clear(value& values) requires(what == shape::many) { values.clear(); }
};

/// Bytes are read as a view of the message, which lives as long as a served call: for arguments of
/// methods. Everything else is read into a std::vector.
template <class T, std::size_t Extent>
struct form<std::span<T, Extent>> {
    static constexpr shape what = byte_like<std::remove_const_t<T>> ? shape::length : shape::many;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, std::span<const T> values) {
        put_contiguous<Codec, std::remove_const_t<T>>(out, number, values.data(), values.size());
    }
    template <class Codec>
    requires(byte_like<std::remove_const_t<T>>&& std::is_const_v<T>&& Extent ==
             std::dynamic_extent) static void get(wire::reader& in, std::span<T, Extent>& values) {
        const std::span<const std::byte> found = in.bytes();
        values = {reinterpret_cast<T*>(found.data()), found.size()};
    }
};

}  // namespace roi::generated
