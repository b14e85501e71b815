// std::variant on the wire: a message with one field for each alternative, one of which is there.
#pragma once

#include <roi/codec.hpp>

#include <variant>

namespace roi::generated {

/// A message without fields.
template <>
struct form<std::monostate> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, std::monostate) {
        out.put_bytes_field(number, nullptr, 0);
    }
    template <class Codec>
    static void get(wire::reader& in, std::monostate&) {
        wire::reader nested = in.message();
        while (nested.next()) {
            nested.skip();
        }
    }
};

template <class... T>
struct form<std::variant<T...>> {
    using value = std::variant<T...>;
    static constexpr shape what = shape::length;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const value& given) {
        if (given.valueless_by_exception()) {
            refuse_value("a variant without a value cannot be sent");
        }
        const std::size_t mark = out.open();
        put_alternative<Codec>(out, given, std::index_sequence_for<T...>{});
        out.close_nested(number, mark);
    }
    template <class Codec>
    static void get(wire::reader& in, value& found) {
        wire::reader nested = in.message();
        while (nested.next()) {
            if (!get_alternative<Codec>(nested, found, std::index_sequence_for<T...>{})) {
                nested.skip();
            }
        }
    }

private:
    template <class Codec, std::size_t... I>
    static void put_alternative(wire::writer& out, const value& given, std::index_sequence<I...>) {
        (void)((given.index() == I ? (put_element<Codec>(out, I + 1, *std::get_if<I>(&given)), true)
                                   : false) ||
               ...);
    }
    template <class Codec, std::size_t... I>
    static bool get_alternative(wire::reader& in, value& found, std::index_sequence<I...>) {
        return ((in.number() == I + 1 ? (get_element<Codec>(in, found.template emplace<I>()), true)
                                      : false) ||
                ...);
    }
};

}  // namespace roi::generated
