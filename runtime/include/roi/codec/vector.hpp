// std::vector and std::span on the wire: repeated fields, and `bytes` for 8-bit integers.
#pragma once

#include <roi/codec.hpp>

#include <span>
#include <string>
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
void append_texts(wire::reader& in, std::vector<std::string>& values);
template <class T>
void get_octets(wire::reader& in, std::vector<T>& values);
/// The size of a vector of `count` with the elements of the field here, and of those right behind
/// it, each of `each` bytes; refuses more than `most`, and what the message may not take.
std::size_t size_with(const wire::reader& in, std::size_t count, std::size_t most,
                      std::size_t each);

/// Elements that go to the end of a vector, each read where it will stay.
template <class Codec, class Vector>
void append_in_place(wire::reader& in, Vector& values) {
    std::size_t at = values.size();
    using element = typename Vector::value_type;
    const std::size_t wanted = size_with(in, at, most_elements<element>, sizeof(element));
    if (wanted <= at) __builtin_unreachable();  // so that no code to shrink it is made
    values.resize(wanted);
    for (; at != values.size(); ++at) {
        get_element<Codec>(in, values[at]);
        in.next_same();
    }
}

/// Elements of an array, the last first; the numbers among them packed.
template <class Codec, class T>
void put_backwards(wire::writer& out, std::uint32_t number, const T* values, std::size_t count) {
    if (count == 0) {
        return;
    }
    if constexpr (is_packable(form<T>::what)) {
        const std::size_t mark = out.size();
        while (count > 0) {
            form<T>::put_bare(out, values[--count]);
        }
        out.close(number, mark);
    } else {
        while (count > 0) {
            put_element<Codec, T>(out, number, values[--count]);
        }
    }
}

/// What contiguous elements are written by.
template <class Codec, class T>
void put_contiguous(wire::writer& out, std::uint32_t number, const T* values, std::size_t count) {
    if constexpr (library_number<T>) {
        put_numbers(out, number, values, count);
    } else if constexpr (byte_like<T>) {
        out.put_bytes_field(number, values, count);
    } else {
        put_backwards<Codec, T>(out, number, values, count);
    }
}

template <class T, class Allocator>
struct form<std::vector<T, Allocator>> {
    using value = std::vector<T, Allocator>;
    static constexpr shape what = byte_like<T> ? shape::length : shape::many;
    static constexpr bool is_plain = std::is_same_v<value, std::vector<T>>;

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
        if constexpr (byte_like<T> && is_plain) {
            get_octets(in, values);
        } else if constexpr (byte_like<T>) {
            const std::string_view found = in.text();
            const auto* first = reinterpret_cast<const T*>(found.data());
            values.assign(first, first + found.size());
        } else if constexpr (library_number<T> && is_plain) {
            append_numbers(in, values);
        } else if constexpr (std::is_same_v<T, std::string> && is_plain) {
            append_texts(in, values);
        } else if constexpr (is_packable(form<T>::what)) {
            append_elements<Codec>(in, values);
        } else {
            append_in_place<Codec>(in, values);
        }
    }

    static void clear(value& values) requires(what == shape::many) {
        // Mostly it is new; so the destructor does, which there must be anyway.
        if (!values.empty()) value{}.swap(values);
    }
};

template <library_number T>
inline constexpr bool in_library<std::vector<T>> = true;
template <>
inline constexpr bool in_library<std::vector<std::string>> = true;
template <>
inline constexpr bool in_library<std::vector<std::byte>> = true;
template <>
inline constexpr bool in_library<std::vector<unsigned char>> = true;

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
