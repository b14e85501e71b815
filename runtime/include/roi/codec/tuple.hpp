// std::pair and std::tuple on the wire: messages with the elements as fields 1, 2, ...
#pragma once

#include <roi/codec.hpp>

#include <tuple>
#include <utility>

namespace roi::generated {

template <class Tuple>
struct tuple_form {
    static constexpr shape what = shape::length;
    static constexpr std::size_t size = std::tuple_size_v<Tuple>;
    using indices = std::make_index_sequence<size>;
    template <std::size_t I>
    using element_form = form<std::tuple_element_t<I, Tuple>>;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Tuple& value) {
        const std::size_t mark = out.open();
        put_all<Codec>(out, value, indices{});
        out.close_nested(number, mark);
    }
    template <class Codec>
    static void get(wire::reader& in, Tuple& value) {
        clear_all(value, indices{});
        wire::reader nested = in.message();
        while (nested.next()) {
            if (!get_one<Codec>(nested, value, indices{})) {
                nested.skip();
            }
        }
    }

private:
    template <class Codec, std::size_t... I>
    static void put_all(wire::writer& out, const Tuple& value, std::index_sequence<I...>) {
        (element_form<size - 1 - I>::template put<Codec>(out, size - I,
                                                         std::get<size - 1 - I>(value)),
         ...);
    }
    template <class Codec, std::size_t... I>
    static bool get_one(wire::reader& in, Tuple& value, std::index_sequence<I...>) {
        return ((in.number() == I + 1
                     ? (element_form<I>::template get<Codec>(in, std::get<I>(value)), true)
                     : false) ||
                ...);
    }
    template <std::size_t... I>
    static void clear_all(Tuple& value, std::index_sequence<I...>) {
        (clear_value(std::get<I>(value)), ...);
    }
};

template <class A, class B>
struct form<std::pair<A, B>> : tuple_form<std::pair<A, B>> {};
template <class... T>
struct form<std::tuple<T...>> : tuple_form<std::tuple<T...>> {};

}  // namespace roi::generated
