// std::optional on the wire: presence of a field.
#pragma once

#include <roi/codec.hpp>

#include <optional>

namespace roi::generated {

template <class T>
struct form<std::optional<T>> {
    static constexpr shape what = shape::many;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::optional<T>& value) {
        if (value) {
            put_element<Codec>(out, number, *value);
        }
    }
    template <class Codec>
    static void get(wire::reader& in, std::optional<T>& value) {
        if (!value) {
            value.emplace();
        }
        get_element<Codec>(in, *value);
    }
    static void clear(std::optional<T>& value) noexcept { value.reset(); }
};

template <common_value T>
inline constexpr bool in_library<std::optional<T>> = true;

}  // namespace roi::generated
