// The rules for ids, as docs/protocol.md states them.
#include "model/ids.hpp"

#include "description/sha256.hpp"

#include <algorithm>

namespace idlc::model {
namespace {

std::string list(const std::vector<type>& types, const file& in) {
    std::string text;
    for (const auto& each : types)
        text += (text.empty() ? "" : ",") + wire_text(each, in);
    return text;
}

std::string integer_text(const type& what) {
    return std::string{what.is_signed ? "sint" : "uint"} + (what.bits > 32 ? "64" : "32");
}

std::string parameter_text(const parameter& what, const file& in) {
    const bool written = what.how == passing::mutable_reference;
    auto flow = what.flow;
    if (written && flow == parameter::direction::in) flow = parameter::direction::inout;
    const std::string prefix = flow == parameter::direction::out     ? "out "
                               : flow == parameter::direction::inout ? "inout "
                                                                     : "";
    const bool bounded = what.type.container == "[]" && what.type.extent > 0;
    if (what.size_parameter.empty() && !bounded) return prefix + wire_text(what.type, in);
    const auto& element = what.type.arguments.empty() ? what.type : what.type.arguments.front();
    const bool octets = element.what == kind::integer && element.bits == 8;
    return prefix + (octets ? "bytes" : "repeated " + wire_text(element, in));
}

/// The value that a parameter carries, whatever its type is called in C++.
std::string value_text(const parameter& what) {
    switch (what.type.what) {
        case kind::string:
        case kind::c_string:
            return "string";
        case kind::wide_string:
            return "wide string " + std::to_string(what.type.bits);
        case kind::bytes:
            return "bytes";
        default:
            return what.type.cpp;
    }
}

}  // namespace

std::string wire_name(std::string_view cpp_name) {
    std::string result;
    for (std::size_t i = 0; i < cpp_name.size(); ++i) {
        if (cpp_name.substr(i, 2) == "::") {
            if (!result.empty()) result += '.';
            ++i;
        } else if (cpp_name[i] != ' ') {
            result += cpp_name[i];
        }
    }
    return result;
}

bool travels_as_enum(const enumeration& what) {
    return what.bits <= 32;
}

std::string wire_text(const type& what, const file& in) {
    switch (what.what) {
        case kind::void_:
            return "void";
        case kind::boolean:
            return "bool";
        case kind::integer:
            return integer_text(what);
        case kind::floating:
            return what.bits == 32 ? "float" : "double";
        case kind::enumeration: {
            const auto found = in.enums.find(what.name);
            if (found == in.enums.end() || travels_as_enum(found->second)) {
                return wire_name(what.name);
            }
            type underlying;
            underlying.bits = found->second.bits;
            underlying.is_signed = found->second.is_signed;
            return integer_text(underlying);
        }
        case kind::string:
        case kind::c_string:
        case kind::wide_string:
            return "string";
        case kind::bytes:
        case kind::bitset:
            return "bytes";
        case kind::sequence:
        case kind::fixed_array:
        case kind::set:
            return "repeated " + list(what.arguments, in);
        case kind::map:
            return "map<" + list(what.arguments, in) + ">";
        case kind::optional:
            return "optional " + list(what.arguments, in);
        case kind::owner:
            if (!what.one_of.empty()) return "one_of<" + list(what.one_of, in) + ">";
            return "optional " + list(what.arguments, in);
        case kind::variant:
            return "oneof<" + list(what.arguments, in) + ">";
        case kind::monostate:
            return "empty";
        case kind::tuple:
            return "tuple<" + list(what.arguments, in) + ">";
        case kind::duration:
            return "google.protobuf.Duration";
        case kind::time_point:
            return "google.protobuf.Timestamp";
        case kind::record:
        case kind::message:
        case kind::remote:
            return wire_name(what.name);
        case kind::adapted:
            return list(what.arguments, in);
        case kind::pointer:
            if (!what.one_of.empty()) return "one_of<" + list(what.one_of, in) + ">";
            return list(what.arguments, in);
        case kind::function:
            return "function";
        case kind::self:
            return "self";
        case kind::unsupported:
            return "unsupported";
    }
    return "unsupported";
}

std::string signature(std::string_view interface_name, const method& what, std::size_t parameters,
                      const file& in) {
    std::string text = wire_name(interface_name) + "." + what.name + "(";
    for (std::size_t i = 0; i < std::min(parameters, what.parameters.size()); ++i) {
        text += (i == 0 ? "" : ",") + parameter_text(what.parameters[i], in);
    }
    text += ")";
    if (what.is_const) text += "const";
    if (what.ref_qualifier == method::ref::lvalue) text += "&";
    if (what.ref_qualifier == method::ref::rvalue) text += "&&";
    return text;
}

std::uint64_t method_id(std::string_view interface_name, const method& what, std::size_t parameters,
                        const file& in) {
    if (what.id && parameters >= what.parameters.size()) return *what.id;
    const auto whole = roi::description::sha256(signature(interface_name, what, parameters, in));
    std::uint64_t id = 0;
    for (std::size_t i = 0; i < 8; ++i)
        id = id << 8 | whole[i];
    return id;
}

bool same_but_for_spelling(const method& left, const method& right, const file& in) {
    if (left.name != right.name || left.parameters.size() != right.parameters.size()) return false;
    for (std::size_t i = 0; i < left.parameters.size(); ++i) {
        if (value_text(left.parameters[i]) != value_text(right.parameters[i])) return false;
    }
    const auto count = left.parameters.size();
    return signature("", left, count, in) == signature("", right, count, in);
}

}  // namespace idlc::model
