// Formats diagnostics: sorted by place, each once, nothing in them that a terminal would obey.
#include "diagnostics.hpp"

#include <algorithm>
#include <tuple>

namespace idlc {
namespace {

/// Letters of other scripts stay readable; control characters, broken UTF-8 and the characters that
/// reorder or hide text (U+200B to U+200F, U+202A to U+202E, U+2066 to U+2069, U+FEFF) do not.
std::string escape(std::string_view text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        std::size_t length = first < 0x80    ? 1
                             : first >= 0xf0 ? 4
                             : first >= 0xe0 ? 3
                             : first >= 0xc2 ? 2
                                             : 0;
        std::uint32_t code = length == 1   ? first
                             : length == 2 ? first & 0x1fu
                             : length == 3 ? first & 0x0fu
                                           : first & 0x07u;
        bool valid = length > 0 && i + length <= text.size();
        for (std::size_t k = 1; valid && k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            valid = (next & 0xc0) == 0x80;
            code = code << 6 | (next & 0x3fu);
        }
        const bool hides =
            code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
            (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
            code == 0xfeff || code == 0x061c || code > 0x10ffff;
        if (!valid) length = 1;
        if (valid && !hides) {
            result.append(text.substr(i, length));
        } else {
            for (std::size_t k = 0; k < length; ++k) {
                const auto byte = static_cast<unsigned char>(text[i + k]);
                result += "\\x";
                result += digits[byte >> 4];
                result += digits[byte & 15];
            }
        }
        i += length;
    }
    return result;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        result += escape(text.substr(begin, end - begin));
        if (end < text.size()) result += '\n';
        begin = end + 1;
    }
    return result;
}

std::string format(const model::diagnostic& what) {
    std::string text;
    if (!what.where.file.empty()) {
        text += what.where.file;
        if (what.where.line != 0)
            text += ":" + std::to_string(what.where.line) + ":" + std::to_string(what.where.column);
        text += ": ";
    } else {
        text += "idlc: ";
    }
    text += what.level == model::severity::error     ? "error: "
            : what.level == model::severity::warning ? "warning: "
                                                     : "note: ";
    text += what.text;
    if (!what.advice.empty()) text += "; " + what.advice;
    return escape(text) + '\n';
}

std::string format(std::vector<model::diagnostic> all) {
    // Notes belong to what stands before them; everything else goes by place.
    std::vector<std::vector<model::diagnostic>> groups;
    for (model::diagnostic& one : all) {
        if (one.level != model::severity::note || groups.empty()) groups.emplace_back();
        groups.back().push_back(std::move(one));
    }
    const auto place = [](const std::vector<model::diagnostic>& group) {
        const model::location& at = group.front().where;
        return std::tie(at.file, at.line, at.column);
    };
    std::stable_sort(groups.begin(), groups.end(), [&](const auto& left, const auto& right) {
        return place(left) < place(right);
    });
    std::string text;
    std::string last;
    for (const auto& group : groups) {
        std::string one;
        for (const model::diagnostic& each : group)
            one += format(each);
        if (one != last) text += one;
        last = std::move(one);
    }
    return text;
}

bool has_errors(const std::vector<model::diagnostic>& all) {
    return std::any_of(all.begin(), all.end(), [](const model::diagnostic& one) {
        return one.level == model::severity::error;
    });
}

}  // namespace idlc
