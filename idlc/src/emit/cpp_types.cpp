// The spelling of types and parameters in generated code.
#include "emit/cpp_types.hpp"

namespace idlc::emit {
namespace {

using model::kind;
using model::passing;
using model::type;

bool is_const_pointer(const type& what) {
    return what.cpp.starts_with("const ") || what.cpp.find(" const*") != std::string::npos ||
           what.cpp.find(" const *") != std::string::npos;
}

std::string without_const(std::string text) {
    if (text.starts_with("const ")) text.erase(0, 6);
    if (text.ends_with(" const")) text.erase(text.size() - 6);
    return text;
}

bool holds_text_pointer(const type& what, const plan& in, std::set<std::string>& seen) {
    if (what.what == kind::c_string) return true;
    for (const auto& each : what.arguments) {
        if (holds_text_pointer(each, in, seen)) return true;
    }
    for (const auto& each : what.one_of) {
        if (holds_text_pointer(each, in, seen)) return true;
    }
    const auto* record = what.what == kind::record ? in.record(what.name) : nullptr;
    if (record == nullptr || !seen.insert(what.name).second) return false;
    for (const auto& base : record->bases) {
        if (holds_text_pointer(base, in, seen)) return true;
    }
    for (const auto& field : record->fields) {
        if (holds_text_pointer(field.type, in, seen)) return true;
    }
    return false;
}

/// Words that mean the same in every scope.
bool is_builtin(const std::string& word) {
    static const std::set<std::string> words = {
        "bool",     "char",   "char8_t", "char16_t", "char32_t", "wchar_t", "int",
        "unsigned", "signed", "short",   "long",     "float",    "double"};
    return words.contains(word);
}

/// Is every name in the text a builtin one, or qualified from std or roi?
bool means_the_same_everywhere(const std::string& text) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    for (std::size_t at = 0; at < text.size();) {
        if (!is_word(text[at])) {
            ++at;
            continue;
        }
        auto end = at;
        while (end < text.size() && is_word(text[end]))
            ++end;
        const auto word = text.substr(at, end - at);
        const bool number = word.front() >= '0' && word.front() <= '9';
        const bool inside = at >= 2 && text.compare(at - 2, 2, "::") == 0;
        const bool root = (word == "std" || word == "roi") && text.compare(end, 2, "::") == 0;
        if (!number && !inside && !root && !is_builtin(word)) return false;
        at = end;
    }
    return !text.empty();
}

}  // namespace

std::string readable(const type& what) {
    const bool plain = what.written.find_first_of("&*()") == std::string::npos &&
                       !what.written.starts_with("const ") && !what.written.ends_with("const");
    return plain && means_the_same_everywhere(what.written) ? what.written : what.cpp;
}

std::string owned(const type& what) {
    switch (what.what) {
        case kind::c_string:
            return "std::string";
        case kind::string:
            return what.container.ends_with("string_view") ? "std::string" : readable(what);
        case kind::wide_string: {
            if (is_text_pointer(what)) return what.container;
            if (!what.container.ends_with("string_view")) return readable(what);
            auto name = what.container;
            return name.erase(name.size() - 5);  // "_view"
        }
        case kind::bytes:
        case kind::sequence: {
            if (what.container != "std::span") return readable(what);
            const auto element = what.arguments.empty()
                                     ? std::string{"std::byte"}
                                     : without_const(readable(what.arguments[0]));
            return "std::vector<" + element + ">";
        }
        default:
            return readable(what);
    }
}

bool is_text_pointer(const type& what) {
    return what.what == kind::c_string ||
           (what.what == kind::wide_string && what.cpp.ends_with("*"));
}

std::string viewed(const type& what) {
    if (what.what == kind::string && what.container.ends_with("string_view"))
        return "std::string_view";
    const bool of_bytes = what.what == kind::bytes && what.container == "std::span";
    if (!of_bytes || what.cpp.find(',') != std::string::npos) return {};  // of a fixed extent
    const auto element = what.arguments.empty() ? std::string{"std::byte"}
                                                : without_const(readable(what.arguments[0]));
    return "std::span<const " + element + ">";
}

bool is_small(const type& what) {
    switch (what.what) {
        case kind::boolean:
        case kind::integer:
        case kind::floating:
        case kind::enumeration:
        case kind::c_string:
        case kind::pointer:
        case kind::duration:
        case kind::time_point:
        case kind::monostate:
            return true;
        case kind::string:
        case kind::wide_string:
            return what.container.ends_with("string_view") || is_text_pointer(what);
        case kind::bytes:
        case kind::sequence:
            return what.container == "std::span";
        default:
            return false;
    }
}

bool is_counted(const model::parameter& what) {
    const bool bounded = what.type.container == "[]" && what.type.extent > 0;
    return what.how == passing::pointer && (bounded || !what.size_parameter.empty());
}

bool is_behind_pointer(const model::parameter& what) {
    return what.how == passing::pointer && !is_counted(what) && what.type.one_of.empty();
}

std::string count_of(const model::parameter& what) {
    return what.size_parameter.empty() ? std::to_string(what.type.extent) : what.size_parameter;
}

type sent_type(const model::parameter& what) {
    if (!is_counted(what) || what.type.arguments.empty()) return what.type;
    type result;
    const auto& element = what.type.arguments.front();
    const bool octets = element.what == kind::integer && element.bits == 8;
    result.what = octets ? kind::bytes : kind::sequence;
    result.container = "std::vector";
    result.cpp = "std::vector<" + pointee(what) + ">";
    result.arguments = {element};
    return result;
}

std::string class_name(const model::record& what) {
    return without_const(what.cpp);
}

std::string pointee(const model::parameter& what) {
    if (!what.type.arguments.empty() && !what.type.arguments[0].cpp.empty()) {
        return without_const(what.type.arguments[0].cpp);
    }
    auto text = what.type.cpp;
    while (!text.empty() && (text.back() == '*' || text.back() == ' '))
        text.pop_back();
    return without_const(text);
}

std::string declared(const model::parameter& what, const std::string& name) {
    std::string text = what.how == passing::pointer ? what.type.cpp : readable(what.type);
    switch (what.how) {
        case passing::value:
            break;
        case passing::const_reference:
            text = "const " + text + "&";
            break;
        case passing::mutable_reference:
            text += "&";
            break;
        case passing::rvalue_reference:
            text += "&&";
            break;
        case passing::pointer:
            if (text.find('*') == std::string::npos) {
                const bool read = what.flow == model::parameter::direction::in;
                text = (read && !is_const_pointer(what.type) ? "const " : "") + text + "*";
            }
            break;
    }
    return name.empty() ? text : text + " " + name;
}

std::string parameter_list(const planned_method& what, std::size_t count) {
    std::string text = "(";
    for (std::size_t i = 0; i < count; ++i) {
        text +=
            (i == 0 ? "" : ", ") + declared(*what.parameters[i].source, what.parameters[i].name);
    }
    return text + ")";
}

std::string async_parameter_list(const planned_method& what, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (!what.parameters[i].sent()) continue;
        text += (text.empty() ? "" : ", ") +
                declared(*what.parameters[i].source, what.parameters[i].name);
    }
    return "(" + text + ")";
}

std::string qualifiers(const model::method& what) {
    std::string text = what.is_const ? " const" : "";
    if (what.ref_qualifier == model::method::ref::lvalue) text += what.is_const ? "&" : " &";
    if (what.ref_qualifier == model::method::ref::rvalue) text += what.is_const ? "&&" : " &&";
    return text;
}

std::vector<std::string> result_types(const planned_method& what) {
    std::vector<std::string> types;
    if (what.has_result()) types.push_back(owned(what.source->result));
    for (const auto& each : what.parameters) {
        if (!each.returned()) continue;
        const auto& source = *each.source;
        types.push_back(is_counted(source)               ? "std::vector<" + pointee(source) + ">"
                        : source.how == passing::pointer ? pointee(source)
                                                         : owned(source.type));
    }
    return types;
}

std::string stub_result(const planned_interface& owner, const planned_method& what) {
    const auto& source = *what.source;
    if (source.self) return owner.client + "&";
    if (!what.has_result()) {
        return owner.source->is_abstract && source.is_task ? source.task_template + "<void>"
                                                           : "void";
    }
    const auto& result = source.result;
    if (!owner.source->is_abstract) return owned(result);
    if (source.is_task) return source.task_template + "<" + readable(result) + ">";
    return readable(result);
}

bool holds_text_pointer(const type& what, const plan& in) {
    std::set<std::string> seen;
    return holds_text_pointer(what, in, seen);
}

std::string alternatives(const type& what) {
    std::string text;
    for (const auto& each : what.one_of)
        text += (text.empty() ? "" : ", ") + each.cpp;
    return text;
}

void add_codec_headers(const type& what, std::set<std::string>& headers) {
    const auto need = [&](const char* name) {
        headers.insert(std::string{"roi/codec/"} + name + ".hpp");
    };
    const auto is = [&](const char* part) {
        return what.container.find(part) != std::string::npos;
    };
    for (const auto& each : what.arguments)
        add_codec_headers(each, headers);
    for (const auto& each : what.one_of)
        add_codec_headers(each, headers);
    switch (what.what) {
        case kind::wide_string:
            return need("wide_string");
        case kind::bytes:
            return need(is("array") || what.container.empty() ? (is("array") ? "array" : "vector")
                                                              : "vector");
        case kind::sequence:
            return need(is("deque") || is("list") ? "sequence" : "vector");
        case kind::fixed_array:
            return need("array");
        case kind::set:
            return need(is("unordered") ? "unordered_set" : "set");
        case kind::map:
            return need(is("unordered") ? "unordered_map" : "map");
        case kind::optional:
            return need("optional");
        case kind::owner:
            return need("owner");
        case kind::pointer:
            return need(what.one_of.empty() ? "optional" : "owner");
        case kind::variant:
        case kind::monostate:
            return need("variant");
        case kind::tuple:
            return need(is("complex") ? "complex" : "tuple");
        case kind::bitset:
            return need("bitset");
        case kind::duration:
        case kind::time_point:
            return need("chrono");
        case kind::message:
            return need("protobuf");
        default:
            return;
    }
}

}  // namespace idlc::emit
