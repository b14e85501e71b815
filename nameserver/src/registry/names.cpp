// The rules of names: UTF-8, parts, what may not stand in them.
#include "registry/names.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace roi::nameserver {
namespace {

/// The code point at `at`, which is moved behind it; nothing where the bytes are no UTF-8 (overlong
/// forms, surrogates and what lies beyond U+10FFFF included).
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) {
        ++at;
        return first;
    }
    std::size_t length = 0;
    char32_t value = 0;
    char32_t smallest = 0;
    if ((first & 0xE0U) == 0xC0U) {
        length = 2, value = first & 0x1FU, smallest = 0x80;
    } else if ((first & 0xF0U) == 0xE0U) {
        length = 3, value = first & 0x0FU, smallest = 0x800;
    } else if ((first & 0xF8U) == 0xF0U) {
        length = 4, value = first & 0x07U, smallest = 0x10000;
    } else {
        return std::nullopt;
    }
    if (text.size() - at < length) return std::nullopt;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) return std::nullopt;
        value = (value << 6) | (byte(at + i) & 0x3FU);
    }
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return std::nullopt;
    }
    at += length;
    return value;
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

/// Characters that have no width or turn the direction of what follows: a name with one looks like
/// a name without it.
bool is_invisible(char32_t c) {
    return c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

/// What would have another spelling in Unicode's normal form C, as far as a few ranges tell: marks
/// that follow their letter, syllables in pieces, and signs that are only another letter's double.
bool is_decomposed(char32_t c) {
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE20 && c <= 0xFE2F) || (c >= 0x1100 && c <= 0x11FF) || c == 0x2126 ||
           c == 0x212A || c == 0x212B;
}

bool split(std::string_view text, std::vector<std::string_view>& parts, std::string& why) {
    while (!text.empty()) {
        const std::size_t slash = text.find('/');
        const std::string_view part = text.substr(0, slash);
        if (part.empty()) {
            why = "an empty part between two slashes";
            return false;
        }
        if (part == "." || part == "..") {
            why = "the part '" + std::string{part} + "' has no meaning in a name";
            return false;
        }
        if (part.size() > max_part_bytes) {
            why = "a part of " + std::to_string(part.size()) + " bytes; the limit is " +
                  std::to_string(max_part_bytes);
            return false;
        }
        if (!is_plain_text(part, why)) return false;
        for (std::size_t at = 0; at < part.size();) {
            const std::size_t here = at;
            if (is_decomposed(*next_code_point(part, at))) {
                why = "a character at offset " + std::to_string(here) + " of '" +
                      std::string{part} +
                      "' that has another spelling: write each letter as one character (Unicode's "
                      "normal form C)";
                return false;
            }
        }
        parts.push_back(part);
        if (parts.size() > max_name_parts) {
            why = "more than " + std::to_string(max_name_parts) + " parts";
            return false;
        }
        if (slash == std::string_view::npos) break;
        text.remove_prefix(slash + 1);
        if (text.empty()) {
            why = "a slash at the end";
            return false;
        }
    }
    return true;
}

std::string join(const std::vector<std::string_view>& parts) {
    std::string all;
    for (const std::string_view part : parts) {
        all += '/';
        all += part;
    }
    return all.empty() ? "/" : all;
}

bool split_scope(std::string_view scope, std::vector<std::string_view>& parts, std::string& why) {
    if (scope.empty() || scope == "/") return true;
    if (scope.front() != '/') {
        why = "a scope begins with a slash";
        return false;
    }
    return split(scope.substr(1), parts, why);
}

}  // namespace

bool is_plain_text(std::string_view text, std::string& why) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t here = at;
        const auto c = next_code_point(text, at);
        if (!c) {
            why = "bytes that are not UTF-8 at offset " + std::to_string(here);
            return false;
        }
        if (is_control(*c) || is_invisible(*c)) {
            why = std::string{is_control(*c) ? "a control" : "an invisible"} +
                  " character at offset " + std::to_string(here);
            return false;
        }
    }
    return true;
}

std::optional<std::string> parse_scope(std::string_view scope, std::string& why) {
    std::vector<std::string_view> parts;
    if (!split_scope(scope, parts, why)) return std::nullopt;
    return join(parts);
}

std::optional<full_name> full_name::parse(std::string_view scope, std::string_view name,
                                          std::string& why) {
    std::vector<std::string_view> parts;
    if (name.starts_with('/')) {
        name.remove_prefix(1);
    } else if (!split_scope(scope, parts, why)) {
        return std::nullopt;
    }
    if (name.empty()) {
        why = "an empty name";
        return std::nullopt;
    }
    if (!split(name, parts, why)) return std::nullopt;
    std::string last{parts.back()};
    parts.pop_back();
    return full_name{join(parts), std::move(last)};
}

std::string full_name::path() const {
    return scope_ == "/" ? "/" + name_ : scope_ + "/" + name_;
}

std::optional<full_name> full_name::outward() const {
    if (scope_ == "/") return std::nullopt;
    const std::size_t slash = scope_.rfind('/');
    return full_name{slash == 0 ? "/" : scope_.substr(0, slash), name_};
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return {slash == 0 ? path.substr(0, 1) : path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace roi::nameserver
