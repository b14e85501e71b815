// The standard library's types: which containers, strings and times travel, and why the rest does
// not.
#include "parse/context.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace idlc::parse {
namespace {

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

}  // namespace

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

}  // namespace idlc::parse
