// Writes the declarations of a description in the order in which C++ needs them.
#include "description/render.hpp"

#include "description/names.hpp"

#include <set>
#include <stdexcept>
#include <vector>

namespace roi::description {

namespace {

/// Guards against types that nest without end; beyond it a type is written by its message's name.
constexpr int max_nesting = 16;

std::string scalar_type(const pb::FieldDescriptor& of) {
    switch (of.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
            return "std::int32_t";
        case pb::FieldDescriptor::CPPTYPE_INT64:
            return "std::int64_t";
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            return "std::uint32_t";
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return "std::uint64_t";
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
            return "double";
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return "float";
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return "bool";
        case pb::FieldDescriptor::CPPTYPE_ENUM:
            return cpp_name(*of.enum_type());
        case pb::FieldDescriptor::CPPTYPE_STRING:
            return of.type() == pb::FieldDescriptor::TYPE_BYTES ? "std::vector<std::byte>"
                                                                : "std::string";
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
            break;
    }
    return "";
}

std::string built_type(const pb::FieldDescriptor& of, int nesting);

std::string element_type(const pb::FieldDescriptor& of, int nesting) {
    const auto* message = of.message_type();
    if (message == nullptr) {
        return scalar_type(of);
    }
    if (message->full_name() == "google.protobuf.Duration") {
        return "std::chrono::nanoseconds";
    }
    if (message->full_name() == "google.protobuf.Timestamp") {
        return "std::chrono::system_clock::time_point";
    }
    if (message->full_name() == "google.protobuf.Empty") {
        return "std::monostate";
    }
    const auto shape = marks(*message).shape();
    if (nesting > max_nesting || (shape != WRAPPER && shape != TUPLE && shape != VARIANT)) {
        return cpp_name(*message);
    }
    if (shape == WRAPPER) {
        return message->field_count() == 1 ? built_type(*message->field(0), nesting + 1)
                                           : cpp_name(*message);
    }
    std::string text = shape == TUPLE ? "std::tuple<" : "std::variant<";
    for (int i = 0; i < message->field_count(); ++i) {
        text +=
            (i == 0 ? "" : ", ") + (shape == TUPLE ? built_type(*message->field(i), nesting + 1)
                                                   : element_type(*message->field(i), nesting + 1));
    }
    return text + ">";
}

std::string built_type(const pb::FieldDescriptor& of, int nesting) {
    if (nesting > max_nesting) {
        return "auto";
    }
    if (!marks(of).cpp_type().empty()) {
        return marks(of).cpp_type();
    }
    const auto* message = of.message_type();
    const bool entry = message != nullptr && (of.is_map() || marks(*message).shape() == ENTRY);
    if (of.is_repeated() && entry && message->field_count() == 2) {
        return "std::map<" + element_type(*message->field(0), nesting + 1) + ", " +
               (of.is_map() ? element_type(*message->field(1), nesting + 1)
                            : built_type(*message->field(1), nesting + 1)) +
               ">";
    }
    return of.is_repeated() ? "std::vector<" + element_type(of, nesting + 1) + ">"
                            : element_type(of, nesting);
}

/// The types that `services` reach, through fields, results and exceptions.
class reached {
public:
    reached(const document& in, const std::vector<const pb::ServiceDescriptor*>& services) {
        for (const auto* service : services) {
            for (int i = 0; i < service->method_count(); ++i) {
                const auto& method = *service->method(i);
                add(*method.input_type());
                add(*method.output_type());
                for (const auto& name : marks(method).throws()) {
                    if (const auto* error = in.find_message(name)) {
                        add(*error);
                    }
                }
            }
        }
        while (!waiting_.empty()) {
            const auto& next = *waiting_.back();
            waiting_.pop_back();
            for (int i = 0; i < next.field_count(); ++i) {
                if (next.field(i)->message_type() != nullptr) {
                    add(*next.field(i)->message_type());
                } else if (next.field(i)->enum_type() != nullptr) {
                    enums_.insert(next.field(i)->enum_type());
                }
            }
        }
    }
    bool contains(const pb::Descriptor& what) const { return messages_.contains(&what); }
    bool contains(const pb::EnumDescriptor& what) const { return enums_.contains(&what); }

private:
    void add(const pb::Descriptor& message) {
        if (messages_.insert(&message).second) {
            waiting_.push_back(&message);
        }
    }
    std::set<const pb::Descriptor*> messages_;
    std::set<const pb::EnumDescriptor*> enums_;
    std::vector<const pb::Descriptor*> waiting_;
};

class header_writer {
public:
    explicit header_writer(const document& from) : from_(from) {}

    std::string write(const std::vector<const pb::ServiceDescriptor*>& services) {
        const reached types(from_, services);
        for (const auto* file : from_.files()) {
            open(scope_of(file->package()));
            for (int i = 0; i < file->enum_type_count(); ++i) {
                if (types.contains(*file->enum_type(i))) {
                    enumeration(*file->enum_type(i));
                }
            }
            for (int i = 0; i < file->message_type_count(); ++i) {
                message(*file->message_type(i), types);
            }
            for (const auto* service : services) {
                if (service->file() == file) {
                    interface(*service);
                }
            }
        }
        open("");
        if (text_.ends_with("\n\n")) {
            text_.pop_back();
        }
        return printable(text_);
    }

private:
    static std::string scope_of(std::string package) {
        for (std::size_t at = 0; (at = package.find('.', at)) != std::string::npos; at += 2) {
            package.replace(at, 1, "::");
        }
        return package;
    }

    void open(const std::string& scope) {
        if (scope == scope_) {
            return;
        }
        if (!scope_.empty()) {
            text_ += "}  // namespace " + scope_ + "\n\n";
        }
        scope_ = scope;
        if (!scope.empty()) {
            text_ += "namespace " + scope + " {\n\n";
        }
    }

    /// "demo::Bank" as it is written within its namespace.
    std::string local(const std::string& name) const {
        return !scope_.empty() && name.starts_with(scope_ + "::") ? name.substr(scope_.size() + 2)
                                                                  : name;
    }

    void doc(const std::string& comment, const char* indent) {
        std::size_t at = 0;
        while (at < comment.size()) {
            const auto end = std::min(comment.find('\n', at), comment.size());
            const auto line = comment.substr(at, end - at);
            text_ += std::string(indent) + "///" +
                     (line.starts_with(" ") || line.empty() ? "" : " ") + line + "\n";
            at = end + 1;
        }
    }

    void enumeration(const pb::EnumDescriptor& what) {
        const auto& given = marks(what);
        doc(comment(what), "");
        text_ += "enum " + std::string(given.scoped() ? "class " : "") + local(cpp_name(what)) +
                 (given.underlying().empty() ? "" : " : " + given.underlying()) + " {\n";
        for (int i = 0; i < what.value_count(); ++i) {
            const auto& value = *what.value(i);
            if (!marks(value).added()) {
                doc(comment(value), "    ");
                text_ += "    " + cpp_name(value) + " = " + std::to_string(value.number()) + ",\n";
            }
        }
        text_ += "};\n\n";
    }

    void message(const pb::Descriptor& what, const reached& types) {
        for (int i = 0; i < what.enum_type_count(); ++i) {
            if (types.contains(*what.enum_type(i))) {
                enumeration(*what.enum_type(i));
            }
        }
        for (int i = 0; i < what.nested_type_count(); ++i) {
            message(*what.nested_type(i), types);
        }
        if (!types.contains(what) || marks(what).shape() != RECORD || what.options().map_entry()) {
            return;
        }
        doc(comment(what), "");
        text_ += std::string("struct ") + (marks(what).error() ? "ROI_ERROR " : "") +
                 local(cpp_name(what)) + bases(what) + " {\n";
        for (int i = 0; i < what.field_count(); ++i) {
            const auto& field = *what.field(i);
            if (is_base(field)) {
                continue;
            }
            doc(comment(field), "    ");
            text_ += "    " + local_type(cpp_type(field)) + " " + cpp_name(field) + ";\n";
        }
        text_ += "};\n\n";
    }

    std::string bases(const pb::Descriptor& what) const {
        std::string text;
        const auto add = [&](const std::string& name) {
            text += (text.empty() ? " : " : ", ") + local(name);
        };
        for (int i = 0; i < what.field_count(); ++i) {
            if (is_base(*what.field(i))) {
                add(cpp_name(*what.field(i)));
            }
        }
        if (text.empty() && marks(what).bases_size() > 0) {
            add(scope_of(marks(what).bases(0)));
        }
        return text;
    }

    /// A type inside the namespace: "std::vector<demo::row>" is "std::vector<row>" there.
    std::string local_type(std::string type) const {
        if (scope_.empty()) {
            return type;
        }
        const auto prefix = scope_ + "::";
        for (std::size_t at = 0; (at = type.find(prefix, at)) != std::string::npos;) {
            const bool begins =
                at == 0 || type[at - 1] == '<' || type[at - 1] == ' ' || type[at - 1] == '(';
            begins ? type.erase(at, prefix.size()) : type.replace(at, 0, "");
            at += begins ? 0 : prefix.size();
        }
        return type;
    }

    void interface(const pb::ServiceDescriptor& what) {
        const auto& given = marks(what);
        doc(comment(what), "");
        text_ += "class ROI_REMOTE(" +
                 (given.published_name().empty() ? std::string{}
                                                 : "\"" + given.published_name() + "\"") +
                 ") ";
        text_ += given.per_client() ? "ROI_PER_CLIENT " : "";
        text_ += given.single_owner() ? "ROI_SINGLE_OWNER " : "";
        text_ += given.shared() ? "ROI_SHARED " : "";
        text_ += given.concurrent() ? "ROI_CONCURRENT " : "";
        if (given.deadline_us() != 0) {
            text_ += "ROI_DEADLINE(\"" + duration_text(given.deadline_us()) + "\") ";
        }
        text_ += local(cpp_name(what));
        // The list holds all bases, nearest first; only the direct ones are not another one's
        // bases.
        std::set<std::string> inherited;
        bool first = true;
        for (const auto& base : given.bases()) {
            if (const auto* found = from_.find_interface(base)) {
                inherited.insert(marks(*found).bases().begin(), marks(*found).bases().end());
            }
        }
        for (const auto& base : given.bases()) {
            if (!inherited.contains(base)) {
                text_ += (first ? " : public " : ", public ") + local(scope_of(base));
                first = false;
            }
        }
        text_ += " {\npublic:\n";
        for (int i = 0; i < what.method_count(); ++i) {
            text_ += i == 0 ? "" : "\n";
            method(*what.method(i), given.abstract());
        }
        text_ += "};\n\n";
    }

    void method(const pb::MethodDescriptor& what, bool abstract) {
        const auto& given = marks(what);
        doc(comment(what), "    ");
        std::string line;
        switch (given.semantics()) {
            case AT_LEAST_ONCE:
                line += " ROI_AT_LEAST_ONCE";
                break;
            case EXACTLY_ONCE:
                line += " ROI_EXACTLY_ONCE";
                break;
            case DURABLE_AT_MOST_ONCE:
                line += " ROI_DURABLE_AT_MOST_ONCE";
                break;
            default:
                break;
        }
        line += given.oneway() ? " ROI_ONEWAY" : "";
        line += given.concurrent() ? " ROI_CONCURRENT" : "";
        line += given.blocking() ? " ROI_BLOCKING" : "";
        if (given.deadline_us() != 0) {
            line += " ROI_DEADLINE(\"" + duration_text(given.deadline_us()) + "\")";
        }
        if (given.progress_us() != 0) {
            line += " ROI_PROGRESS(\"" + duration_text(given.progress_us()) + "\")";
        }
        if (given.reply_limit() != 0) {
            line += " ROI_REPLY_LIMIT(" + std::to_string(given.reply_limit()) + ")";
        }
        if (!line.empty()) {
            text_ += "   " + line + "\n";
        }
        text_ += std::string("    ") + (abstract ? "virtual " : "") + local_type(signature(what)) +
                 (abstract ? " = 0;\n" : ";\n");
    }

    const document& from_;
    std::string scope_;
    std::string text_;
};

}  // namespace

std::string cpp_type(const pb::FieldDescriptor& of) {
    const auto text = built_type(of, 0);
    const bool optional = marks(of).cpp_type().empty() && of.message_type() != nullptr &&
                          !of.is_repeated() && marks(*of.message_type()).shape() == WRAPPER;
    return optional ? "std::optional<" + text + ">" : text;
}

std::string printable(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        // The control characters of ASCII, and those of Unicode (C2 80 to C2 9F).
        const bool c1 =
            octet == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if ((octet < 0x20 && octet != '\n' && octet != '\t') || octet == 0x7F) {
            result += {'\\', 'x', digits[octet >> 4], digits[octet & 15]};
        } else if (c1) {
            const auto second = static_cast<unsigned char>(text[++i]);
            result += {'\\', 'x', digits[second >> 4], digits[second & 15]};
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string duration_text(std::uint64_t microseconds) {
    if (microseconds % 1'000'000 == 0) {
        return std::to_string(microseconds / 1'000'000) + "s";
    }
    if (microseconds % 1'000 == 0) {
        return std::to_string(microseconds / 1'000) + "ms";
    }
    return std::to_string(microseconds) + "us";
}

std::string to_header(const document& from, std::string_view interface_name) {
    if (interface_name.empty()) {
        return header_writer(from).write(from.services());
    }
    const auto* wanted = from.find_interface(interface_name);
    if (wanted == nullptr) {
        throw std::out_of_range("the description holds no interface " +
                                std::string(interface_name));
    }
    std::vector<const pb::ServiceDescriptor*> chosen;
    for (const auto& base : marks(*wanted).bases()) {
        if (const auto* found = from.find_interface(base)) {
            chosen.insert(chosen.begin(), found);
        }
    }
    chosen.push_back(wanted);
    return header_writer(from).write(chosen);
}

}  // namespace roi::description
