// Pointer parameters: one object that may be absent, or as many as another parameter says.
#pragma once

#include <roi/codec/optional.hpp>
#include <roi/codec/owner.hpp>
#include <roi/codec/vector.hpp>
#include <roi/generated.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace roi::generated {

/// What a pointer argument points to, while it is written: presence of a field. Functions here
/// return constants, so that a `field` can refer to what they return within the same expression.
template <class T>
struct pointed {
    const T* value;
};
template <class T>
const pointed<std::remove_const_t<T>> pointer(T* value) noexcept {
    return {value};
}

template <class T>
struct form<pointed<T>> {
    static constexpr shape what = shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const pointed<T>& given) {
        if (given.value != nullptr) put_element<Codec, T>(out, number, *given.value);
    }
};

/// What a method wrote behind a pointer: nothing where that was null.
template <class T>
struct written {
    T* value;
};
template <class T>
const written<T> behind(T& value) noexcept {
    return {&value};
}

template <class T>
struct form<written<T>> {
    static constexpr shape what = shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const written<T>& given) {
        put_element<Codec, T>(out, number, *given.value);
    }
    template <class Codec>
    static void get(wire::reader& in, const written<T>& given) {
        get_element<Codec>(in, *given.value);
    }
    static void clear(const written<T>&) noexcept {}
};
template <class T>
struct form<const written<T>> : form<written<T>> {};

/// The same under ROI_ONE_OF: one of the types T behind a pointer to their base.
template <class Base, class... T>
struct pointed_one_of {
    const Base* value;
};
template <class... T, class Base>
const pointed_one_of<std::remove_const_t<Base>, T...> pointer_to(Base* value) noexcept {
    return {value};
}

template <class Base, class... T>
struct form<pointed_one_of<Base, T...>> {
    static constexpr shape what = shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number,
                    const pointed_one_of<Base, T...>& given) {
        put_one_of<Codec, T...>(out, number, given.value);
    }
};

/// Server: an argument under ROI_ONE_OF, in whatever owns it.
template <class Owner, class... T>
struct one_of {
    Owner owner;
};

template <class Owner, class... T>
struct form<one_of<Owner, T...>> {
    static constexpr shape what = shape::many;

    template <class Codec>
    static void get(wire::reader& in, one_of<Owner, T...>& value) {
        get_one_of<Codec, T...>(in, value.owner);
    }
    static void clear(one_of<Owner, T...>& value) noexcept { value.owner = nullptr; }
};

/// The elements behind a pointer. A negative count, or null where there should be elements, is
/// errc::invalid_argument.
template <class T, class Count>
const std::span<const std::remove_const_t<T>> counted(T* first, Count count) {
    if (!std::in_range<std::size_t>(count)) refuse_value("the number of elements is negative");
    if (first == nullptr && count != 0) refuse_value("a pointer to elements is null");
    return {first, static_cast<std::size_t>(count)};
}

/// The same where the number itself is behind a pointer.
template <class T, class Count>
const std::span<const std::remove_const_t<T>> counted(T* first, Count* count) {
    if (count == nullptr) refuse_value("a pointer to a number of elements is null");
    return counted(first, *count);
}

/// Server: as many elements came as their count says. Else the call is refused, not run.
template <class Values, class Count>
void check_count(const incoming& call, const Values& values, Count count) {
    if (!std::cmp_equal(values.size(), count)) {
        call.refuse("the number of elements is not what their count says");
    }
}

template <class Values, class Count>
void check_count(const incoming& call, const Values& values, const std::optional<Count>& count) {
    if (!count) call.refuse("the number of elements is missing");
    check_count(call, values, *count);
}

/// Server: room for what the method writes. The caller's count is not trusted: what could not be
/// sent back is refused before anything is allocated.
template <class Values, class Count>
void make_room(const incoming& call, Values& values, Count count) {
    constexpr std::size_t most = wire::default_max_message / sizeof(typename Values::value_type);
    if (!std::in_range<std::size_t>(count) || std::cmp_greater(count, most)) {
        call.refuse("the number of elements asked for is beyond the largest message");
    }
    values.resize(static_cast<std::size_t>(count));
}

template <class Values, class Count>
void make_room(const incoming& call, Values& values, const std::optional<Count>& count) {
    if (!count) call.refuse("the number of elements is missing");
    make_room(call, values, *count);
}

/// Client: what the method wrote, as far as there is room.
template <class T, class Count>
void copy_back(std::vector<T>& values, T* to, Count room) {
    if (to == nullptr || !std::in_range<std::size_t>(room)) return;
    const auto count = std::min(values.size(), static_cast<std::size_t>(room));
    std::move(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), to);
}
/// The same where the room is behind a pointer, which is not yet written to.
template <class T, class Count>
void copy_back(std::vector<T>& values, T* to, Count* room) {
    if (room != nullptr) copy_back(values, to, *room);
}

}  // namespace roi::generated
