// Reads ROI_ marks, and finds those that clang did not attach to anything.
#include "parse/context.hpp"

#include <algorithm>
#include <charconv>

namespace idlc::parse {
namespace {

/// ROI_REMOTE("bank") arrives as the text "\"bank\"".
std::string without_quotes(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        std::string plain;
        for (std::size_t i = 1; i + 1 < text.size(); ++i) {
            if (text[i] == '\\' && i + 2 < text.size()) ++i;
            plain += text[i];
        }
        return plain;
    }
    return text;
}

}  // namespace

std::string position(const model::location& where) {
    return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

model::marks read_marks(context& in, CXCursor declaration) {
    model::marks marks;
    CXFile own_file = nullptr;
    unsigned begin = 0;
    unsigned end = 0;
    const CXSourceRange extent = clang_getCursorExtent(declaration);
    clang_getExpansionLocation(clang_getRangeStart(extent), &own_file, nullptr, nullptr, &begin);
    clang_getExpansionLocation(clang_getRangeEnd(extent), nullptr, nullptr, nullptr, &end);

    each_child(declaration, [&](CXCursor child) {
        if (clang_getCursorKind(child) != CXCursor_AnnotateAttr) return;
        const std::string note = spelling(child);
        if (!note.starts_with("roi:")) return;
        CXFile file = nullptr;
        unsigned offset = 0;
        clang_getExpansionLocation(clang_getCursorLocation(child), &file, nullptr, nullptr,
                                   &offset);
        model::mark mark;
        mark.where = location_of(child);
        in.seen_marks.insert(position(mark.where));
        // An annotation of a forward declaration reappears on the definition.
        if (is_scope(clang_getCursorKind(declaration)) &&
            (clang_File_isEqual(file, own_file) == 0 || offset < begin || offset > end))
            return;
        const auto colon = note.find(':', 4);
        mark.name = note.substr(4, colon == std::string::npos ? colon : colon - 4);
        if (colon != std::string::npos) mark.argument = without_quotes(note.substr(colon + 1));
        marks.push_back(std::move(mark));
    });
    // Clang lists attributes in an order of its own.
    std::stable_sort(marks.begin(), marks.end(),
                     [](const model::mark& left, const model::mark& right) {
                         return std::pair(left.where.line, left.where.column) <
                                std::pair(right.where.line, right.where.column);
                     });
    return marks;
}

const model::mark* find_mark(const model::marks& marks, std::string_view name) {
    const auto found = std::find_if(marks.begin(), marks.end(),
                                    [name](const model::mark& it) { return it.name == name; });
    return found == marks.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> read_number(std::string_view written) {
    std::uint64_t value = 0;
    int base = 10;
    if (written.starts_with("0x") || written.starts_with("0X")) {
        written.remove_prefix(2);
        base = 16;
    }
    std::string digits;
    for (const char c : written)
        if (c != '\'') digits += c;
    while (!digits.empty() &&
           (std::string_view("uUlL").find(digits.back()) != std::string_view::npos))
        digits.pop_back();
    const auto [at, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || error != std::errc{} || at != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> read_duration(std::string_view written) {
    std::int64_t value = 0;
    const auto [at, error] =
        std::from_chars(written.data(), written.data() + written.size(), value);
    if (error != std::errc{} || value <= 0 || value > 1'000'000'000) return std::nullopt;
    const std::string_view unit = written.substr(static_cast<std::size_t>(at - written.data()));
    if (unit == "us") return value;
    if (unit == "ms") return value * 1'000;
    if (unit == "s") return value * 1'000'000;
    if (unit == "min") return value * 60'000'000;
    if (unit == "h") return value * 3'600'000'000;
    return std::nullopt;
}

namespace {

/// What a declaration is called in a message, where no mark means anything on it; else empty.
std::string_view bearer(CXCursor declaration) {
    switch (clang_getCursorKind(declaration)) {
        case CXCursor_EnumDecl:
            return "an enum";
        case CXCursor_TypedefDecl:
        case CXCursor_TypeAliasDecl:
        case CXCursor_TypeAliasTemplateDecl:
            return "a name for another type";
        case CXCursor_Namespace:
            return "a namespace";
        case CXCursor_VarDecl:
            return "a variable";
        case CXCursor_FunctionDecl:
            return "a function";
        case CXCursor_Constructor:
            return "a constructor";
        case CXCursor_Destructor:
            return "a destructor";
        case CXCursor_ConversionFunction:
            return "a conversion";
        case CXCursor_UsingDeclaration:
            return "a using-declaration";
        case CXCursor_FriendDecl:
            return "a friend";
        case CXCursor_ClassTemplatePartialSpecialization:
            return "a partial specialisation";
        case CXCursor_UnionDecl:
            return "a union";
        default:
            return {};
    }
}

/// Every annotation below `scope`, wherever it stands: what no reader had a reason to look at. Of
/// those that stand where none means anything, the author hears.
void see_all_marks(context& in, CXCursor scope) {
    clang_visitChildren(
        scope,
        [](CXCursor child, CXCursor parent, CXClientData data) {
            context& all = *static_cast<context*>(data);
            if (clang_getCursorKind(child) != CXCursor_AnnotateAttr) return CXChildVisit_Recurse;
            model::location where = location_of(child);
            const std::string note = spelling(child);
            const std::string_view what = bearer(parent);
            if (all.seen_marks.insert(position(where)).second && note.starts_with("roi:") &&
                !what.empty()) {
                const std::string name = spelling(parent);
                all.report(std::move(where),
                           "this mark stands on " + std::string(what) +
                               (name.empty() ? "" : ", '" + name + "'") +
                               ", where it means nothing",
                           "remove it: marks are for classes, structs, their methods, parameters "
                           "and fields, and for enumerators");
            }
            return CXChildVisit_Recurse;
        },
        &in);
}

}  // namespace

void report_lost_marks(context& in, const std::vector<model::location>& expanded) {
    // Other headers are looked at when they are generated for.
    const std::string header = text(clang_getFileName(in.header));
    std::vector<model::location> lost;
    for (const model::location& where : expanded)
        if (where.file == header && !in.seen_marks.contains(position(where))) lost.push_back(where);
    if (lost.empty()) return;
    each_child(clang_getTranslationUnitCursor(in.unit), [&](CXCursor child) {
        const CXFile file = file_of(child);
        if (file != nullptr && clang_File_isEqual(file, in.header) != 0) see_all_marks(in, child);
    });
    std::set<std::string> told;
    for (const model::location& where : lost) {
        const std::string at = position(where);
        if (in.seen_marks.contains(at) || !told.insert(at).second) continue;
        in.report(where, "this mark is attached to nothing",
                  "put it first in the declaration (after 'template<...>'); for a class or struct "
                  "after the keyword, for an enumerator after its name");
    }
}

}  // namespace idlc::parse
