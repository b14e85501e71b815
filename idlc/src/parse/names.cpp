// Spells types so that generated code can use them in any scope, the same with every libclang.
#include "parse/context.hpp"

#include <array>

namespace idlc::parse {
namespace {

constexpr std::array c_library_aliases{
    "int8_t",         "int16_t",       "int32_t",       "int64_t",        "uint8_t",
    "uint16_t",       "uint32_t",      "uint64_t",      "int_least8_t",   "int_least16_t",
    "int_least32_t",  "int_least64_t", "uint_least8_t", "uint_least16_t", "uint_least32_t",
    "uint_least64_t", "int_fast8_t",   "int_fast16_t",  "int_fast32_t",   "int_fast64_t",
    "uint_fast8_t",   "uint_fast16_t", "uint_fast32_t", "uint_fast64_t",  "intptr_t",
    "uintptr_t",      "intmax_t",      "uintmax_t",     "size_t",         "ptrdiff_t",
    "time_t"};

enum class aliases { kept, resolved };

std::string name_type(CXType type, aliases how);

/// Arguments of a template's text form: what libclang 14 can only give as part of a spelling.
std::vector<std::string> spelled_arguments(CXType canonical) {
    std::vector<std::string> arguments;
    const std::string whole = spelling(canonical);
    const auto open = whole.find('<');
    if (open == std::string::npos) return arguments;
    std::string current;
    int depth = 0;
    for (std::size_t i = open + 1; i < whole.size(); ++i) {
        const char c = whole[i];
        if (c == '<' || c == '(' || c == '[' || c == '{') ++depth;
        if (c == '>' || c == ')' || c == ']' || c == '}') {
            if (depth == 0) break;
            --depth;
        }
        if (c == ',' && depth == 0) {
            arguments.push_back(std::exchange(current, {}));
        } else if (!(c == ' ' && current.empty())) {
            current += c;
        }
    }
    if (!current.empty()) arguments.push_back(std::move(current));
    return arguments;
}

/// From 16 on spellings leave default arguments out, but there are the values themselves.
std::string value_argument(CXType canonical, unsigned index) {
    const CXCursor declaration = clang_getTypeDeclaration(canonical);
    if (clang_Cursor_getNumTemplateArguments(declaration) <= static_cast<int>(index) ||
        clang_Cursor_getTemplateArgumentKind(declaration, index) != CXTemplateArgumentKind_Integral)
        return {};
    const long long value = clang_Cursor_getTemplateArgumentValue(declaration, index);
    return value == -1 ? std::string("18446744073709551615") : std::to_string(value);
}

/// What a standard container adds by itself to its first argument. std::less<> is not among them.
bool is_default_argument(CXType argument, CXType first) {
    if (argument.kind == CXType_Invalid) return false;
    const std::string name = qualified_name(clang_getTypeDeclaration(argument));
    if (name == "std::allocator") return true;
    for (const char* known :
         {"std::less", "std::hash", "std::equal_to", "std::char_traits", "std::default_delete"})
        if (name == known)
            return clang_equalTypes(clang_Type_getTemplateArgumentAsType(argument, 0), first) != 0;
    return false;
}

std::string with_arguments(std::string name, CXType type, CXType canonical, aliases how,
                           bool standard) {
    int count = clang_Type_getNumTemplateArguments(canonical);
    if (count < 0) return name;
    // Left out before they are spelt: each holds the first argument again.
    const CXType first = count > 0 ? clang_Type_getTemplateArgumentAsType(canonical, 0) : CXType{};
    while (standard && count > 1 &&
           is_default_argument(
               clang_Type_getTemplateArgumentAsType(canonical, static_cast<unsigned>(count) - 1),
               first))
        --count;
    std::vector<std::string> arguments;
    std::vector<std::string> spelled;
    const int sugared = how == aliases::kept ? clang_Type_getNumTemplateArguments(type) : -1;
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<unsigned>(i);
        CXType argument = clang_Type_getTemplateArgumentAsType(canonical, at);
        if (argument.kind == CXType_Invalid) {
            if (spelled.empty()) spelled = spelled_arguments(canonical);
            arguments.push_back(at < spelled.size() ? spelled[at] : value_argument(canonical, at));
            continue;
        }
        if (i < sugared) {
            const CXType written = clang_Type_getTemplateArgumentAsType(type, at);
            if (written.kind != CXType_Invalid &&
                clang_equalTypes(clang_getCanonicalType(written), argument) != 0)
                argument = written;
        }
        arguments.push_back(name_type(argument, how));
    }
    // The extent of std::span.
    while (standard && arguments.size() > 1 &&
           (arguments.back().empty() || arguments.back() == "18446744073709551615"))
        arguments.pop_back();
    name += '<';
    for (std::size_t i = 0; i < arguments.size(); ++i)
        name += (i == 0 ? "" : ", ") + arguments[i];
    return name + '>';
}

std::string name_record(CXType type, aliases how) {
    const CXType canonical = clang_getCanonicalType(type);
    const CXCursor declaration = clang_getTypeDeclaration(canonical);
    std::string name = qualified_name(declaration);
    const bool standard = in_std(declaration);
    if (clang_Type_getNumTemplateArguments(canonical) < 0) {
        // A nested class of an instantiation: its parent's arguments belong to its name.
        const CXCursor parent = scope_of(declaration);
        const CXType outer = clang_getCursorType(parent);
        if (is_class(clang_getCursorKind(parent)) && clang_Type_getNumTemplateArguments(outer) > 0)
            return name_record(outer, how) + "::" + spelling(declaration);
        return name;
    }
    name = with_arguments(name, type, canonical, how, standard);
    if (name == "std::basic_string<char>") return "std::string";
    if (name == "std::basic_string_view<char>") return "std::string_view";
    if (name == "std::basic_string<wchar_t>") return "std::wstring";
    if (name == "std::basic_string_view<wchar_t>") return "std::wstring_view";
    for (const char* bits : {"8", "16", "32"}) {
        const std::string inner = std::string("<char") + bits + "_t>";
        if (name == "std::basic_string" + inner) return std::string("std::u") + bits + "string";
        if (name == "std::basic_string_view" + inner)
            return std::string("std::u") + bits + "string_view";
    }
    return name;
}

std::string constness(CXType type, const std::string& name) {
    std::string prefix;
    if (clang_isConstQualifiedType(type) != 0) prefix += "const ";
    if (clang_isVolatileQualifiedType(type) != 0) prefix += "volatile ";
    return prefix + name;
}

std::string name_type(CXType type, aliases how) {
    if (type.kind == CXType_Elaborated) {
        if (how == aliases::kept && clang_getCanonicalType(type).kind != CXType_Record) {
            // Named through a using-declaration, and libclang does not say where it leads.
            std::string written = spelling(type);
            if (written.starts_with("const ")) written.erase(0, 6);
            for (const char* known : c_library_aliases)
                if (written == std::string("std::") + known) return constness(type, written);
        }
        const std::string name = name_type(clang_Type_getNamedType(type), how);
        const bool inner = clang_isConstQualifiedType(clang_Type_getNamedType(type)) != 0;
        return inner ? name : constness(type, name);
    }
    // A type named through a using-declaration (std::int64_t) has no kind of its own.
    const CXCursor alias = clang_getTypeDeclaration(type);
    const bool is_alias = clang_getCursorKind(alias) == CXCursor_TypedefDecl ||
                          clang_getCursorKind(alias) == CXCursor_TypeAliasDecl;
    if (is_alias && how == aliases::kept) {
        const CXCursor parent = scope_of(alias);
        const bool fixed = !is_scope(clang_getCursorKind(parent)) ||
                           (is_class(clang_getCursorKind(parent)) &&
                            clang_Type_getNumTemplateArguments(clang_getCursorType(parent)) < 0);
        if (fixed && is_nameable(alias)) {
            std::string name = qualified_name(alias);
            for (const char* known : c_library_aliases)
                if (name == known) name = "std::" + name;
            // std's own typedefs of strings are canonical names here already.
            if (!name.starts_with("__") && name.find("::_") == std::string::npos)
                return constness(type, name);
        }
    }
    const CXType canonical = clang_getCanonicalType(type);
    switch (canonical.kind) {
        case CXType_LValueReference:
            return name_type(clang_getPointeeType(type.kind == canonical.kind ? type : canonical),
                             how) +
                   "&";
        case CXType_RValueReference:
            return name_type(clang_getPointeeType(type.kind == canonical.kind ? type : canonical),
                             how) +
                   "&&";
        case CXType_Pointer: {
            const CXType source = type.kind == CXType_Pointer ? type : canonical;
            const CXType pointee = clang_getPointeeType(source);
            if (clang_getCanonicalType(pointee).kind == CXType_FunctionProto) break;
            const std::string star = clang_isConstQualifiedType(canonical) != 0 ? "* const" : "*";
            return name_type(pointee, how) + star;
        }
        case CXType_Record:
            return constness(canonical,
                             name_record(type.kind == CXType_Typedef ? canonical : type, how));
        case CXType_Enum:
            return constness(canonical, qualified_name(clang_getTypeDeclaration(canonical)));
        default:
            break;
    }
    return spelling(canonical);
}

}  // namespace

std::string cpp_name(CXType type) {
    return name_type(clang_getCanonicalType(type), aliases::resolved);
}

std::string qualified_type(CXType type) {
    return name_type(type, aliases::kept);
}

std::string class_name(CXCursor declaration) {
    return qualified_name(declaration);
}

}  // namespace idlc::parse
