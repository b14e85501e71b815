// std::deque and std::list on the wire: repeated fields.
#pragma once

#include <roi/codec.hpp>

#include <deque>
#include <list>

namespace roi::generated {

template <class Container>
struct sequence_form {
    using element = typename Container::value_type;
    static constexpr shape what = shape::many;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Container& values) {
        put_reversed<Codec, element>(out, number, values.rbegin(), values.rend());
    }
    template <class Codec>
    static void get(wire::reader& in, Container& values) {
        append_elements<Codec>(in, values);
    }
    static void clear(Container& values) noexcept { values.clear(); }
};

template <class T, class Allocator>
struct form<std::deque<T, Allocator>> : sequence_form<std::deque<T, Allocator>> {};
template <class T, class Allocator>
struct form<std::list<T, Allocator>> : sequence_form<std::list<T, Allocator>> {};

}  // namespace roi::generated
