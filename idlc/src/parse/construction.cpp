// Says how objects of a class can be made and ended: what server and client classes build on.
#include "parse/context.hpp"

#include <algorithm>

namespace idlc::parse {
namespace {

constexpr int deepest = 32;

bool deleted(CXCursor function) {
    return clang_getCursorAvailability(function) == CXAvailability_NotAvailable;
}

bool reaches(CX_CXXAccessSpecifier access, maker by) {
    if (access == CX_CXXPrivate) return false;
    return access != CX_CXXProtected || by == maker::derived;
}

bool has_initialiser(CXCursor declaration) {
    bool found = false;
    each_child(declaration, [&found](CXCursor child) {
        found = found || clang_isExpression(clang_getCursorKind(child)) != 0;
    });
    return found;
}

bool needs_no_argument(CXCursor constructor) {
    bool none = true;
    each_child(constructor, [&none](CXCursor child) {
        if (clang_getCursorKind(child) == CXCursor_ParmDecl) none = none && has_initialiser(child);
    });
    return none;
}

/// Where a class is defined: of an implicit instantiation the template, which has the members.
CXCursor members_of(CXType type) {
    const CXCursor declaration = clang_getTypeDeclaration(clang_getCanonicalType(type));
    const CXCursor definition = clang_getCursorDefinition(declaration);
    if (clang_Type_getNumTemplateArguments(clang_getCanonicalType(type)) < 0) return definition;
    const CXCursor pattern = clang_getSpecializedCursorTemplate(declaration);
    return is_null(pattern) ? definition : clang_getCursorDefinition(pattern);
}

bool field_can_begin_empty(CXCursor field, int depth) {
    if (has_initialiser(field) && clang_Cursor_isBitField(field) == 0) return true;
    CXType type = clang_getCanonicalType(clang_getCursorType(field));
    if (type.kind == CXType_LValueReference || type.kind == CXType_RValueReference) return false;
    while (type.kind == CXType_ConstantArray)
        type = clang_getCanonicalType(clang_getArrayElementType(type));
    if (type.kind == CXType_Record) return default_constructible(type, maker::anybody, depth);
    return clang_isConstQualifiedType(type) == 0;
}

}  // namespace

bool default_constructible(CXType type, maker by, int depth) {
    const CXCursor declaration = clang_getTypeDeclaration(clang_getCanonicalType(type));
    if (depth > deepest) return true;
    if (in_std(declaration)) return qualified_name(declaration) != "std::reference_wrapper";
    const CXCursor members = members_of(type);
    if (is_null(members)) return true;  // what is not known is not refused
    bool declared = false;
    bool found = false;
    bool parts = true;
    each_child(members, [&](CXCursor child) {
        switch (clang_getCursorKind(child)) {
            case CXCursor_Constructor:
                declared = true;
                found = found || (needs_no_argument(child) && !deleted(child) &&
                                  reaches(clang_getCXXAccessSpecifier(child), by));
                break;
            case CXCursor_FunctionTemplate:
                declared = declared || clang_getTemplateCursorKind(child) == CXCursor_Constructor;
                break;
            case CXCursor_CXXBaseSpecifier:
                parts = parts && default_constructible(clang_getCursorType(child), maker::derived,
                                                       depth + 1);
                break;
            case CXCursor_FieldDecl:
                parts = parts && field_can_begin_empty(child, depth + 1);
                break;
            default:
                break;
        }
    });
    return declared ? found : parts;
}

bool can_end(CXCursor declaration, maker by) {
    bool answer = true;
    each_child(declaration, [&](CXCursor child) {
        if (clang_getCursorKind(child) != CXCursor_Destructor) return;
        answer = !deleted(child) && reaches(clang_getCXXAccessSpecifier(child), by);
    });
    return answer;
}

bool needs_argument_in_virtual_base(CXCursor declaration, int depth) {
    bool found = false;
    if (depth > deepest) return false;
    each_child(declaration, [&](CXCursor child) {
        if (found || clang_getCursorKind(child) != CXCursor_CXXBaseSpecifier) return;
        const CXType base = clang_getCursorType(child);
        if (clang_isVirtualBase(child) != 0 && !default_constructible(base, maker::derived))
            found = true;
        const CXCursor members = members_of(base);
        if (!is_null(members) && !in_std(members))
            found = found || needs_argument_in_virtual_base(members, depth + 1);
    });
    return found;
}

std::vector<CXCursor> inherited_constructors(CXCursor declaration, int depth) {
    std::vector<CXCursor> found;
    if (depth > deepest) return found;
    each_child(declaration, [&](CXCursor child) {
        if (clang_getCursorKind(child) != CXCursor_UsingDeclaration) return;
        // With the instantiation's types where the base is one.
        each_child(child, [&found](CXCursor part) {
            if (clang_getCursorKind(part) != CXCursor_OverloadedDeclRef) return;
            for (unsigned i = 0; i < clang_getNumOverloadedDecls(part); ++i) {
                const CXCursor one = clang_getOverloadedDecl(part, i);
                if (clang_getCursorKind(one) == CXCursor_Constructor) found.push_back(one);
            }
        });
        const CXCursor base = clang_getCursorSemanticParent(found.empty() ? child : found.back());
        if (!found.empty())
            for (const CXCursor further :
                 inherited_constructors(clang_getCursorDefinition(base), depth + 1))
                found.push_back(further);
    });
    return found;
}

}  // namespace idlc::parse
