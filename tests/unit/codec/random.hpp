// Random values of every type, and their comparison through pointers.
#pragma once

#include "unit/codec/sample.hpp"

#include <limits>
#include <random>

namespace sample {

/// Small, so that values of all kinds meet often; the seed is printed by the test.
class random_source {
public:
    explicit random_source(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    std::uint64_t bits() { return engine_(); }

private:
    std::mt19937_64 engine_;
};

template <class T>
void fill(random_source& from, T& value);

template <class String>
void fill_text(random_source& from, String& value, bool wide) {
    value.clear();
    static constexpr char32_t points[] = {0x1,   'a',   'Z',    0x7f,    0xe9,
                                          0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
    for (std::size_t i = from.below(6) * from.below(6); i > 0; --i) {
        char32_t point = points[from.below(wide ? 10 : 4)];
        if constexpr (sizeof(typename String::value_type) == 2) {
            if (point >= 0x10000) {
                value.push_back(static_cast<char16_t>(0xd800 + ((point - 0x10000) >> 10)));
                point = 0xdc00 + ((point - 0x10000) & 0x3ff);
            }
        }
        value.push_back(static_cast<typename String::value_type>(point));
    }
}

template <class T>
concept container_of_elements = requires(T t, typename T::value_type v) {
    t.insert(t.end(), std::move(v));
};
template <class T>
concept owner = requires(T t) {
    t.get();
    typename T::element_type;
};

template <class T, class... Types, std::size_t... I>
void fill_variant(random_source& from, T& value, std::index_sequence<I...>) {
    const std::size_t chosen = from.below(sizeof...(I));
    (void)((chosen == I ? (fill(from, value.template emplace<I>()), true) : false) || ...);
}

inline void fill_record(random_source& from, point& value) {
    fill(from, value.x);
    fill(from, value.y);
    fill(from, value.name);
}
void fill_record(random_source& from, node& value);
void fill_record(random_source& from, everything& value);

template <class T>
struct is_duration : std::false_type {};
template <class R, class P>
struct is_duration<std::chrono::duration<R, P>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
void fill(random_source& from, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        value = from.below(2) == 1;
    } else if constexpr (std::is_enum_v<T> && !std::is_same_v<T, std::byte>) {
        if constexpr (std::is_same_v<T, level>) {
            value = from.below(2) == 1 ? low : high;
        } else {
            std::underlying_type_t<T> number{};
            fill(from, number);
            value = static_cast<T>(number);
        }
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::byte>) {
        const std::uint64_t bits = from.bits();
        value = static_cast<T>(from.below(4) == 0 ? bits : bits >> (from.below(8) * 8));
        if constexpr (std::is_integral_v<T>) {
            if (from.below(8) == 0) {
                value = from.below(2) == 1 ? std::numeric_limits<T>::min()
                                           : std::numeric_limits<T>::max();
            }
        }
    } else if constexpr (std::is_floating_point_v<T>) {
        value = static_cast<T>(static_cast<std::int64_t>(from.bits())) / 1024;
        if (from.below(8) == 0) {
            value = from.below(2) == 1 ? std::numeric_limits<T>::infinity() : T{-0.0};
        }
    } else if constexpr (std::is_same_v<T, std::string>) {
        fill_text(from, value, false);
    } else if constexpr (std::is_same_v<T, std::u8string>) {
        value = from.below(2) == 1 ? u8"gr\u00fc\u00df \U0001f600" : u8"";
    } else if constexpr (std::is_same_v<T, std::wstring> || std::is_same_v<T, std::u16string> ||
                         std::is_same_v<T, std::u32string>) {
        fill_text(from, value, true);
    } else if constexpr (is_duration<T>::value) {
        if constexpr (std::is_floating_point_v<typename T::rep>) {
            value = T{static_cast<double>(static_cast<std::int32_t>(from.bits())) / 512};
        } else {
            typename T::rep count{};
            fill(from, count);
            value = T{count};
        }
    } else if constexpr (std::is_same_v<T, std::chrono::system_clock::time_point>) {
        std::int64_t count{};
        fill(from, count);
        value = T{std::chrono::system_clock::duration{count}};
    } else if constexpr (requires {
                             value.flip();
                             value.test(0);
                         }) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            value[i] = from.below(2) == 1;
        }
    } else if constexpr (std::is_same_v<T, std::complex<double>>) {
        value = {static_cast<double>(from.below(100)) / 8, -1.5};
    } else if constexpr (std::is_same_v<T, std::monostate>) {
    } else if constexpr (requires { value.valueless_by_exception(); }) {
        fill_variant(from, value, std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (is_optional<T>::value) {
        value.reset();
        if (from.below(3) != 0) {
            fill(from, value.emplace());
        }
    } else if constexpr (std::is_same_v<T, std::unique_ptr<shape>> ||
                         std::is_same_v<T, std::shared_ptr<shape>>) {
        value.reset();
        if (from.below(3) == 1) {
            auto made = std::make_unique<circle>();
            fill(from, made->radius);
            value = std::move(made);
        } else if (from.below(3) != 0) {
            auto made = std::make_unique<square>();
            fill(from, made->side);
            fill(from, made->label);
            value = std::move(made);
        }
    } else if constexpr (owner<T>) {
        value.reset();
        if (from.below(3) != 0) {
            auto made = std::make_unique<std::remove_const_t<typename T::element_type>>();
            fill(from, *made);
            value = std::move(made);
        }
    } else if constexpr (std::is_array_v<T> || requires {
                             std::tuple_size<T>::value;
                             value.fill(value[0]);
                         }) {
        for (auto& element : value) {
            fill(from, element);
        }
    } else if constexpr (requires {
                             value.first;
                             value.second;
                         }) {
        fill(from, value.first);
        fill(from, value.second);
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
        std::apply([&](auto&... element) { (fill(from, element), ...); }, value);
    } else if constexpr (requires { typename T::mapped_type; }) {
        value.clear();
        for (std::size_t i = from.below(4); i > 0; --i) {
            std::remove_const_t<typename T::key_type> key{};
            typename T::mapped_type mapped{};
            fill(from, key);
            fill(from, mapped);
            value.insert({std::move(key), std::move(mapped)});
        }
    } else if constexpr (container_of_elements<T>) {
        value.clear();
        for (std::size_t i = from.below(5) * from.below(3); i > 0; --i) {
            typename T::value_type element{};
            fill(from, element);
            value.insert(value.end(), std::move(element));
        }
    } else if constexpr (std::is_same_v<T, celsius>) {
        fill(from, value.degrees);
    } else if constexpr (std::is_same_v<T, ring>) {
        fill(from, value.beads);
    } else {
        fill_record(from, value);
    }
}

inline void fill_record(random_source& from, node& value) {
    value = {};
    fill(from, value.value);
    for (std::size_t i = from.below(3); i > 0; --i) {
        if (from.below(4) == 0) {
            fill(from, value.children.emplace_back());
        }
    }
    if (from.below(4) == 0) {
        fill(from, *(value.left = std::make_unique<node>()));
    }
    if (from.below(4) == 0) {
        fill(from, *(value.right = std::make_shared<node>()));
    }
}

inline void fill_record(random_source& from, everything& value) {
#define SAMPLE_FIELD(number, name) fill(from, value.name);
    SAMPLE_FIELDS(SAMPLE_FIELD)
#undef SAMPLE_FIELD
}

/// Equality that looks through pointers.
template <class T>
bool same(const T& a, const T& b) {
    if constexpr (std::is_same_v<T, std::unique_ptr<shape>> ||
                  std::is_same_v<T, std::shared_ptr<shape>>) {
        const auto* circle_a = dynamic_cast<const circle*>(a.get());
        const auto* circle_b = dynamic_cast<const circle*>(b.get());
        const auto* square_a = dynamic_cast<const square*>(a.get());
        const auto* square_b = dynamic_cast<const square*>(b.get());
        return (circle_a != nullptr) == (circle_b != nullptr) &&
               (square_a != nullptr) == (square_b != nullptr) &&
               (circle_a == nullptr || circle_a->radius == circle_b->radius) &&
               (square_a == nullptr ||
                (square_a->side == square_b->side && square_a->label == square_b->label));
    } else if constexpr (owner<T>) {
        return a && b ? *a == *b : !a && !b;
    } else if constexpr (requires {
                             typename T::value_type::element_type;
                             a.begin();
                         }) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const auto& x, const auto& y) { return same(x, y); });
    } else if constexpr (std::is_array_v<T>) {
        return std::equal(std::begin(a), std::end(a), std::begin(b),
                          [](const auto& x, const auto& y) { return same(x, y); });
    } else {
        return a == b;
    }
}

/// The name of the first field that differs; empty: none.
inline std::string difference(const everything& a, const everything& b) {
#define SAMPLE_FIELD(number, name) \
    if (!same(a.name, b.name)) {   \
        return #name;              \
    }
    SAMPLE_FIELDS(SAMPLE_FIELD)
#undef SAMPLE_FIELD
    return {};
}

}  // namespace sample
