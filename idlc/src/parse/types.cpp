// From a type of libclang to a type of the model: what can travel, and as what.
#include "parse/context.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace idlc::parse {
namespace {

/// Further inside nothing is read; structs count too.
constexpr int deepest_type = 64;  // as messages may stand inside each other

model::type& refuse(model::type& type, std::string reason, std::string advice) {
    if (type.what != model::kind::pointer && type.what != model::kind::function &&
        type.what != model::kind::remote)
        type.what = model::kind::unsupported;
    type.reason = std::move(reason);
    type.advice = std::move(advice);
    return type;
}

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

std::uint64_t number_argument(CXType canonical, std::size_t index) {
    // Version 14 gives no values of template arguments; the spelling has them.
    const std::string whole = cpp_name(canonical);
    std::size_t depth = 0;
    std::size_t argument = 0;
    std::string digits;
    for (const char c : whole.substr(whole.find('<') + 1)) {
        if (c == '<') ++depth;
        if (c == '>' && depth-- == 0) break;
        if (c == ',' && depth == 0) {
            ++argument;
        } else if (depth == 0 && argument == index && c >= '0' && c <= '9') {
            digits += c;
        }
    }
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// Reads "std::ratio<1, 1000>" out of a duration's arguments.
void read_ratio(CXType ratio, model::type& type) {
    type.ratio_num = static_cast<std::int64_t>(number_argument(ratio, 0));
    type.ratio_den = static_cast<std::int64_t>(number_argument(ratio, 1));
    if (type.ratio_num == 0) type.ratio_num = 1;
    if (type.ratio_den == 0) type.ratio_den = 1;
}

bool is_byte_sized(const model::type& element) {
    return element.what == model::kind::integer && element.bits == 8;
}

struct container {
    model::kind what;
    int arguments;  // how many of the template's arguments are values
};

const std::unordered_map<std::string, container>& containers() {
    using model::kind;
    static const std::unordered_map<std::string, container> known{
        {"std::vector", {kind::sequence, 1}},
        {"std::deque", {kind::sequence, 1}},
        {"std::list", {kind::sequence, 1}},
        {"std::span", {kind::sequence, 1}},
        {"std::array", {kind::fixed_array, 1}},
        {"std::set", {kind::set, 1}},
        {"std::multiset", {kind::set, 1}},
        {"std::unordered_set", {kind::set, 1}},
        {"std::unordered_multiset", {kind::set, 1}},
        {"std::map", {kind::map, 2}},
        {"std::multimap", {kind::map, 2}},
        {"std::unordered_map", {kind::map, 2}},
        {"std::unordered_multimap", {kind::map, 2}},
        {"std::optional", {kind::optional, 1}},
        {"std::unique_ptr", {kind::owner, 1}},
        {"std::shared_ptr", {kind::owner, 1}},
        {"std::pair", {kind::tuple, 2}},
        {"std::tuple", {kind::tuple, -1}},
        {"std::variant", {kind::variant, -1}},
        {"std::complex", {kind::tuple, 1}},
        {"std::bitset", {kind::bitset, 0}},
        {"std::chrono::duration", {kind::duration, 1}},
        {"std::chrono::time_point", {kind::time_point, 0}},
    };
    return known;
}

struct refusal {
    const char* reason;
    const char* advice;
};

const std::unordered_map<std::string, refusal>& refused_library_types() {
    static const refusal stream{"is a stream, which has no value to send",
                                "take or return std::string or std::vector<std::byte>"};
    static const refusal iterator{"is an iterator, which means nothing in another process",
                                  "return the elements in a container"};
    static const refusal lock{"is a lock or thread, which belongs to one process",
                              "leave it out of the interface"};
    static const std::unordered_map<std::string, refusal> known{
        {"std::basic_ostream", stream},
        {"std::basic_istream", stream},
        {"std::basic_iostream", stream},
        {"std::basic_ios", stream},
        {"std::ios_base", stream},
        {"std::basic_streambuf", stream},
        {"std::basic_stringstream", stream},
        {"std::basic_ostringstream", stream},
        {"std::basic_istringstream", stream},
        {"std::basic_fstream", stream},
        {"std::basic_ofstream", stream},
        {"std::basic_ifstream", stream},
        {"std::reverse_iterator", iterator},
        {"std::move_iterator", iterator},
        {"std::istream_iterator", iterator},
        {"std::ostream_iterator", iterator},
        {"std::back_insert_iterator", iterator},
        {"std::insert_iterator", iterator},
        {"std::mutex", lock},
        {"std::recursive_mutex", lock},
        {"std::shared_mutex", lock},
        {"std::thread", lock},
        {"std::jthread", lock},
        {"std::condition_variable", lock},
        {"std::unique_lock", lock},
        {"std::lock_guard", lock},
        {"std::atomic", {"is an atomic, which belongs to one process", "take its value"}},
        {"std::stop_token",
         {"is a stop token, which belongs to one process",
          "leave it out: a cancelled call is seen by roi::this_call()"}},
        {"std::filesystem::path", {"is a path, which is text of this machine", "take std::string"}},
        {"std::any", {"may hold any type", "take a std::variant of those that may stand there"}},
        {"std::exception_ptr", {"is an exception of this process", "throw it, or return its text"}},
        {"std::error_code",
         {"points to a category of this process", "return its value and message"}},
        {"std::weak_ptr", {"owns nothing", "take std::shared_ptr, or a key"}},
        {"std::auto_ptr", {"is a std::auto_ptr", "take std::unique_ptr"}},
        {"std::reference_wrapper", {"is a reference held as a value", "take the value"}},
        {"std::future",
         {"is a future of this process", "return the value; the stub has an async form"}},
        {"std::promise",
         {"is a promise of this process", "return the value; the stub has an async form"}},
        {"std::type_info", {"belongs to one process", "take a name"}},
        {"std::allocator",
         {"is an allocator, which belongs to one process", "leave it out of the interface"}},
        {"std::locale", {"is a locale, which belongs to one process", "take its name"}},
        {"std::stack", {"cannot be walked over", "take std::vector"}},
        {"std::forward_list", {"grows at its front only", "take std::list or std::vector"}},
        {"std::initializer_list",
         {"cannot be made from what arrives", "take std::vector or std::span<const T>"}},
        {"std::valarray", {"is a std::valarray", "take std::vector"}},
        {"std::queue", {"cannot be walked over", "take std::deque"}},
        {"std::priority_queue", {"cannot be walked over", "take std::vector"}},
    };
    return known;
}

void read_arguments(context& in, CXType source, CXType canonical, int count, model::type& type) {
    const int all = clang_Type_getNumTemplateArguments(canonical);
    const int sugared = clang_Type_getNumTemplateArguments(source);
    for (int i = 0; i < (count < 0 ? all : std::min(count, all)); ++i) {
        const auto at = static_cast<unsigned>(i);
        CXType argument = clang_Type_getTemplateArgumentAsType(canonical, at);
        if (argument.kind == CXType_Invalid) continue;
        if (i < sugared) {
            const CXType written = clang_Type_getTemplateArgumentAsType(source, at);
            if (written.kind != CXType_Invalid &&
                clang_equalTypes(clang_getCanonicalType(written), argument) != 0)
                argument = written;
        }
        model::type inner = read_type(in, argument);
        const CXTypeKind kind = clang_getCanonicalType(argument).kind;
        if (kind == CXType_LValueReference || kind == CXType_RValueReference)
            refuse(inner, "is a reference inside a container", "hold the value");
        type.arguments.push_back(std::move(inner));
    }
    // What cannot travel inside makes the whole unable to.
    for (const model::type& inner : type.arguments)
        if (!inner.reason.empty() && type.reason.empty()) {
            // Only the innermost is to blame, and only it is named.
            const bool passed_on =
                inner.reason.starts_with("holds '") || inner.reason.starts_with("stands inside");
            type.reason =
                passed_on ? inner.reason : "holds '" + inner.qualified + "', which " + inner.reason;
            type.advice = inner.advice;
        }
}

/// The innermost written form with template arguments, below names and `typename`.
CXType template_form(CXType type) {
    while (type.kind == CXType_Elaborated)
        type = clang_Type_getNamedType(type);
    return type;
}

bool standard_type(context& in, CXType written, CXType canonical, CXCursor declaration,
                   const std::string& name, model::type& type) {
    if (name == "std::byte") {
        type.what = model::kind::integer;
        type.bits = 8;
        type.is_byte = true;
        return true;
    }
    if (!in_std(declaration)) return false;
    if (name == "std::basic_string" || name == "std::basic_string_view") {
        const bool view = name == "std::basic_string_view";
        type.container = view ? "std::string_view" : "std::string";
        const CXType character = clang_Type_getTemplateArgumentAsType(canonical, 0);
        const bool narrow = character.kind == CXType_Char_S || character.kind == CXType_Char_U;
        type.what = narrow ? model::kind::string : model::kind::wide_string;
        type.bits = static_cast<int>(clang_Type_getSizeOf(character) * 8);
        if (!narrow) type.container = type.cpp;
        return true;
    }
    if (name == "std::monostate") {
        type.what = model::kind::monostate;
        return true;
    }
    if (name == "std::function" || name == "std::move_only_function") {
        type.what = model::kind::function;
        refuse(type, "is a callback, which cannot be passed to another process yet",
               "return the value, or let the caller ask for it");
        return true;
    }
    const auto known = containers().find(name);
    if (known == containers().end()) {
        const auto refused = refused_library_types().find(name);
        if (refused != refused_library_types().end()) {
            refuse(type, refused->second.reason, refused->second.advice);
        } else if (name.find("iterator") != std::string::npos) {
            refuse(type, "is an iterator, which means nothing in another process",
                   "return the elements in a container");
        } else {
            refuse(type, "is a class of the standard library without a wire form",
                   "take its parts, or specialise roi::adapt<" + type.cpp + ">");
        }
        return true;
    }
    type.what = known->second.what;
    type.container = name;
    read_arguments(in, template_form(written), canonical, known->second.arguments, type);
    if (type.what == model::kind::fixed_array) type.extent = number_argument(canonical, 1);
    if (type.what == model::kind::bitset) type.extent = number_argument(canonical, 0);
    if (type.what == model::kind::duration)
        read_ratio(clang_Type_getTemplateArgumentAsType(canonical, 1), type);
    if (type.what == model::kind::time_point) {
        const CXType clock = clang_Type_getTemplateArgumentAsType(canonical, 0);
        const CXType duration = clang_Type_getTemplateArgumentAsType(canonical, 1);
        type.arguments.push_back(read_type(in, duration));
        type.ratio_num = type.arguments[0].ratio_num;
        type.ratio_den = type.arguments[0].ratio_den;
        if (qualified_name(clang_getTypeDeclaration(clock)) != "std::chrono::system_clock")
            refuse(type, "is a time of a clock that other processes do not share",
                   "take a time of std::chrono::system_clock, or a duration");
    }
    if (name == "std::complex" && type.arguments.size() == 1)
        type.arguments.push_back(type.arguments[0]);
    if (type.what == model::kind::sequence && type.arguments.size() == 1 &&
        (name == "std::vector" || name == "std::span") && is_byte_sized(type.arguments[0]))
        type.what = model::kind::bytes;
    if (name == "std::span") {
        const CXType element = clang_Type_getTemplateArgumentAsType(canonical, 0);
        if (clang_isConstQualifiedType(element) == 0 && type.reason.empty())
            refuse(type, "is a span that can be written through",
                   "take std::span<const T> to read, or a std::vector<T>& to change");
    }
    if (type.what == model::kind::owner) {
        const CXType pointee = clang_Type_getTemplateArgumentAsType(canonical, 0);
        const std::string deleter =
            name == "std::unique_ptr" ? cpp_name(clang_Type_getTemplateArgumentAsType(canonical, 1))
                                      : std::string();
        if (pointee.kind == CXType_IncompleteArray || pointee.kind == CXType_ConstantArray)
            refuse(type, "owns an array of unknown length", "take std::vector");
        else if (!deleter.empty() && !deleter.starts_with("std::default_delete<"))
            refuse(type, "has a deleter of its own", "take std::unique_ptr<T> or a std::vector");
    }
    return true;
}

bool derives_from(CXCursor declaration, const std::string& base, int depth = 0) {
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
        refuse(type, "is adapted to '" + wire.qualified + "', which " + wire.reason, wire.advice);
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

void read_one_of(context& in, const model::marks& marks, CXType around, model::type& type);

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

namespace {

void index_classes(context& in, CXCursor scope, const std::string& prefix, int depth) {
    if (depth > 16) return;
    each_child(scope, [&](CXCursor child) {
        const CXCursorKind kind = clang_getCursorKind(child);
        if (kind == CXCursor_Namespace || kind == CXCursor_LinkageSpec) {
            const std::string name = spelling(child);
            if (name == "std" || name.starts_with("__")) return;
            const bool transparent =
                kind == CXCursor_LinkageSpec || clang_Cursor_isInlineNamespace(child) != 0;
            index_classes(in, child, transparent ? prefix : prefix + name + "::", depth + 1);
        } else if (is_class(kind) && clang_isCursorDefinition(child) != 0) {
            const std::string name = prefix + spelling(child);
            in.classes.emplace(name, child);
            index_classes(in, child, name + "::", depth + 1);
        } else if (kind == CXCursor_TypedefDecl || kind == CXCursor_TypeAliasDecl) {
            const CXCursor named = clang_getTypeDeclaration(
                clang_getCanonicalType(clang_getTypedefDeclUnderlyingType(child)));
            if (is_class(clang_getCursorKind(named)))
                in.classes.emplace(prefix + spelling(child), named);
        }
    });
}

void read_one_of(context& in, const model::marks& marks, CXType around, model::type& type) {
    const model::mark& mark = *find_mark(marks, "one_of");
    if (!in.classes_known) {
        in.classes_known = true;
        index_classes(in, clang_getTranslationUnitCursor(in.unit), "", 0);
    }
    CXType base = around.kind == CXType_Pointer ? clang_getPointeeType(around) : around;
    if (clang_Type_getNumTemplateArguments(base) > 0 && in_std(clang_getTypeDeclaration(base)))
        base = clang_Type_getTemplateArgumentAsType(base, 0);
    std::string scope = qualified_name(clang_getTypeDeclaration(base));

    std::string rest = mark.argument + ",";
    for (std::size_t comma; (comma = rest.find(',')) != std::string::npos;
         rest.erase(0, comma + 1)) {
        std::string name = rest.substr(0, comma);
        std::erase(name, ' ');
        if (name.starts_with("::")) name.erase(0, 2);
        if (name.empty()) continue;
        // From the base's scope outward, as its neighbour would look the name up.
        auto found = in.classes.end();
        for (std::string at = scope;;) {
            found = in.classes.find(at.empty() ? name : at + "::" + name);
            if (found != in.classes.end() || at.empty()) break;
            const auto cut = at.rfind("::");
            at = cut == std::string::npos ? std::string() : at.substr(0, cut);
        }
        if (found == in.classes.end()) {
            in.report(mark.where, "ROI_ONE_OF names '" + name + "', which is no class known here",
                      "write its qualified name, and include its header");
            continue;
        }
        model::type member = read_type(in, clang_getCursorType(found->second));
        if (member.name != type.name &&
            !derives_from(found->second, qualified_name(clang_getTypeDeclaration(base))) &&
            !same(clang_getCanonicalCursor(found->second),
                  clang_getCanonicalCursor(clang_getTypeDeclaration(base))))
            in.report(mark.where,
                      "ROI_ONE_OF names '" + name + "', which does not derive from '" + scope + "'",
                      "leave it out, or derive it");
        type.one_of.push_back(std::move(member));
    }
}

}  // namespace
}  // namespace idlc::parse
