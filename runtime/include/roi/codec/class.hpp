// What records and exceptions of classes need beyond public fields: private ones, bit-fields, enums
// with numbers of their own.
#pragma once

#include <roi/codec.hpp>

#include <limits>
#include <string>
#include <type_traits>

namespace roi::generated {

// GCC fears that a friend which is no template was meant to be one; this one was not.
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
/// The way to a private field without a change to its class: an explicit instantiation of
/// private_member may name what is private, and defines how its private_field finds it.
template <class Class, unsigned Number>
struct private_field {
    friend constexpr auto member_of(private_field);
};
#pragma GCC diagnostic pop
template <class Class, unsigned Number, auto Member>
struct private_member {
    friend constexpr auto member_of(private_field<Class, Number>) { return Member; }
};

/// The private field that travels as `Number`.
template <unsigned Number, class Class>
auto& reach(Class& value) noexcept {
    return value.*member_of(private_field<std::remove_const_t<Class>, Number>{});
}

/// An enum's number on the wire, where it is not its value: encoded as any enum is.
enum class enum_number : std::int32_t {};

/// A value that a bit-field of `width` bits cannot hold is malformed.
template <class T>
void check_width(T value, int width) {
    if constexpr (std::is_enum_v<T>) {
        check_width(static_cast<std::underlying_type_t<T>>(value), width);
    } else if constexpr (std::is_same_v<T, bool>) {
        return;
    } else if (width < std::numeric_limits<std::make_unsigned_t<T>>::digits) {
        const auto most = (T{1} << (std::is_signed_v<T> ? width - 1 : width)) - 1;
        const auto least = std::is_signed_v<T> ? -most - 1 : 0;
        if (value < static_cast<T>(least) || value > static_cast<T>(most)) fail_range();
    }
}

/// An exception object to be filled from the wire: made from its text, where its class takes one,
/// so that what() says at the client what it said at the server.
template <class T>
T make_exception([[maybe_unused]] const std::string& text) {
    if constexpr (!std::is_aggregate_v<T> && std::is_constructible_v<T, const std::string&>) {
        return T(text);
    } else {
        return T{};
    }
}

}  // namespace roi::generated
