// std::array and C arrays on the wire: repeated fields, and `bytes` for 8-bit integers.
#pragma once

#include <roi/codec/vector.hpp>

#include <array>

namespace roi::generated {

/// Copies at most `size` octets; more are malformed.
void get_fixed_bytes(wire::reader& in, void* to, std::size_t size);

template <class T, std::size_t Size>
struct array_form {
    static constexpr shape what = byte_like<T> ? shape::length : shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const T* values) {
        put_contiguous<Codec>(out, number, values, Size);
    }

    template <class Codec>
    static void get(wire::reader& in, T* values) {
        if constexpr (byte_like<T>) {
            get_fixed_bytes(in, values, Size);
        } else if constexpr (library_number<T>) {
            get_numbers(in, values, Size);
        } else {
            std::size_t count = 0;
            if constexpr (is_packable(form<T>::what)) {
                get_elements<Codec, T>(in, [&](T value) {
                    if (count == Size) {
                        fail_elements();
                    }
                    values[count++] = value;
                });
            } else {
                do {
                    if (count == Size) {
                        fail_elements();
                    }
                    get_element<Codec>(in, values[count++]);
                } while (in.next_same());
            }
        }
    }
};

template <class T, std::size_t Size>
struct form<std::array<T, Size>> {
    static constexpr shape what = array_form<T, Size>::what;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::array<T, Size>& values) {
        array_form<T, Size>::template put<Codec>(out, number, values.data());
    }
    template <class Codec>
    static void get(wire::reader& in, std::array<T, Size>& values) {
        array_form<T, Size>::template get<Codec>(in, values.data());
    }
    static void clear(std::array<T, Size>&) noexcept {}  // it always has its elements
};

template <class T, std::size_t Size>
struct form<T[Size]> {
    static constexpr shape what = array_form<T, Size>::what;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const T (&values)[Size]) {
        array_form<T, Size>::template put<Codec>(out, number, values);
    }
    template <class Codec>
    static void get(wire::reader& in, T (&values)[Size]) {
        array_form<T, Size>::template get<Codec>(in, values);
    }
    static void clear(T (&)[Size]) noexcept {}
};

}  // namespace roi::generated
