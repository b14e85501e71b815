// Small questions about cursors, answered the same way by every version of libclang.
#include "parse/clang.hpp"

namespace idlc::parse {

std::string text(CXString it) {
    const char* characters = clang_getCString(it);
    std::string copy = characters != nullptr ? characters : "";
    clang_disposeString(it);
    return copy;
}

model::location location_of(CXSourceLocation where) {
    CXFile file = nullptr;
    model::location result;
    clang_getExpansionLocation(where, &file, &result.line, &result.column, nullptr);
    if (file != nullptr) result.file = text(clang_getFileName(file));
    return result;
}

model::location location_of(CXCursor cursor) {
    return location_of(clang_getCursorLocation(cursor));
}

CXFile file_of(CXCursor cursor) {
    CXFile file = nullptr;
    clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, nullptr, nullptr, nullptr);
    return file;
}

std::string spelling(CXCursor cursor) {
    return text(clang_getCursorSpelling(cursor));
}

std::string spelling(CXType type) {
    return text(clang_getTypeSpelling(type));
}

bool is_class(CXCursorKind kind) {
    return kind == CXCursor_ClassDecl || kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl;
}

bool is_scope(CXCursorKind kind) {
    return is_class(kind) || kind == CXCursor_ClassTemplate ||
           kind == CXCursor_ClassTemplatePartialSpecialization;
}

CXCursor scope_of(CXCursor cursor) {
    CXCursor parent = clang_getCursorSemanticParent(cursor);
    while (!is_null(parent)) {
        const CXCursorKind kind = clang_getCursorKind(parent);
        if (kind != CXCursor_LinkageSpec && kind != CXCursor_UnexposedDecl) break;
        parent = clang_getCursorSemanticParent(parent);
    }
    return parent;
}

bool is_unnamed(CXCursor cursor) {
    const CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind == CXCursor_Namespace)
        return spelling(cursor).empty() || clang_Cursor_isAnonymous(cursor) != 0;
    if (clang_Cursor_isAnonymous(cursor) != 0 || clang_Cursor_isAnonymousRecordDecl(cursor) != 0)
        return true;
    // From 16 on the spelling is "demo::x::(unnamed struct at ...)", before it is empty.
    const std::string name = spelling(cursor);
    return name.empty() || name.find('(') != std::string::npos;
}

std::string qualified_name(CXCursor cursor) {
    std::vector<std::string> parts;
    for (CXCursor at = cursor; !is_null(at); at = scope_of(at)) {
        const CXCursorKind kind = clang_getCursorKind(at);
        if (clang_isTranslationUnit(kind) != 0 || clang_isInvalid(kind) != 0) break;
        // The standard library's are its own affair: std::__cxx11::list is std::list.
        if (kind == CXCursor_Namespace && clang_Cursor_isInlineNamespace(at) != 0 && in_std(at))
            continue;
        parts.push_back(is_unnamed(at) ? std::string("(unnamed)") : spelling(at));
    }
    std::string name;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if (!name.empty()) name += "::";
        name += *part;
    }
    return name;
}

bool is_nameable(CXCursor cursor) {
    for (CXCursor at = cursor; !is_null(at); at = scope_of(at)) {
        const CXCursorKind kind = clang_getCursorKind(at);
        if (clang_isTranslationUnit(kind) != 0 || clang_isInvalid(kind) != 0) return true;
        if (is_unnamed(at)) return false;
        if (clang_isDeclaration(kind) == 0) return false;
        const CX_CXXAccessSpecifier access = clang_getCXXAccessSpecifier(at);
        if (access == CX_CXXPrivate || access == CX_CXXProtected) return false;
        if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod)
            return false;  // local class
    }
    return true;
}

bool in_std(CXCursor cursor) {
    CXCursor outermost = cursor;
    for (CXCursor at = scope_of(cursor); !is_null(at); at = scope_of(at)) {
        if (clang_isTranslationUnit(clang_getCursorKind(at)) != 0) break;
        outermost = at;
    }
    return clang_getCursorKind(outermost) == CXCursor_Namespace && spelling(outermost) == "std";
}

}  // namespace idlc::parse
