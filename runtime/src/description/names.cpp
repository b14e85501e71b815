// Names, types and places of a description's things as people know them.
#include "description/names.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace roi::description {

const InterfaceOptions& marks(const pb::ServiceDescriptor& of) {
    return of.options().GetExtension(roi::interface);
}
const MethodOptions& marks(const pb::MethodDescriptor& of) {
    return of.options().GetExtension(roi::method);
}
const MessageOptions& marks(const pb::Descriptor& of) {
    return of.options().GetExtension(roi::message);
}
const FieldOptions& marks(const pb::FieldDescriptor& of) {
    return of.options().GetExtension(roi::field);
}
const EnumOptions& marks(const pb::EnumDescriptor& of) {
    return of.options().GetExtension(roi::enumeration);
}
const EnumValueOptions& marks(const pb::EnumValueDescriptor& of) {
    return of.options().GetExtension(roi::enumerator);
}

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
        text.replace(at, what.size(), with);
    }
    return text;
}

std::string to_cpp(const std::string& full_name) {
    return replaced(full_name, ".", "::");
}
std::string scalar_name(pb::FieldDescriptor::Type type) {
    switch (type) {
        case pb::FieldDescriptor::TYPE_SINT32:
        case pb::FieldDescriptor::TYPE_SFIXED32:
            return "int32";
        case pb::FieldDescriptor::TYPE_SINT64:
        case pb::FieldDescriptor::TYPE_SFIXED64:
            return "int64";
        case pb::FieldDescriptor::TYPE_FIXED32:
            return "uint32";
        case pb::FieldDescriptor::TYPE_FIXED64:
            return "uint64";
        default:
            return pb::FieldDescriptor::TypeName(type);
    }
}

enum class wording { people, wire };

std::string element_text(const pb::FieldDescriptor& of, wording how) {
    if (of.message_type() != nullptr) {
        return how == wording::people ? cpp_name(*of.message_type())
                                      : wire_name(*of.message_type());
    }
    if (of.enum_type() != nullptr) {
        return how == wording::people ? cpp_name(*of.enum_type()) : wire_name(*of.enum_type());
    }
    return how == wording::people ? scalar_name(of.type()) : of.type_name();
}

std::string built_text(const pb::FieldDescriptor& of, wording how) {
    if (is_map(of)) {
        const auto& entry = *of.message_type();
        return "map<" + element_text(*entry.field(0), how) + ", " +
               element_text(*entry.field(1), how) + ">";
    }
    if (of.is_repeated()) {
        return "repeated " + element_text(of, how);
    }
    return element_text(of, how);
}

}  // namespace

std::string to_wire(const std::string& cpp) {
    return replaced(cpp, "::", ".");
}

bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || at + length > text.size()) {
            return false;
        }
        for (std::size_t i = 1; i < length; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            if ((next & 0xC0) != 0x80) {
                return false;
            }
            // Second octets that would spell a code point twice, a surrogate, or one too large.
            if (i == 1 && ((first == 0xE0 && next < 0xA0) || (first == 0xED && next > 0x9F) ||
                           (first == 0xF0 && next < 0x90) || (first == 0xF4 && next > 0x8F))) {
                return false;
            }
        }
        at += length;
    }
    return true;
}

std::string cpp_name(const pb::MethodDescriptor& of) {
    return marks(of).cpp_name().empty() ? of.name() : marks(of).cpp_name();
}
std::string cpp_name(const pb::FieldDescriptor& of) {
    return marks(of).cpp_name().empty() ? of.name() : marks(of).cpp_name();
}
std::string cpp_name(const pb::EnumValueDescriptor& of) {
    return marks(of).cpp_name().empty() ? of.name() : marks(of).cpp_name();
}
std::string cpp_name(const pb::ServiceDescriptor& of) {
    return marks(of).cpp_class().empty() ? to_cpp(of.full_name()) : marks(of).cpp_class();
}
std::string cpp_name(const pb::Descriptor& of) {
    return marks(of).cpp_type().empty() ? to_cpp(of.full_name()) : marks(of).cpp_type();
}
std::string cpp_name(const pb::EnumDescriptor& of) {
    return marks(of).cpp_type().empty() ? to_cpp(of.full_name()) : marks(of).cpp_type();
}

std::string wire_name(const pb::ServiceDescriptor& of) {
    return to_wire(cpp_name(of));
}
std::string wire_name(const pb::Descriptor& of) {
    return marks(of).shape() == RECORD ? to_wire(cpp_name(of)) : of.full_name();
}
std::string wire_name(const pb::EnumDescriptor& of) {
    return to_wire(cpp_name(of));
}

std::string type_text(const pb::FieldDescriptor& of) {
    static const std::map<std::string, std::string, std::less<>> short_names{
        {"std::int8_t", "int8"},     {"std::int16_t", "int16"},   {"std::int32_t", "int32"},
        {"std::int64_t", "int64"},   {"std::uint8_t", "uint8"},   {"std::uint16_t", "uint16"},
        {"std::uint32_t", "uint32"}, {"std::uint64_t", "uint64"}, {"std::string", "string"},
        {"int8_t", "int8"},          {"int16_t", "int16"},        {"int32_t", "int32"},
        {"int64_t", "int64"},        {"uint8_t", "uint8"},        {"uint16_t", "uint16"},
        {"uint32_t", "uint32"},      {"uint64_t", "uint64"},
    };
    const auto& written = marks(of).cpp_type();
    if (written.empty()) {
        return built_text(of, wording::people);
    }
    const auto at = short_names.find(written);
    return at == short_names.end() ? written : at->second;
}

std::string wire_text(const pb::FieldDescriptor& of) {
    return built_text(of, wording::wire);
}

bool is_base(const pb::FieldDescriptor& field) {
    return field.message_type() != nullptr && field.name().starts_with("base_") &&
           cpp_name(field) == cpp_name(*field.message_type());
}

bool is_map(const pb::FieldDescriptor& field) {
    return field.is_map();
}

template <class Thing>
std::string where(const Thing& of) {
    if (!marks(of).where().empty()) {
        return marks(of).where();
    }
    pb::SourceLocation place;
    if (!of.GetSourceLocation(&place) || place.end_line == 0) {
        return {};
    }
    const pb::FileDescriptor* file = nullptr;
    if constexpr (requires { of.file(); }) {
        file = of.file();
    } else {
        file = of.service()->file();
    }
    return file->name() + ":" + std::to_string(place.start_line + 1);
}

template <class Thing>
std::string comment(const Thing& of) {
    pb::SourceLocation place;
    return of.GetSourceLocation(&place) ? place.leading_comments : std::string{};
}

template std::string where(const pb::ServiceDescriptor&);
template std::string where(const pb::MethodDescriptor&);
template std::string where(const pb::Descriptor&);
template std::string where(const pb::FieldDescriptor&);
template std::string where(const pb::EnumDescriptor&);
template std::string where(const pb::EnumValueDescriptor&);
template std::string comment(const pb::ServiceDescriptor&);
template std::string comment(const pb::MethodDescriptor&);
template std::string comment(const pb::Descriptor&);
template std::string comment(const pb::FieldDescriptor&);
template std::string comment(const pb::EnumDescriptor&);
template std::string comment(const pb::EnumValueDescriptor&);

namespace {

/// "const std::string & who" as people write it; default arguments are left as they are.
std::string tightened(const std::string& declaration) {
    std::string text;
    bool in_default = false;
    int depth = 0;
    for (std::size_t i = 0; i < declaration.size(); ++i) {
        const char c = declaration[i];
        depth += c == '(' || c == '<' || c == '{' ? 1 : c == ')' || c == '>' || c == '}' ? -1 : 0;
        in_default = (in_default || c == '=') && !(c == ',' && depth <= 1) && depth > 0;
        const char next = i + 1 < declaration.size() ? declaration[i + 1] : '\0';
        if (c == ' ' && !in_default && (next == '&' || next == '*')) {
            continue;
        }
        // "& who", but "&&" and "*&" stay together, and so do "&)" and "&,".
        text += c;
        const bool joins = next == '&' || next == '*' || next == ' ' || next == ')' ||
                           next == ',' || next == '>' || next == '\0';
        if ((c == '&' || c == '*') && !in_default && !joins) {
            text += ' ';
        }
    }
    return text;
}

}  // namespace

std::string signature(const pb::MethodDescriptor& of) {
    if (!marks(of).cpp().empty()) {
        return tightened(marks(of).cpp());
    }
    std::string text = "void ";
    if (const auto* result = of.output_type()->FindFieldByNumber(1)) {
        text = type_text(*result) + " ";
    }
    text += cpp_name(of) + "(";
    for (int i = 0; i < of.input_type()->field_count(); ++i) {
        const auto& parameter = *of.input_type()->field(i);
        text += (i == 0 ? "" : ", ") + type_text(parameter) + " " + cpp_name(parameter);
        if (marks(parameter).defaulted()) {
            text +=
                " = " + (marks(parameter).cpp_default().empty() ? std::string("...")
                                                                : marks(parameter).cpp_default());
        }
    }
    return text + ")" + (marks(of).is_const() ? " const" : "");
}

std::vector<std::uint64_t> ids(const pb::MethodDescriptor& of) {
    std::vector<std::uint64_t> all{marks(of).id()};
    all.insert(all.end(), marks(of).shorter_ids().begin(), marks(of).shorter_ids().end());
    return all;
}

std::vector<const pb::MethodDescriptor*> all_methods(const document& in,
                                                     const pb::ServiceDescriptor& of) {
    std::vector<const pb::MethodDescriptor*> methods;
    std::set<const pb::ServiceDescriptor*> seen{&of};
    std::vector<const pb::ServiceDescriptor*> waiting{&of};
    for (std::size_t at = 0; at < waiting.size(); ++at) {
        for (int i = 0; i < waiting[at]->method_count(); ++i) {
            methods.push_back(waiting[at]->method(i));
        }
        for (const auto& base : marks(*waiting[at]).bases()) {
            const auto* found = in.find_interface(base);
            if (found != nullptr && seen.insert(found).second) {
                waiting.push_back(found);
            }
        }
    }
    return methods;
}

std::string nearest(std::string_view wanted, const std::vector<std::string>& candidates) {
    std::string best;
    // A third of the letters may be wrong, and always one.
    std::size_t least = std::max<std::size_t>(1, (wanted.size() + 1) / 3) + 1;
    std::vector<std::size_t> row;
    for (const auto& candidate : candidates) {
        row.resize(candidate.size() + 1);
        for (std::size_t j = 0; j < row.size(); ++j) {
            row[j] = j;
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            std::size_t corner = row[0];
            row[0] = i + 1;
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t change = corner + (wanted[i] == candidate[j] ? 0 : 1);
                corner = row[j + 1];
                row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, change});
            }
        }
        if (row.back() < least) {
            least = row.back();
            best = candidate;
        }
    }
    return best;
}

}  // namespace roi::description
