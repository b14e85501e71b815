// Text that is carried over from the source: documentation and default arguments.
#include "parse/context.hpp"

#include <algorithm>

namespace idlc::parse {
namespace {

std::string trimmed(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
        line.remove_suffix(1);
    return std::string(line);
}

/// One line of a comment without what marks it as one.
std::string without_marker(std::string_view line, bool block) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
        line.remove_prefix(1);
    if (block) {
        if (line.starts_with("/**") || line.starts_with("/*!")) line.remove_prefix(3);
        if (line.ends_with("*/")) line.remove_suffix(2);
        if (line.starts_with("*")) line.remove_prefix(1);
    } else if (line.starts_with("///") || line.starts_with("//!")) {
        line.remove_prefix(3);
    }
    if (line.starts_with("<")) line.remove_prefix(1);
    if (line.starts_with(" ")) line.remove_prefix(1);
    return trimmed(line);
}

struct span_of_file {
    CXFile file = nullptr;
    unsigned begin = 0;
    unsigned end = 0;
};

span_of_file extent_of(CXCursor cursor) {
    span_of_file result;
    const CXSourceRange range = clang_getCursorExtent(cursor);
    clang_getExpansionLocation(clang_getRangeStart(range), &result.file, nullptr, nullptr,
                               &result.begin);
    clang_getExpansionLocation(clang_getRangeEnd(range), nullptr, nullptr, nullptr, &result.end);
    return result;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A name in a default argument and what it means: written `limit`, meant `demo::Bank::limit`.
struct replacement {
    unsigned offset;
    std::string written;
    std::string qualified;
};

void find_names(CXCursor part, std::vector<replacement>& names, bool& usable) {
    const CXCursorKind kind = clang_getCursorKind(part);
    if (kind == CXCursor_DeclRefExpr || kind == CXCursor_TypeRef || kind == CXCursor_TemplateRef ||
        kind == CXCursor_NamespaceRef || kind == CXCursor_MemberRefExpr) {
        const CXCursor meant = clang_getCursorReferenced(part);
        unsigned offset = 0;
        clang_getExpansionLocation(clang_getCursorLocation(part), nullptr, nullptr, nullptr,
                                   &offset);
        if (!is_null(meant) && clang_isDeclaration(clang_getCursorKind(meant)) != 0) {
            CXCursor owner = meant;
            if (clang_getCursorKind(meant) == CXCursor_EnumConstantDecl &&
                clang_EnumDecl_isScoped(clang_getCursorSemanticParent(meant)) == 0)
                owner = clang_getCursorSemanticParent(meant);
            std::string name = qualified_name(meant);
            if (!same(owner, meant)) {
                // An unscoped enumerator belongs to the scope around its enum.
                const std::string around = qualified_name(scope_of(owner));
                name = around.empty() ? spelling(meant) : around + "::" + spelling(meant);
                if (!is_unnamed(owner))
                    usable = usable && is_nameable(owner);
                else if (clang_getCXXAccessSpecifier(owner) == CX_CXXPrivate ||
                         clang_getCXXAccessSpecifier(owner) == CX_CXXProtected)
                    usable = false;
            } else {
                usable = usable && is_nameable(meant);
            }
            names.push_back({offset, spelling(meant), std::move(name)});
        }
    }
    each_child(part, [&](CXCursor child) { find_names(child, names, usable); });
}

}  // namespace

/// Text of the header as UTF-8: an octet that is part of none is read as Latin-1, which old headers
/// are written in.
std::string as_utf8(std::string_view raw) {
    const auto octet = [raw](std::size_t at) {
        return at < raw.size() ? static_cast<unsigned char>(raw[at]) : 0U;
    };
    std::string result;
    for (std::size_t i = 0; i < raw.size();) {
        const unsigned first = octet(i);
        std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
        for (std::size_t k = 1; k < length; ++k)
            if ((octet(i + k) & 0xC0U) != 0x80) length = 0;
        const bool overlong =
            (first == 0xE0 && octet(i + 1) < 0xA0) || (first == 0xF0 && octet(i + 1) < 0x90);
        const bool beyond =
            (first == 0xED && octet(i + 1) > 0x9F) || (first == 0xF4 && octet(i + 1) > 0x8F);
        if (length == 0 || (length > 2 && (overlong || beyond))) {
            result += static_cast<char>(0xC0U | (first >> 6U));
            result += static_cast<char>(0x80U | (first & 0x3FU));
            ++i;
        } else {
            result += raw.substr(i, length);
            i += length;
        }
    }
    return result;
}

std::string read_doc(CXCursor declaration) {
    const std::string raw = as_utf8(text(clang_Cursor_getRawCommentText(declaration)));
    if (raw.empty()) return {};
    const bool block = raw.starts_with("/*");
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin <= raw.size();) {
        const auto end = std::min(raw.find('\n', begin), raw.size());
        lines.push_back(without_marker(std::string_view(raw).substr(begin, end - begin), block));
        begin = end + 1;
    }
    while (!lines.empty() && lines.back().empty())
        lines.pop_back();
    while (!lines.empty() && lines.front().empty())
        lines.erase(lines.begin());
    std::string doc;
    for (const std::string& line : lines)
        doc += (doc.empty() ? "" : "\n") + line;
    return doc;
}

std::string source_of(context& in, CXCursor cursor) {
    const span_of_file all = extent_of(cursor);
    std::size_t size = 0;
    const char* contents =
        all.file != nullptr ? clang_getFileContents(in.unit, all.file, &size) : nullptr;
    if (contents == nullptr || all.begin >= all.end || all.end > size) return {};
    return std::string(contents + all.begin, all.end - all.begin);
}

default_argument read_default(context& in, CXCursor parameter) {
    default_argument result;
    std::vector<replacement> names;
    each_child(parameter, [&](CXCursor child) {
        if (clang_isExpression(clang_getCursorKind(child)) != 0)
            find_names(child, names, result.usable);
    });
    const span_of_file all = extent_of(parameter);
    std::size_t size = 0;
    const char* contents =
        all.file != nullptr ? clang_getFileContents(in.unit, all.file, &size) : nullptr;
    std::string source;
    if (contents != nullptr && all.begin < all.end && all.end <= size)
        source.assign(contents + all.begin, all.end - all.begin);
    // Below brackets an '=' belongs to something else: f(std::function<bool(int)> g = {}).
    std::size_t equals = std::string::npos;
    int depth = 0;
    for (std::size_t i = 0; i < source.size() && equals == std::string::npos; ++i) {
        if (std::string_view("<([{").find(source[i]) != std::string_view::npos) ++depth;
        if (std::string_view(">)]}").find(source[i]) != std::string_view::npos) --depth;
        if (source[i] == '=' && depth <= 0) equals = i;
    }
    if (equals == std::string::npos) {
        // Made by a macro: clang's own rendering of the declaration has it.
        const std::string printed = text(clang_getCursorPrettyPrinted(parameter, nullptr));
        const auto at = printed.find(" = ");
        if (at != std::string::npos) result.text = printed.substr(at + 3);
        // Every name stands at the macro's place; the text says which word is which.
        for (const replacement& name : names)
            for (std::size_t found = 0;
                 (found = result.text.find(name.written, found)) != std::string::npos;) {
                const bool whole = (found == 0 || (!is_word(result.text[found - 1]) &&
                                                   result.text[found - 1] != ':' &&
                                                   result.text[found - 1] != '.')) &&
                                   (found + name.written.size() == result.text.size() ||
                                    !is_word(result.text[found + name.written.size()]));
                if (whole) result.text.replace(found, name.written.size(), name.qualified);
                found += whole ? name.qualified.size() : name.written.size();
            }
        return result;
    }
    std::string written = source.substr(equals + 1);
    const unsigned base = all.begin + static_cast<unsigned>(equals) + 1;
    std::sort(names.begin(), names.end(), [](const replacement& left, const replacement& right) {
        return left.offset > right.offset;
    });
    unsigned last = 0;
    for (const replacement& name : names) {
        if (name.offset == last || name.offset < base) continue;
        last = name.offset;
        const std::size_t at = name.offset - base;
        if (at + name.written.size() > written.size() ||
            written.compare(at, name.written.size(), name.written) != 0)
            continue;
        // What follows "::" or "." is found through what stands before it.
        std::size_t before = at;
        while (before > 0 && (written[before - 1] == ' ' || written[before - 1] == '\n'))
            --before;
        if (before > 0 &&
            (written[before - 1] == ':' || written[before - 1] == '.' ||
             (before > 1 && written[before - 1] == '>' && written[before - 2] == '-')))
            continue;
        if (at > 0 && is_word(written[at - 1])) continue;
        written.replace(at, name.written.size(), name.qualified);
    }
    std::string line;
    for (const char c : written)
        if (c != '\n' && c != '\r' && c != '\t')
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    while (!line.empty() && line.front() == ' ')
        line.erase(0, 1);
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    result.text = as_utf8(line);
    return result;
}

}  // namespace idlc::parse
