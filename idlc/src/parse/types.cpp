// From a type of libclang to a type of the model: what can travel, and as what.
#include "parse/context.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace idlc::parse {
namespace {

/// Further inside nothing is read; structs count too.
constexpr int deepest_type = 64;  // as messages may stand inside each other

bool arithmetic(CXType canonical, model::type& type) {
    const auto integer = [&type, canonical](bool is_signed) {
        type.what = model::kind::integer;
        type.bits = static_cast<int>(clang_Type_getSizeOf(canonical) * 8);
        type.is_signed = is_signed;
        return true;
    };
    switch (canonical.kind) {
        case CXType_Void:
            type.what = model::kind::void_;
            return true;
        case CXType_Bool:
            type.what = model::kind::boolean;
            return true;
        case CXType_Char_U:
        case CXType_UChar:
        case CXType_Char16:
        case CXType_Char32:
        case CXType_UShort:
        case CXType_UInt:
        case CXType_ULong:
        case CXType_ULongLong:
            return integer(false);
        case CXType_Char_S:
        case CXType_SChar:
        case CXType_WChar:
        case CXType_Short:
        case CXType_Int:
        case CXType_Long:
        case CXType_LongLong:
            return integer(true);
        case CXType_Float:
            type.what = model::kind::floating;
            type.bits = 32;
            return true;
        case CXType_Double:
            type.what = model::kind::floating;
            type.bits = 64;
            return true;
        case CXType_LongDouble:
            refuse(type, "is a long double, whose bits differ between machines", "take double");
            return true;
        case CXType_Float128:
        case CXType_Half:
        case CXType_Float16:
            refuse(type, "is a floating point type that Protocol Buffers does not know",
                   "take float or double");
            return true;
        case CXType_Int128:
        case CXType_UInt128:
            refuse(type, "is a 128-bit integer", "take two 64-bit integers, or a struct of two");
            return true;
        case CXType_NullPtr:
            refuse(type, "is nullptr_t, which holds nothing",
                   "leave it out, or take std::monostate");
            return true;
        default:
            return false;
    }
}
/// The client class of a marked class, as another header's generated one declares it.
bool is_client_stub(CXCursor declaration) {
    if (!location_of(declaration).file.ends_with(".roi.hpp")) return false;
    const std::string name = spelling(declaration);
    return name.ends_with("Client") || name.ends_with("_CLIENT") || name.ends_with("_client");
}

bool is_marked(context& in, CXCursor declaration, const char* mark) {
    return find_mark(read_marks(in, declaration), mark) != nullptr;
}

/// A type with a roi::adapt travels as what that names, whatever the type itself is.
bool adapted_type(context& in, model::type& type) {
    const auto adapter = in.adapters.find(type.cpp);
    if (adapter == in.adapters.end()) return false;
    type.what = model::kind::adapted;
    type.name = type.cpp;
    if (!in.open_adapters.insert(type.cpp).second) {
        refuse(type, "travels, by its roi::adapt, as a type that holds it again",
               "let the adapter's wire type hold plain values");
        return true;
    }
    type.arguments.push_back(read_type(in, adapter->second));
    in.open_adapters.erase(type.cpp);
    const model::type& wire = type.arguments[0];
    if (!wire.reason.empty())
        refuse(type, "is adapted to '" + wire.qualified + "', which " + wire.reason,
               wire.advice.empty() ? "let 'wire' be a plain value" : wire.advice);
    return true;
}

void read_class(context& in, CXType written, CXType canonical, model::type& type) {
    const CXCursor declaration = clang_getTypeDeclaration(canonical);
    const std::string plain = qualified_name(declaration);
    // Which partial specialisation of roi::adapt fits only the compiler can say: a further pass
    // asks.
    if (in.partial_adapters) in.probes.insert(type.cpp);
    if (standard_type(in, written, canonical, declaration, plain, type)) return;
    if (plain == "_IO_FILE") {
        refuse(type, "is a C stream, which belongs to one process",
               "take the bytes, or a file name");
        return;
    }

    const CXCursor definition = clang_getCursorDefinition(declaration);
    if (plain == "roi::bytes") {
        type.what = model::kind::bytes;
        type.container = plain;
        return;
    }
    if (!is_nameable(declaration)) {
        refuse(type,
               is_unnamed(declaration) ? "has no name that generated code could use"
                                       : "is a private type, which generated code cannot name",
               "declare it where it is public and named");
        return;
    }
    if (is_client_stub(declaration)) {
        type.what = model::kind::remote;
        refuse(type, "refers to a remote object, which cannot be passed yet",
               "pass the name that the object is published under");
        return;
    }
    if (plain.starts_with("__gnu_cxx::")) {
        refuse(type, "is an iterator, which means nothing in another process",
               "return the elements in a container");
        return;
    }
    const bool instantiation = clang_Type_getNumTemplateArguments(canonical) >= 0;
    if (instantiation && clang_Type_getSizeOf(canonical) == CXTypeLayoutError_Incomplete) {
        const CXCursor pattern = clang_getSpecializedCursorTemplate(declaration);
        if (!is_null(clang_getCursorDefinition(pattern)) || !is_null(definition))
            in.incomplete.insert(type.cpp);
    }
    if (is_null(definition) && clang_Type_getSizeOf(canonical) < 0) {
        const bool waits = in.incomplete.contains(type.cpp);
        refuse(type,
               waits ? "is a template instantiation that cannot be completed"
                     : "is only declared here, so its fields are not known",
               "include the header that defines it, or specialise roi::adapt<" + type.cpp + ">");
        return;
    }
    if (derives_from(definition, "google::protobuf::MessageLite")) {
        type.what = model::kind::message;
        type.name = plain;
        return;
    }
    if (is_marked(in, definition, "remote")) {
        refuse(type, "is a remote class, whose objects stay where they are",
               "pass the name that the object is published under");
        return;
    }
    if (clang_getCursorKind(declaration) == CXCursor_UnionDecl) {
        refuse(type, "is a union, which does not say what it holds", "take std::variant");
        return;
    }
    type.what = model::kind::record;
    type.name = type.cpp;
    read_record(in, canonical, type.name);
}

void read_pointer(context& in, CXType canonical, CXType written, const model::marks& marks,
                  model::type& type) {
    const CXType source = written.kind == CXType_Pointer ? written : canonical;
    const CXType pointee = clang_getPointeeType(source);
    const CXType target = clang_getCanonicalType(pointee);
    type.what = model::kind::pointer;
    if (target.kind == CXType_FunctionProto || target.kind == CXType_FunctionNoProto) {
        refuse(type, "is a function pointer, which means nothing in another process",
               "return the value, or let the caller ask for it");
        type.what = model::kind::unsupported;
        return;
    }
    const bool is_const = clang_isConstQualifiedType(target) != 0;
    const bool sized = find_mark(marks, "size") != nullptr;
    if ((target.kind == CXType_Char_S || target.kind == CXType_Char_U) && is_const && !sized) {
        type.what = model::kind::c_string;
        return;
    }
    if (target.kind == CXType_Void) {
        type.what = model::kind::unsupported;
        refuse(type, "is a void*, which says neither type nor length",
               "take std::span<const std::byte>");
        return;
    }
    if (target.kind == CXType_Pointer) {
        refuse(type, "is a pointer to a pointer", "return the value, or take a std::vector");
        type.arguments.push_back(read_type(in, pointee));
        return;
    }
    type.arguments.push_back(read_type(in, pointee));
    const model::type& inner = type.arguments[0];
    const bool marked = find_mark(marks, "in") != nullptr || find_mark(marks, "out") != nullptr ||
                        find_mark(marks, "inout") != nullptr ||
                        find_mark(marks, "one_of") != nullptr || sized;
    if (!inner.reason.empty()) {
        type.reason = "points to '" + inner.qualified + "', which " + inner.reason;
        type.advice = inner.advice;
    } else if (!marked) {
        type.reason = "is a raw pointer";
    }
}

}  // namespace

model::type read_type(context& in, CXType given, const model::marks& marks) {
    model::type type;
    struct level {
        int& depth;
        explicit level(int& counter) : depth(counter) { ++depth; }
        ~level() { --depth; }
    } here(in.depth);
    if (in.depth > deepest_type) {
        type.cpp = type.qualified = type.written = "...";
        return refuse(type, "stands inside more than " + std::to_string(deepest_type) + " others",
                      "name a part of it as a struct");
    }
    CXType written = given;
    while (written.kind == CXType_LValueReference || written.kind == CXType_RValueReference)
        written = clang_getPointeeType(written);
    CXType canonical = clang_getCanonicalType(written);
    while (canonical.kind == CXType_LValueReference || canonical.kind == CXType_RValueReference)
        canonical = clang_getPointeeType(canonical);

    const auto without_const = [](std::string name) {
        for (bool again = true; again;) {
            again = false;
            for (const std::string_view prefix : {"const ", "volatile "})
                if (name.starts_with(prefix) && !name.ends_with('*')) {
                    name.erase(0, prefix.size());
                    again = true;
                }
        }
        if (name.ends_with("*const") || name.ends_with("* const"))
            name.erase(name.find_last_of('*') + 1);
        return name;
    };
    type.cpp = without_const(cpp_name(canonical));
    type.qualified = without_const(qualified_type(written));
    // Clang's spelling of an inner type can have every default argument in it, each twice as long
    // as the last.
    type.written = in.depth == 1 ? without_const(spelling(written)) : type.qualified;

    if (clang_isVolatileQualifiedType(canonical) != 0)
        return refuse(type, "is volatile, which means nothing in another process",
                      "take the plain type");
    if (!in.adapters.empty() && adapted_type(in, type)) return type;
    if (arithmetic(canonical, type)) return type;
    switch (canonical.kind) {
        case CXType_Enum: {
            const CXCursor declaration = clang_getTypeDeclaration(canonical);
            const std::string name = qualified_name(declaration);
            if (name == "std::byte") {
                standard_type(in, written, canonical, declaration, name, type);
                break;
            }
            type.what = model::kind::enumeration;
            type.name = name;
            const CXType underlying =
                clang_getCanonicalType(clang_getEnumDeclIntegerType(declaration));
            type.bits = static_cast<int>(clang_Type_getSizeOf(underlying) * 8);
            if (!is_nameable(declaration)) {
                refuse(type,
                       is_unnamed(declaration)
                           ? "is an enum without a name"
                           : "is a private type, which generated code cannot name",
                       "declare it where it is public and named");
                break;
            }
            read_enumeration(in, declaration, name);
            type.is_signed = in.file.enums[name].is_signed;
            break;
        }
        case CXType_Pointer:
            read_pointer(in, canonical, written, marks, type);
            break;
        case CXType_MemberPointer:
            refuse(type, "is a pointer to a member, which means nothing in another process",
                   "take an enum or a name");
            break;
        case CXType_ConstantArray: {
            type.what = model::kind::fixed_array;
            type.container = "[]";
            type.extent = static_cast<std::uint64_t>(clang_getArraySize(canonical));
            const CXType source = written.kind == CXType_ConstantArray ? written : canonical;
            type.arguments.push_back(read_type(in, clang_getArrayElementType(source)));
            const model::type& inner = type.arguments[0];
            if (!inner.reason.empty()) {
                type.reason = "holds '" + inner.qualified + "', which " + inner.reason;
                type.advice = inner.advice;
            }
            break;
        }
        case CXType_IncompleteArray:
            refuse(type, "is an array of unknown length", "take std::vector or std::span<const T>");
            break;
        case CXType_FunctionProto:
        case CXType_FunctionNoProto:
            refuse(type, "is a function, which means nothing in another process",
                   "return the value, or let the caller ask for it");
            break;
        case CXType_Vector:
            refuse(type, "is a vector register", "take std::array");
            break;
        case CXType_Record:
            read_class(in, written, canonical, type);
            break;
        default:
            if (type.cpp == "char8_t") {  // has no kind of its own
                type.what = model::kind::integer;
                type.bits = 8;
            } else {
                refuse(type, "is a type that idlc does not know", "take a plain value");
            }
            break;
    }
    if (find_mark(marks, "one_of") != nullptr) read_one_of(in, marks, canonical, type);
    return type;
}

bool derives_from(CXCursor declaration, const std::string& base, int depth) {
    bool found = false;
    if (depth > 32) return false;
    each_child(declaration, [&](CXCursor child) {
        if (found || clang_getCursorKind(child) != CXCursor_CXXBaseSpecifier) return;
        const CXCursor parent =
            clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(child)));
        found = qualified_name(parent) == base ||
                derives_from(clang_getCursorDefinition(parent), base, depth + 1);
    });
    return found;
}

model::type& refuse(model::type& type, std::string reason, std::string advice) {
    if (type.what != model::kind::pointer && type.what != model::kind::function &&
        type.what != model::kind::remote)
        type.what = model::kind::unsupported;
    type.reason = std::move(reason);
    type.advice = std::move(advice);
    return type;
}

}  // namespace idlc::parse
