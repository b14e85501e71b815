// Between C++ values and wire bytes: what the marshalling of generated code is made of.
//
// docs/wire-types.md says what each type is on the wire. This header knows numbers, enums, strings,
// records and adapted types; a generated file includes what else its types need:
//
//     roi/codec/vector.hpp         vector, span (roi::bytes too)
//     roi/codec/array.hpp          array, C arrays
//     roi/codec/sequence.hpp       deque, list
//     roi/codec/set.hpp            set, multiset          roi/codec/unordered_set.hpp
//     roi/codec/map.hpp            map, multimap          roi/codec/unordered_map.hpp
//     roi/codec/optional.hpp       optional
//     roi/codec/owner.hpp          unique_ptr, shared_ptr; ROI_ONE_OF
//     roi/codec/variant.hpp        variant, monostate
//     roi/codec/tuple.hpp          pair, tuple            roi/codec/complex.hpp
//     roi/codec/bitset.hpp         bitset
//     roi/codec/flags.hpp          bool* with a number of elements
//     roi/codec/chrono.hpp         durations, system_clock's time points
//     roi/codec/wide_string.hpp    wstring, u8string, u16string, u32string and their views
//     roi/codec/text_pointer.hpp   const char* that is read (fields, results, inside containers)
//     roi/codec/protobuf.hpp       protobuf's message classes; the only one that includes protobuf
//
// Generated code has, in its unnamed namespace, one pair of functions for each record:
//
//     struct codec : roi::generated::codec<codec> {
//         static void write(roi::wire::writer& out, const demo::entry& value);
//         static void read(roi::wire::reader& in, demo::entry& value);
//     };
//     void codec::write(roi::wire::writer& out, const demo::entry& value) {
//         put(out, 2, value.cents);      // the last field first: a writer fills its buffer
//         put(out, 1, value.account);    // from the end
//     }
//     void codec::read(roi::wire::reader& in, demo::entry& value) {
//         clear(value.notes);            // required for every field that may be absent: it does
//         while (in.next()) {            // nothing for single types, empties the others
//             switch (in.number()) {
//             case 1: get(in, value.account); break;
//             case 2: get(in, value.cents); break;
//             default: in.skip();
//             }
//         }
//     }
//
// A call's client side:   codec::put_fields(call.arguments(), field{1, from}, field{2, cents});
//                         return codec::result<std::int64_t>(answer.reader());
// and its server side:    codec::get_fields(call.arguments(), field{1, from}, field{2, cents});
//                         codec::put(call.result(), 1, bank.transfer(from, cents));
// (with `using roi::generated::field`; get_present() where an argument has a default).
#pragma once

#include <roi/adapt.hpp>
#include <roi/call.hpp>
#include <roi/wire.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace roi::generated {

// ---- forms: how one C++ type stands on the wire ----------------------------------------------

/// The wire type of a single type; `many` for repeated fields and presences.
enum class shape : std::uint8_t { varint, fixed64, length, fixed32, many };

constexpr bool is_single(shape what) noexcept {
    return what != shape::many;
}
constexpr bool is_packable(shape what) noexcept {
    return what != shape::many && what != shape::length;
}
constexpr wire::wire_type wire_type_of(shape what) noexcept {
    return what == shape::varint    ? wire::wire_type::varint
           : what == shape::fixed64 ? wire::wire_type::fixed64
           : what == shape::fixed32 ? wire::wire_type::fixed32
                                    : wire::wire_type::length;
}

template <class T>
concept adapted = requires {
    typename adapt<T>::wire;
};
template <class T>
concept byte_like = std::is_same_v<T, char> || std::is_same_v<T, signed char> ||
    std::is_same_v<T, unsigned char> || std::is_same_v<T, std::byte> || std::is_same_v<T, char8_t>;
template <class T>
concept plain_enum = std::is_enum_v<T> && !std::is_same_v<T, std::byte> && !adapted<T>;

// What is not worth being inline. Defined in src/core/codec.cpp.
void get_text(wire::reader& in, std::string& value);
void put_c_text(wire::writer& out, std::uint32_t number, const char* value);
void get_text_pointer(wire::reader& in, const char*& value);
[[noreturn]] void fail_range();
[[noreturn]] void fail_elements();
[[noreturn]] void fail_missing(std::uint32_t number);
[[noreturn]] void refuse_value(const char* why);  // roi::error with errc::invalid_argument
/// The most elements that a container of T takes.
template <class T>
inline constexpr std::size_t most_elements =
    wire::max_container_bytes / sizeof(T) < wire::max_elements
        ? wire::max_container_bytes / sizeof(T)
        : wire::max_elements;
/// Before an element is added to `count` others; `overhead` is what its container adds to it.
template <class T>
void check_count(std::size_t count, std::size_t overhead = 0) {
    if (count >= most_elements<T>) [[unlikely]] {
        fail_elements();
    }
    wire::detail::charge(sizeof(T) + overhead);
}

/// Of one insertion in a few, which a peer cannot foresee: does it have to be looked at?
bool is_sampled() noexcept;
[[noreturn]] void fail_flooded();
/// More keys than this in one bucket of a hash table are a peer's malice, or a hash that does not
/// deserve its name.
inline constexpr std::size_t most_in_bucket = 128;
/// After `key` came into a hash table: a peer must not make each insertion walk over all others.
template <class Table, class Key>
void check_bucket(const Table& table, const Key& key) {
    if (table.size() <= most_in_bucket || !is_sampled()) return;
    const std::size_t found = table.bucket_size(table.bucket(key));
    // Equal keys share a bucket by nature, and are found as one.
    if (found > most_in_bucket && found - table.count(key) >= most_in_bucket) fail_flooded();
}

constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// Records: Codec::write and Codec::read know the fields. Specialised below and in codec/*.hpp.
template <class T>
struct form {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const T& value) {
        const std::size_t mark = out.open();
        Codec::write(out, value);
        out.close_nested(number, mark);
    }
    template <class Codec>
    static void get(wire::reader& in, T& value) {
        wire::reader nested = in.message();
        Codec::read(nested, value);
    }
};

/// What numbers have in common: Form says how bare values stand in a packed field.
template <class Form, class T>
struct number_form {
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, T value) {
        if constexpr (Form::what == shape::varint) {
            out.put_varint_field(number, Form::to_bits(value));
        } else if constexpr (Form::what == shape::fixed32) {
            out.put_fixed32_field(number, Form::to_bits(value));
        } else {
            out.put_fixed64_field(number, Form::to_bits(value));
        }
    }
    template <class Codec>
    static void get(wire::reader& in, T& value) {
        if constexpr (Form::what == shape::varint) {
            value = Form::from_bits(in.varint());
        } else if constexpr (Form::what == shape::fixed32) {
            value = Form::from_bits(in.fixed32());
        } else {
            value = Form::from_bits(in.fixed64());
        }
    }
    static void put_bare(wire::writer& out, T value) {
        if constexpr (Form::what == shape::varint) {
            out.put_varint(Form::to_bits(value));
        } else if constexpr (Form::what == shape::fixed32) {
            out.put_fixed32(Form::to_bits(value));
        } else {
            out.put_fixed64(Form::to_bits(value));
        }
    }
    static T get_bare(wire::reader& in) {
        if constexpr (Form::what == shape::varint) {
            return Form::from_bits(in.bare_varint());
        } else if constexpr (Form::what == shape::fixed32) {
            return Form::from_bits(in.bare_fixed32());
        } else {
            return Form::from_bits(in.bare_fixed64());
        }
    }
};

template <class T>
requires(std::is_integral_v<T> && sizeof(T) <= 8) struct form<T> : number_form<form<T>, T> {
    static constexpr shape what = shape::varint;
    // `char` is signed on the wire whatever it is here.
    static constexpr bool is_signed = std::is_signed_v<T> || std::is_same_v<T, char>;

    static std::uint64_t to_bits(T value) noexcept {
        if constexpr (std::is_same_v<T, char>) {
            return zigzag(static_cast<signed char>(value));
        } else if constexpr (is_signed) {
            return zigzag(value);
        } else {
            return value;
        }
    }
    static T from_bits(std::uint64_t bits) {
        if constexpr (std::is_same_v<T, bool>) {
            return bits != 0;
        } else if constexpr (is_signed) {
            constexpr std::uint64_t most = ~std::uint64_t{0} >> (64 - 8 * sizeof(T));
            if (bits > most) {  // zigzag: what fits in n bits comes from a value of n bits
                fail_range();
            }
            return static_cast<T>(unzigzag(bits));
        } else {
            constexpr std::uint64_t most = ~std::uint64_t{0} >> (64 - 8 * sizeof(T));
            if (bits > most) {
                fail_range();
            }
            return static_cast<T>(bits);
        }
    }
};

template <>
struct form<std::byte> : number_form<form<std::byte>, std::byte> {
    static constexpr shape what = shape::varint;
    static std::uint64_t to_bits(std::byte value) noexcept {
        return static_cast<std::uint64_t>(value);
    }
    static std::byte from_bits(std::uint64_t bits) {
        if (bits > 0xff) {
            fail_range();
        }
        return static_cast<std::byte>(bits);
    }
};

template <>
struct form<float> : number_form<form<float>, float> {
    static constexpr shape what = shape::fixed32;
    static std::uint32_t to_bits(float value) noexcept {
        return std::bit_cast<std::uint32_t>(value);
    }
    static float from_bits(std::uint32_t bits) noexcept { return std::bit_cast<float>(bits); }
};

template <>
struct form<double> : number_form<form<double>, double> {
    static constexpr shape what = shape::fixed64;
    static std::uint64_t to_bits(double value) noexcept {
        return std::bit_cast<std::uint64_t>(value);
    }
    static double from_bits(std::uint64_t bits) noexcept { return std::bit_cast<double>(bits); }
};

/// Up to 32 bits as protobuf's enums, which are int32; wider ones as integers.
template <plain_enum T>
struct form<T> : number_form<form<T>, T> {
    using integer = std::underlying_type_t<T>;
    static constexpr shape what = shape::varint;
    static std::uint64_t to_bits(T value) noexcept {
        const auto number = static_cast<integer>(value);
        if constexpr (sizeof(T) > 4) {
            return form<integer>::to_bits(number);
        } else {
            return static_cast<std::uint64_t>(
                static_cast<std::int64_t>(static_cast<std::int32_t>(number)));
        }
    }
    static T from_bits(std::uint64_t bits) {
        if constexpr (sizeof(T) > 4) {
            return static_cast<T>(form<integer>::from_bits(bits));
        } else {
            const auto number = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
            if constexpr (sizeof(T) < 4) {
                if (static_cast<std::int32_t>(static_cast<integer>(number)) != number) {
                    fail_range();
                }
            }
            return static_cast<T>(static_cast<integer>(number));
        }
    }
};

template <>
struct form<std::string> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::string& value) {
        out.put_bytes_field(number, value.data(), value.size());
    }
    template <class Codec>
    static void get(wire::reader& in, std::string& value) {
        get_text(in, value);
    }
};

/// Read as a view of the message, which lives as long as a served call: for arguments of methods.
/// Results are read into a std::string.
template <>
struct form<std::string_view> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, std::string_view value) {
        out.put_bytes_field(number, value.data(), value.size());
    }
    template <class Codec>
    static void get(wire::reader& in, std::string_view& value) {
        value = in.text();
    }
};

/// Written; read into a std::string, or as codec/text_pointer.hpp says.
template <>
struct form<const char*> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const char* value) {
        put_c_text(out, number, value);
    }
    template <class Codec>
    static void get(wire::reader& in, const char*& value) {
        get_text_pointer(in, value);
    }
};

template <adapted T>
struct form<T> {
    using wire_form = form<typename adapt<T>::wire>;
    static constexpr shape what = wire_form::what;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const T& value) {
        wire_form::template put<Codec>(out, number, adapt<T>::to_wire(value));
    }
    template <class Codec>
    static void get(wire::reader& in, T& value) {
        typename adapt<T>::wire travelled{};
        wire_form::template get<Codec>(in, travelled);
        value = adapt<T>::from_wire(std::move(travelled));
    }
    static void put_bare(wire::writer& out, const T& value) requires(is_packable(what)) {
        wire_form::put_bare(out, adapt<T>::to_wire(value));
    }
    static T get_bare(wire::reader& in) requires(is_packable(what)) {
        return adapt<T>::from_wire(wire_form::get_bare(in));
    }
    static void clear(T& value) requires(what == shape::many) { value = adapt<T>::from_wire({}); }
};

// ---- elements: single types as they are, the others wrapped in a message ---------------------

template <class Codec, class T>
void put_element(wire::writer& out, std::uint32_t number, const T& value) {
    if constexpr (is_single(form<T>::what)) {
        form<T>::template put<Codec>(out, number, value);
    } else {
        const std::size_t mark = out.open();
        form<T>::template put<Codec>(out, 1, value);
        out.close_nested(number, mark);
    }
}

/// What absence means: empty for many; single types keep their value.
template <class T>
void clear_value(T& value) {
    if constexpr (!is_single(form<T>::what)) {
        form<T>::clear(value);
    }
}

template <class Codec, class T>
void get_element(wire::reader& in, T& value) {
    if constexpr (is_single(form<T>::what)) {
        form<T>::template get<Codec>(in, value);
    } else {
        clear_value(value);
        wire::reader nested = in.message();
        while (nested.next()) {
            if (nested.number() == 1) {
                form<T>::template get<Codec>(nested, value);
            } else {
                nested.skip();
            }
        }
    }
}

/// Calls add(value) for each element of the repeated field here and of those that follow with the
/// same number; packed numbers or not.
template <class Codec, class T, class Add>
void get_elements(wire::reader& in, Add add) {
    if constexpr (is_packable(form<T>::what)) {
        if (in.type() == wire::wire_type::length) {
            wire::reader run = in.packed();
            while (!run.at_end()) {
                add(form<T>::get_bare(run));
            }
            return;
        }
    }
    do {
        T value{};
        get_element<Codec>(in, value);
        add(std::move(value));
    } while (in.next_same());
}

/// Makes room for the elements of the field here, and of those right behind it. Never by less than
/// half, so that a field that comes in many parts does not cost a copy for each.
template <class Container>
void reserve_elements(wire::reader& in, Container& values) {
    if constexpr (requires { values.reserve(std::size_t{1}); }) {
        const std::size_t count = in.count_same();
        if (count > values.size()) {
            using element = typename Container::value_type;
            const std::size_t allowed = wire::detail::budget / sizeof(element);
            const std::size_t wanted = values.size() + (count < allowed ? count : allowed);
            constexpr std::size_t most = most_elements<element>;
            values.reserve(wanted < most ? wanted : most);
        }
    }
}

/// Elements that go to the end of a container, each read where it will stay.
template <class Codec, class Container>
void append_elements(wire::reader& in, Container& values) {
    using element = typename Container::value_type;
    if constexpr (is_packable(form<element>::what)) {
        get_elements<Codec, element>(in, [&](element value) {
            check_count<element>(values.size());
            values.push_back(value);
        });
    } else {
        reserve_elements(in, values);
        do {
            check_count<element>(values.size());
            values.emplace_back();
            get_element<Codec>(in, values.back());
        } while (in.next_same());
    }
}

/// Elements of any range, the last first; the numbers among them packed.
template <class Codec, class T, class Iterator>
void put_reversed(wire::writer& out, std::uint32_t number, Iterator at, Iterator end) {
    if (at == end) {
        return;
    }
    if constexpr (is_packable(form<T>::what)) {
        const std::size_t mark = out.size();
        for (; at != end; ++at) {
            form<T>::put_bare(out, *at);
        }
        out.close(number, mark);
    } else {
        for (; at != end; ++at) {
            put_element<Codec, T>(out, number, *at);
        }
    }
}

// ---- fields, arguments, results ---------------------------------------------------------------

/// A value and its number in a message.
template <class T>
struct field {
    std::uint32_t number;
    T& value;
};
template <class T>
field(std::uint32_t, T&) -> field<T>;

// The arguments of a call are few and different for each method, so what walks over them is in the
// library; generated code only says where they are, and by which function each is written or read.

/// A field to be written.
struct sent_field {
    const void* value;
    void (*put)(wire::writer& out, std::uint32_t number, const void* value);
    std::uint32_t number;
};
void put_all(wire::writer& out, const sent_field* fields, std::size_t count);
/// Into a request, which is given up where this throws; into the result of a call.
void put_all(request& to, const sent_field* fields, std::size_t count);
void put_all(incoming& to, const sent_field* fields, std::size_t count);

/// A field to be read. Where it `is_required`, its absence is malformed.
struct received_field {
    void* value;
    void (*get)(wire::reader* in, void* value);  // as any_decoder's
    std::uint32_t number;
    bool is_required;
};
inline constexpr std::size_t most_fields = 64;  ///< of one call
/// Clears all, reads those that are there, and refuses a message without the required ones.
void get_all(wire::reader in, const received_field* fields, std::size_t count);
void get_all(const incoming& from, const received_field* fields, std::size_t count);

/// Types whose functions are in the library, too: numbers and strings here, more in codec/*.hpp.
template <class T>
concept common_value = std::is_same_v<T, bool> || std::is_same_v<T, int> ||
    std::is_same_v<T, unsigned> || std::is_same_v<T, long> || std::is_same_v<T, unsigned long> ||
    std::is_same_v<T, long long> || std::is_same_v<T, unsigned long long> ||
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool in_library = common_value<T>;
template <class T>
void put_known(wire::writer& out, std::uint32_t number, const void* value);
template <class T>
void get_known(wire::reader* in, void* value);

template <class Codec, class T>
void put_any(wire::writer& out, std::uint32_t number, const void* value) {
    form<T>::template put<Codec>(out, number, *static_cast<const T*>(value));
}
template <class Codec, class T>
void get_any(wire::reader* in, void* value) {
    if (in == nullptr) {
        clear_value(*static_cast<T*>(value));
    } else {
        form<T>::template get<Codec>(*in, *static_cast<T*>(value));
    }
}
template <class Codec, class T>
constexpr auto putter() noexcept {
    if constexpr (in_library<T>) {
        return put_known<T>;
    } else {
        return put_any<Codec, T>;
    }
}
template <class Codec, class T>
constexpr auto getter() noexcept {
    if constexpr (in_library<T>) {
        return get_known<T>;
    } else {
        return get_any<Codec, T>;
    }
}

template <class Derived>
struct codec {
    /// Writes `value` as field `number`, tag included; nothing where it is empty or absent.
    template <class T>
    static void put(wire::writer& out, std::uint32_t number, const T& value) {
        form<T>::template put<Derived>(out, number, value);
    }

    /// Reads the field that `in` stands at, and those of the same number right behind it where the
    /// type is repeated. What is repeated is added to `value`.
    template <class T>
    static void get(wire::reader& in, T& value) {
        form<T>::template get<Derived>(in, value);
    }

    /// Gives values the state that absence on the wire means: containers become empty, pointers
    /// null; single types keep their value.
    template <class... T>
    static void clear(T&... values) {
        (clear_value(values), ...);
    }

    /// Writes fields so that they stand in the order given: into a writer, as the arguments of a
    /// request, as the result of a call that is served.
    template <class To, class... T>
    static void put_fields(To& to, field<T>... fields) {
        if constexpr (sizeof...(T) != 0) {
            const sent_field all[] = {
                {&fields.value, putter<Derived, std::remove_const_t<T>>(), fields.number}...};
            put_all(to, all, sizeof...(T));
        }
    }

    /// Reads all fields, from a reader or the arguments of a call that is served; one of a single
    /// type that is missing is malformed, others are empty then.
    template <class From, class... T>
    static void get_fields(const From& from, field<T>... fields) {
        static_assert(sizeof...(T) <= most_fields, "more than 64 parameters");
        // Constant are those that only show where the value is.
        if constexpr (sizeof...(T) != 0) {
            const received_field all[] = {{const_cast<std::remove_const_t<T>*>(&fields.value),
                                           getter<Derived, T>(), fields.number,
                                           is_single(form<T>::what)}...};
            get_all(from, all, sizeof...(T));
        } else {
            get_all(from, nullptr, 0);
        }
    }

    /// What a method returned.
    template <class T>
    static constexpr decoder<T> result{
        {getter<Derived, T>(), is_single(form<T>::what) ? any_decoder::part::required_field
                                                        : any_decoder::part::optional_field}};
};

}  // namespace roi::generated
