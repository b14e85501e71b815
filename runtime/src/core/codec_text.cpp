// UTF-8, to and from the wide strings of C++.
#include <roi/codec/wide_string.hpp>

namespace roi::generated {

namespace {

constexpr char32_t last_code_point = 0x10ffff;

constexpr bool is_surrogate(char32_t point) noexcept {
    return point >= 0xd800 && point < 0xe000;
}

constexpr std::size_t octets_of(char32_t point) noexcept {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

std::byte* encode(std::byte* to, char32_t point) noexcept {
    const auto put = [&to](char32_t octet) { *to++ = static_cast<std::byte>(octet); };
    switch (octets_of(point)) {
        case 1:
            put(point);
            break;
        case 2:
            put(0xc0 | (point >> 6));
            put(0x80 | (point & 0x3f));
            break;
        case 3:
            put(0xe0 | (point >> 12));
            put(0x80 | ((point >> 6) & 0x3f));
            put(0x80 | (point & 0x3f));
            break;
        default:
            put(0xf0 | (point >> 18));
            put(0x80 | ((point >> 12) & 0x3f));
            put(0x80 | ((point >> 6) & 0x3f));
            put(0x80 | (point & 0x3f));
    }
    return to;
}

/// The code point at `at`, which moves behind it; false for what is no UTF-8.
bool decode(const unsigned char*& at, const unsigned char* end, char32_t& point) noexcept {
    const unsigned char first = *at++;
    if (first < 0x80) {
        point = first;
        return true;
    }
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || end - at < more) {
        return false;
    }
    point = first & (0x3fU >> more);
    for (int i = 0; i < more; ++i, ++at) {
        if ((*at & 0xc0) != 0x80) {
            return false;
        }
        point = (point << 6) | (*at & 0x3fU);
    }
    return octets_of(point) == static_cast<std::size_t>(more) + 1 && !is_surrogate(point) &&
           point <= last_code_point;
}

/// The code point at `i`, which moves behind it, as its units stand in a C++ string.
template <class Char>
char32_t point_at(std::basic_string_view<Char> text, std::size_t& i) {
    auto point = static_cast<char32_t>(text[i++]);
    if constexpr (sizeof(Char) == 2) {
        if (point >= 0xd800 && point < 0xdc00 && i < text.size()) {
            const auto low = static_cast<char32_t>(text[i]);
            if (low >= 0xdc00 && low < 0xe000) {
                ++i;
                return 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            }
        }
    }
    if (is_surrogate(point)) {
        refuse_value("a wide string has an unpaired surrogate");
    }
    if (point > last_code_point) {
        refuse_value("a wide string has a character beyond Unicode");
    }
    return point;
}

template <class Char>
void put_wide(wire::writer& out, std::uint32_t number, std::basic_string_view<Char> text) {
    std::size_t octets = 0;
    for (std::size_t i = 0; i < text.size();) {
        octets += octets_of(point_at(text, i));
    }
    const std::size_t mark = out.size();
    std::byte* to = out.put_space(octets);
    for (std::size_t i = 0; i < text.size();) {
        to = encode(to, point_at(text, i));
    }
    out.close(number, mark);
}

template <class Char>
void get_wide(wire::reader& in, std::basic_string<Char>& value) {
    const std::span<const std::byte> bytes = in.bytes();
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto* end = at + bytes.size();
    value.clear();
    value.reserve(bytes.size());
    while (at != end) {
        char32_t point = 0;
        if (!decode(at, end, point)) {
            throw wire::malformed{"a text is not UTF-8"};
        }
        if constexpr (sizeof(Char) == 2) {
            if (point >= 0x10000) {
                value.push_back(static_cast<Char>(0xd800 + ((point - 0x10000) >> 10)));
                point = 0xdc00 + ((point - 0x10000) & 0x3ff);
            }
        }
        value.push_back(static_cast<Char>(point));
    }
}

bool is_utf8(const void* data, std::size_t size) noexcept {
    const auto* at = static_cast<const unsigned char*>(data);
    const auto* end = at + size;
    char32_t point = 0;
    while (at != end) {
        if (!decode(at, end, point)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void put_utf8(wire::writer& out, std::uint32_t number, std::u8string_view value) {
    if (!is_utf8(value.data(), value.size())) {
        refuse_value("a u8string is not UTF-8");
    }
    out.put_bytes_field(number, value.data(), value.size());
}
void put_utf8(wire::writer& out, std::uint32_t number, std::u16string_view value) {
    put_wide(out, number, value);
}
void put_utf8(wire::writer& out, std::uint32_t number, std::u32string_view value) {
    put_wide(out, number, value);
}
void put_utf8(wire::writer& out, std::uint32_t number, std::wstring_view value) {
    put_wide(out, number, value);
}

void get_utf8(wire::reader& in, std::u8string& value) {
    const std::span<const std::byte> bytes = in.bytes();
    if (!is_utf8(bytes.data(), bytes.size())) {
        throw wire::malformed{"a text is not UTF-8"};
    }
    value.assign(reinterpret_cast<const char8_t*>(bytes.data()), bytes.size());
}
void get_utf8(wire::reader& in, std::u16string& value) {
    get_wide(in, value);
}
void get_utf8(wire::reader& in, std::u32string& value) {
    get_wide(in, value);
}
void get_utf8(wire::reader& in, std::wstring& value) {
    get_wide(in, value);
}

}  // namespace roi::generated
