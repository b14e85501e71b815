// std::unique_ptr and std::shared_ptr on the wire: presence of a field. Polymorphic ones, and
// pointers and references under ROI_ONE_OF, are a message with one alternative for each type of the
// set.
//
// A mark on a parameter or field itself becomes
//     put_one_of<codec, A, B>(out, number, pointer);   get_one_of<codec, A, B>(in, owner);
// (for a `Base&`: its address). Inside containers the set is found through the codec, which then
// has
//     static roi::generated::types<A, B> one_of(roi::generated::types<Base>);
#pragma once

#include <roi/codec.hpp>

#include <memory>
#include <typeinfo>

namespace roi::generated {

template <class... T>
struct types {};

[[noreturn]] void fail_alternative();

/// Nothing for null; a type outside the set is errc::invalid_argument.
template <class Codec, class... T, class Base>
void put_one_of(wire::writer& out, std::uint32_t number, const Base* value) {
    if (value == nullptr) {
        return;
    }
    const std::type_info& dynamic = typeid(*value);
    const std::size_t mark = out.open();
    std::uint32_t alternative = 0;
    const bool found =
        ((++alternative,
          dynamic == typeid(T)
              ? (put_element<Codec>(out, alternative, static_cast<const T&>(*value)), true)
              : false) ||
         ...);
    if (!found) {
        refuse_value("an object's type is none of those that ROI_ONE_OF names");
    }
    out.close_nested(number, mark);
}

/// Owner is a unique_ptr or shared_ptr of a base of all T. A message without a known alternative is
/// malformed: there is no object that it could stand for.
template <class Codec, class... T, class Owner>
void get_one_of(wire::reader& in, Owner& owner) {
    wire::reader nested = in.message();
    Owner found;
    while (nested.next()) {
        std::uint32_t alternative = 0;
        const auto read = [&]<class Type>(types<Type>) {
            if (nested.number() != ++alternative) {
                return false;
            }
            wire::detail::charge(sizeof(Type));
            auto value = std::make_unique<Type>();
            get_element<Codec>(nested, *value);
            found = std::move(value);
            return true;
        };
        if (!(read(types<T>{}) || ...)) {
            nested.skip();
        }
    }
    if (!found) {
        fail_alternative();
    }
    owner = std::move(found);
}

template <class Owner>
struct owner_form {
    using element = std::remove_const_t<typename Owner::element_type>;
    static constexpr shape what = shape::many;

    template <class Codec>
    static constexpr bool has_set = requires {
        Codec::one_of(types<element>{});
    };

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Owner& owner) {
        if constexpr (has_set<Codec>) {
            put_set<Codec>(out, number, owner.get(), decltype(Codec::one_of(types<element>{})){});
        } else if (owner) {
            put_element<Codec, element>(out, number, *owner);
        }
    }
    /// Not inline: a recursive type would be unrolled into itself.
    template <class Codec>
    [[gnu::noinline]] static void get(wire::reader& in, Owner& owner) {
        if constexpr (has_set<Codec>) {
            get_set<Codec>(in, owner, decltype(Codec::one_of(types<element>{})){});
        } else {
            if (!owner) {
                wire::detail::charge(sizeof(element));
                if constexpr (std::is_same_v<Owner,
                                             std::shared_ptr<typename Owner::element_type>>) {
                    owner = std::make_shared<element>();
                } else {
                    owner = std::make_unique<element>();
                }
            }
            // Ours: clear() came first, so it was made above, perhaps for an earlier part.
            get_element<Codec>(in, const_cast<element&>(*owner));
        }
    }
    static void clear(Owner& owner) noexcept { owner.reset(); }

private:
    template <class Codec, class... T>
    static void put_set(wire::writer& out, std::uint32_t number, const element* value,
                        types<T...>) {
        put_one_of<Codec, T...>(out, number, value);
    }
    template <class Codec, class... T>
    static void get_set(wire::reader& in, Owner& owner, types<T...>) {
        get_one_of<Codec, T...>(in, owner);
    }
};

template <class T>
struct form<std::unique_ptr<T>> : owner_form<std::unique_ptr<T>> {};
template <class T>
struct form<std::shared_ptr<T>> : owner_form<std::shared_ptr<T>> {};

}  // namespace roi::generated
