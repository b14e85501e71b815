// What the ordered and unordered sets and maps have in common on the wire.
#pragma once

#include <roi/codec.hpp>

namespace roi::generated {

/// What a node holds beside its value, about.
inline constexpr std::size_t node_overhead = 4 * sizeof(void*);
// Defined in src/core/codec_fields.cpp for maps from strings to numbers and strings.
template <class Map>
void get_map(wire::reader& in, Map& values);

template <class Set>
struct set_form {
    using element = typename Set::value_type;
    static constexpr shape what = shape::many;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Set& values) {
        if constexpr (requires { values.rbegin(); }) {
            put_reversed<Codec, element>(out, number, values.rbegin(), values.rend());
        } else {  // it has no order
            put_reversed<Codec, element>(out, number, values.begin(), values.end());
        }
    }
    template <class Codec>
    static void get(wire::reader& in, Set& values) {
        get_elements<Codec, element>(in, [&](element value) {
            check_count<element>(values.size(), node_overhead);
            const auto at = values.insert(values.end(), std::move(value));
            if constexpr (requires { values.bucket_count(); }) check_bucket(values, *at);
        });
    }
    static void clear(Set& values) noexcept { values.clear(); }
};

template <class Map, bool Unique>
struct map_form {
    using key = typename Map::key_type;
    using value = typename Map::mapped_type;
    static constexpr shape what = shape::many;

    template <class Codec, class Iterator>
    static void put_range(wire::writer& out, std::uint32_t number, Iterator at, Iterator end) {
        for (; at != end; ++at) {
            const std::size_t mark = out.open();
            form<value>::template put<Codec>(out, 2, at->second);
            form<key>::template put<Codec>(out, 1, at->first);
            out.close_nested(number, mark);
        }
    }
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Map& values) {
        if constexpr (requires { values.rbegin(); }) {
            put_range<Codec>(out, number, values.rbegin(), values.rend());
        } else {
            put_range<Codec>(out, number, values.begin(), values.end());
        }
    }

    template <class Codec>
    static void get(wire::reader& in, Map& values) {
        if constexpr (in_library<Map>) {
            get_map(in, values);
        } else {
            get_entries<Codec>(in, values);
        }
    }
    template <class Codec>
    static void get_entries(wire::reader& in, Map& values) {
        reserve_elements(in, values);
        do {
            check_count<typename Map::value_type>(values.size(), node_overhead);
            [[maybe_unused]] typename Map::iterator at;
            wire::reader entry = in.message();
            key k{};
            value v{};
            clear_value(k);
            clear_value(v);
            while (entry.next()) {
                if (entry.number() == 1) {
                    form<key>::template get<Codec>(entry, k);
                } else if (entry.number() == 2) {
                    form<value>::template get<Codec>(entry, v);
                } else {
                    entry.skip();
                }
            }
            if constexpr (Unique) {
                // The last entry of a key counts. Entries usually come in the map's own order.
                at = values.insert_or_assign(values.end(), std::move(k), std::move(v));
            } else {
                at = values.emplace_hint(values.end(), std::move(k), std::move(v));
            }
            if constexpr (requires { values.bucket_count(); }) check_bucket(values, at->first);
        } while (in.next_same());
    }
    static void clear(Map& values) noexcept { values.clear(); }
};

}  // namespace roi::generated
