// libclang's handles with owners, and the few questions that every reader of a cursor asks.
#pragma once

#include "model/model.hpp"

#include <clang-c/Index.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idlc::parse {

struct index_deleter {
    void operator()(CXIndex it) const noexcept { clang_disposeIndex(it); }
};
struct unit_deleter {
    void operator()(CXTranslationUnit it) const noexcept { clang_disposeTranslationUnit(it); }
};

/// Owns one of libclang's opaque pointers.
template <class Handle, class Deleter>
class owned {
public:
    owned() = default;
    explicit owned(Handle it) noexcept : it_(it) {}
    owned(owned&& other) noexcept : it_(std::exchange(other.it_, nullptr)) {}
    owned& operator=(owned&& other) noexcept {
        std::swap(it_, other.it_);
        return *this;
    }
    ~owned() {
        if (it_ != nullptr) Deleter{}(it_);
    }
    Handle get() const noexcept { return it_; }
    Handle* out() noexcept { return &it_; }
    explicit operator bool() const noexcept { return it_ != nullptr; }

private:
    Handle it_ = nullptr;
};
using clang_index = owned<CXIndex, index_deleter>;
using clang_unit = owned<CXTranslationUnit, unit_deleter>;

/// Copies a string of libclang and releases it.
std::string text(CXString it);

/// Calls `visit(child)` for each direct child, in source order.
template <class Visitor>
void each_child(CXCursor of, Visitor&& visit) {
    clang_visitChildren(
        of,
        [](CXCursor child, CXCursor, CXClientData data) {
            (*static_cast<std::remove_reference_t<Visitor>*>(data))(child);
            return CXChildVisit_Continue;
        },
        &visit);
}

/// Calls `visit(field)` for each field of a record type; substituted types in instantiations.
template <class Visitor>
void each_field(CXType of, Visitor&& visit) {
    clang_Type_visitFields(
        of,
        [](CXCursor field, CXClientData data) {
            (*static_cast<std::remove_reference_t<Visitor>*>(data))(field);
            return CXVisit_Continue;
        },
        &visit);
}

/// Where a macro's user wrote it, not where the macro was defined: libclang 14 and 19 agree on
/// that.
model::location location_of(CXSourceLocation where);
model::location location_of(CXCursor cursor);
CXFile file_of(CXCursor cursor);

std::string spelling(CXCursor cursor);
std::string spelling(CXType type);

inline bool is_null(CXCursor cursor) {
    return clang_Cursor_isNull(cursor) != 0;
}
inline bool same(CXCursor left, CXCursor right) {
    return clang_equalCursors(left, right) != 0;
}

bool is_class(CXCursorKind kind);  // class, struct, union: not templates
bool is_scope(CXCursorKind kind);  // class or template of one

/// Nearest enclosing namespace, class or translation unit; looks through `extern "C"`.
CXCursor scope_of(CXCursor cursor);

/// "demo::Bank::entry", without template arguments and std's inline namespaces; unnamed parts are
/// "(unnamed)".
std::string qualified_name(CXCursor cursor);
/// Every part of the qualified name can be named from outside: public, and not unnamed.
bool is_nameable(CXCursor cursor);
bool is_unnamed(CXCursor cursor);
bool in_std(CXCursor cursor);

}  // namespace idlc::parse
