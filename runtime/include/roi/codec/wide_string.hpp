// Strings of wide characters on the wire: UTF-8. What is no Unicode is refused at either end.
#pragma once

#include <roi/codec.hpp>

namespace roi::generated {

// Defined in src/core/codec_text.cpp.
void put_utf8(wire::writer& out, std::uint32_t number, std::u8string_view value);
void put_utf8(wire::writer& out, std::uint32_t number, std::u16string_view value);
void put_utf8(wire::writer& out, std::uint32_t number, std::u32string_view value);
void put_utf8(wire::writer& out, std::uint32_t number, std::wstring_view value);
void get_utf8(wire::reader& in, std::u8string& value);
void get_utf8(wire::reader& in, std::u16string& value);
void get_utf8(wire::reader& in, std::u32string& value);
void get_utf8(wire::reader& in, std::wstring& value);

template <class Char>
concept wide_char = std::is_same_v<Char, char8_t> || std::is_same_v<Char, char16_t> ||
    std::is_same_v<Char, char32_t> || std::is_same_v<Char, wchar_t>;

template <wide_char Char>
struct form<std::basic_string<Char>> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const std::basic_string<Char>& value) {
        put_utf8(out, number, std::basic_string_view<Char>{value});
    }
    template <class Codec>
    static void get(wire::reader& in, std::basic_string<Char>& value) {
        get_utf8(in, value);
    }
};

/// Written only; it is read into a string.
template <wide_char Char>
struct form<std::basic_string_view<Char>> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, std::basic_string_view<Char> value) {
        put_utf8(out, number, value);
    }
};

/// Written only, up to its null; it is read into a string. A null pointer is
/// errc::invalid_argument.
template <wide_char Char>
struct form<const Char*> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const Char* value) {
        if (value == nullptr) refuse_value("a pointer to text is null");
        put_utf8(out, number, std::basic_string_view<Char>{value});
    }
};

}  // namespace roi::generated
