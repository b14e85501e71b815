// Types, parameters and calls as a FileDescriptorProto, by the rules of docs/wire-types.md.
#include "emit/schema.hpp"

#include "emit/cpp_types.hpp"
#include "emit/names.hpp"
#include "model/ids.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <roi/options.pb.h>

#include <algorithm>
#include <stdexcept>

namespace idlc::emit {
namespace {

namespace pb = google::protobuf;
using field_type = pb::FieldDescriptorProto;
using model::kind;
using model::type;

const type& first(const type& what) {
    return what.arguments.front();
}

/// What stands on the wire for a type that has an adapter.
const type& travelling(const type& what) {
    return what.what == kind::adapted ? travelling(first(what)) : what;
}

bool is_octet(const type& what) {
    return what.what == kind::integer && what.bits == 8;
}

bool is_bytes(const type& what) {
    return what.what == kind::bytes || what.what == kind::bitset ||
           (what.what == kind::fixed_array && is_octet(first(what)));
}

bool is_map_key(const type& what) {
    return what.what == kind::boolean || what.what == kind::integer || what.what == kind::string ||
           what.what == kind::wide_string || what.what == kind::c_string;
}

bool is_multimap(const type& what) {
    return what.container.find("multimap") != std::string::npos;
}

std::string camel_case(const std::string& name) {
    std::string result;
    bool upper = true;
    for (const char c : name) {
        if (c == '_') {
            upper = true;
            continue;
        }
        result += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = false;
    }
    return result;
}

class schema_builder {
public:
    explicit schema_builder(const plan& what) : plan_(what), file_(*what.input) {}

    pb::FileDescriptorProto run() {
        schema_.set_name(plan_.stem + ".proto");
        schema_.set_syntax("proto3");
        choose_package();
        reserve_names();
        for (const auto& name : file_.record_order) {
            const auto found = file_.records.find(name);
            if (found != file_.records.end()) add_record(found->second);
        }
        for (const auto& [name, record] : file_.records)
            add_record(record);
        for (const auto& [name, what] : file_.enums)
            add_enum(what);
        for (const auto& each : plan_.interfaces)
            add_service(each);
        if (schema_.service_size() + schema_.message_type_size() + schema_.enum_type_size() > 0) {
            schema_.add_dependency("roi/options.proto");
        }
        for (const auto& import : imports_)
            schema_.add_dependency(import);
        return std::move(schema_);
    }

private:
    // Names.

    void choose_package() {
        std::string common;
        bool any = false;
        for (const auto& each : plan_.interfaces) {
            if (!each.generated) continue;
            common = any ? shared_scope(common, each.scope) : each.scope;
            any = true;
        }
        scope_ = common;
        package_ = model::wire_name(common);
        if (!package_.empty()) schema_.set_package(package_);
    }

    static std::string shared_scope(const std::string& left, const std::string& right) {
        std::string result;
        std::size_t at = 0;
        while (at < left.size()) {
            const auto end = std::min(left.find("::", at), left.size());
            if (right.compare(0, end, left, 0, end) != 0) break;
            if (end != right.size() && right.compare(end, 2, "::") != 0) break;
            result = left.substr(0, end);
            at = end + 2;
        }
        return result;
    }

    std::string local_name(const std::string& cpp_name) const {
        const bool inside = !scope_.empty() && cpp_name.starts_with(scope_ + "::");
        return identifier(inside ? cpp_name.substr(scope_.size() + 2) : cpp_name);
    }

    std::string full_name(const std::string& local) const {
        return package_.empty() ? "." + local : "." + package_ + "." + local;
    }

    /// What several headers may need stands in the .proto of each, under the header's name: so that
    /// one program can have them all.
    std::string shared_name(const std::string& local) const {
        return identifier(plan_.stem) + "_" + local;
    }

    static std::string file_name(const std::string& path) {
        return path.substr(path.rfind('/') + 1);
    }
    /// Is that in the very header that is generated for?
    bool is_own(const model::location& where) const {
        return where.file.empty() || file_name(where.file) == file_name(file_.path);
    }

    /// The name of what is declared at `where`: shared, unless that is this very header.
    std::string declared_name(const std::string& cpp_name, const model::location& where) const {
        const auto local = local_name(cpp_name);
        return is_own(where) ? local : shared_name(local);
    }

    void reserve_names() {
        for (const auto& each : plan_.interfaces) {
            const auto& name = each.source->name;
            service_names_[name] = names_.make(declared_name(name, each.source->where));
        }
        for (const auto& [name, record] : file_.records) {
            message_names_[name] = names_.make(declared_name(name, record.where));
        }
        for (const auto& [name, each] : file_.enums) {
            if (!model::travels_as_enum(each)) continue;
            enum_names_[name] = names_.make(declared_name(name, each.where));
        }
    }

    std::string place(const model::location& where) const {
        if (where.line == 0) return {};
        // Of other headers the name alone: where they stand is a matter of this machine.
        const std::string name = is_own(where)
                                     ? file_.include_as.empty() ? plan_.stem : file_.include_as
                                     : file_name(where.file);
        return name + ":" + std::to_string(where.line);
    }

    void comment(std::vector<int> path, const std::string& text) {
        if (text.empty()) return;
        auto& location = *schema_.mutable_source_code_info()->add_location();
        for (const int step : path)
            location.add_path(step);
        for (int i = 0; i < 3; ++i)
            location.add_span(0);
        std::string lines = " ";
        for (const char c : text) {
            lines += c;
            if (c == '\n') lines += ' ';
        }
        location.set_leading_comments(lines + "\n");
    }

    // Messages.

    /// Adds a message at top level; the pointer is good until the next one is added.
    int add_message(const std::string& name, roi::Shape shape) {
        auto& message = *schema_.add_message_type();
        message.set_name(name);
        message.mutable_options()->MutableExtension(roi::message)->set_shape(shape);
        return schema_.message_type_size() - 1;
    }
    pb::DescriptorProto& message_at(int index) { return *schema_.mutable_message_type(index); }
    roi::MessageOptions& options_of(int index) {
        return *message_at(index).mutable_options()->MutableExtension(roi::message);
    }

    /// A message that stands for `what` alone, made once for each type.
    std::string helper(const std::string& wanted, roi::Shape shape, const std::string& key,
                       const std::vector<std::pair<std::string, const type*>>& fields) {
        const auto found = helpers_.find(key);
        if (found != helpers_.end()) return full_name(found->second);
        const auto name = names_.make(shared_name(wanted));
        helpers_[key] = name;
        const int index = add_message(name, shape);
        unsigned number = 0;
        for (const auto& [field, what] : fields)
            forget_bits(add_field(index, field, ++number, *what));
        finish(index);
        return full_name(name);
    }

    /// "repeated demo.row" -> "repeated_row": for names of messages that the user did not write.
    std::string spoken(const type& what) const {
        auto text = model::wire_text(what, file_);
        for (std::size_t at = 0;
             !package_.empty() && (at = text.find(package_ + ".", at)) != std::string::npos;) {
            text.erase(at, package_.size() + 1);
        }
        return identifier(text);
    }

    /// A helper serves all types that are alike on the wire, narrower integers as well.
    static field_type& forget_bits(field_type& field) {
        if (field.options().GetExtension(roi::field).bits() != 0) {
            field.mutable_options()->MutableExtension(roi::field)->clear_bits();
        }
        return field;
    }

    std::string wrapper(const type& what) {
        return helper(spoken(what), roi::WRAPPER, "wrapper " + model::wire_text(what, file_),
                      {{"value", &what}});
    }

    std::string one_of(const std::vector<type>& alternatives, const std::string& key) {
        const auto found = helpers_.find(key);
        if (found != helpers_.end()) return full_name(found->second);
        std::string wanted = "one_of";
        for (const auto& each : alternatives)
            wanted += "_" + spoken(each);
        const auto name = names_.make(shared_name(wanted.size() > 60 ? "one_of_several" : wanted));
        helpers_[key] = name;
        const int index = add_message(name, roi::VARIANT);
        message_at(index).add_oneof_decl()->set_name("value");
        int number = 0;
        unique_names fields{unique_names::comparison::json};
        for (const auto& each : alternatives) {
            field_type field;
            set_single(field, each);
            field.set_name(fields.make("as_" + spoken(each)));
            field.set_number(++number);
            field.set_label(field_type::LABEL_OPTIONAL);
            field.set_oneof_index(0);
            forget_bits(field);
            note_cpp_type(field, each);
            *message_at(index).add_field() = field;
        }
        return full_name(name);
    }

    static void note_cpp_type(field_type& field, const type& what) {
        const auto& text = what.written.empty() ? what.cpp : what.written;
        if (!text.empty()) {
            field.mutable_options()->MutableExtension(roi::field)->set_cpp_type(text);
        }
    }

    void set_message(field_type& field, const std::string& name) {
        field.set_type(field_type::TYPE_MESSAGE);
        field.set_type_name(name);
    }

    void set_integer(field_type& field, int bits, bool is_signed) {
        if (bits < 32) {
            field.mutable_options()
                ->MutableExtension(roi::field)
                ->set_bits(static_cast<unsigned>(bits));
        }
        if (bits > 32) {
            field.set_type(is_signed ? field_type::TYPE_SINT64 : field_type::TYPE_UINT64);
        } else {
            field.set_type(is_signed ? field_type::TYPE_SINT32 : field_type::TYPE_UINT32);
        }
    }

    /// The type of a field that holds one value; a type that is many gets its wrapper.
    void set_single(field_type& field, const type& given) {
        const auto& what = travelling(given);
        if (is_many(what)) return set_message(field, wrapper(what));
        if (is_bytes(what)) return field.set_type(field_type::TYPE_BYTES);
        switch (what.what) {
            case kind::boolean:
                return field.set_type(field_type::TYPE_BOOL);
            case kind::integer:
                return set_integer(field, what.bits, what.is_signed);
            case kind::floating:
                return field.set_type(what.bits == 32 ? field_type::TYPE_FLOAT
                                                      : field_type::TYPE_DOUBLE);
            case kind::enumeration:
                return set_enum(field, what);
            case kind::string:
            case kind::c_string:
            case kind::wide_string:
                return field.set_type(field_type::TYPE_STRING);
            case kind::duration:
                imports_.insert("google/protobuf/duration.proto");
                return set_message(field, ".google.protobuf.Duration");
            case kind::time_point:
                imports_.insert("google/protobuf/timestamp.proto");
                return set_message(field, ".google.protobuf.Timestamp");
            case kind::monostate:
                imports_.insert("google/protobuf/empty.proto");
                return set_message(field, ".google.protobuf.Empty");
            case kind::record:
                return set_record(field, what);
            case kind::tuple:
                return set_message(field, tuple(what));
            case kind::variant:
                return set_message(field, one_of(what.arguments, model::wire_text(what, file_)));
            case kind::owner:
            case kind::pointer:
                return set_message(field, one_of(what.one_of, model::wire_text(what, file_)));
            default:
                // A protobuf message class: its own .proto defines the bytes.
                return field.set_type(field_type::TYPE_BYTES);
        }
    }

    void set_enum(field_type& field, const type& what) {
        const auto found = enum_names_.find(what.name);
        if (found != enum_names_.end()) {
            field.set_type(field_type::TYPE_ENUM);
            field.set_type_name(full_name(found->second));
            return;
        }
        const auto big = file_.enums.find(what.name);
        set_integer(field, 64, big == file_.enums.end() || big->second.is_signed);
    }

    void set_record(field_type& field, const type& what) {
        if (!what.one_of.empty()) {
            return set_message(field, one_of(what.one_of, model::wire_text(what, file_)));
        }
        const auto found = message_names_.find(what.name);
        if (found == message_names_.end()) {
            throw std::logic_error("the model has no record '" + what.name + "'");
        }
        set_message(field, full_name(found->second));
    }

    std::string tuple(const type& what) {
        std::vector<std::pair<std::string, const type*>> fields;
        const bool complex = what.container == "std::complex";
        const bool pair = what.container == "std::pair";
        for (std::size_t i = 0; i < what.arguments.size(); ++i) {
            const auto plain = "element_" + std::to_string(i + 1);
            const auto name = complex ? (i == 0 ? "real" : "imag")
                              : pair  ? (i == 0 ? "first" : "second")
                                      : plain.c_str();
            fields.emplace_back(name, &what.arguments[i]);
        }
        std::string wanted = complex ? "complex" : pair ? "pair" : "tuple";
        for (const auto& each : what.arguments) {
            wanted += "_" + spoken(each);
            if (complex) break;
        }
        return helper(wanted, roi::TUPLE, what.container + model::wire_text(what, file_), fields);
    }

    // Fields.

    /// Adds a field for a type in a place that may hold many.
    field_type& add_field(int message, const std::string& name, unsigned number,
                          const type& given) {
        const auto& what = travelling(given);
        field_type field;
        field.set_name(name);
        field.set_number(static_cast<int>(number));
        field.set_label(field_type::LABEL_OPTIONAL);
        if (!is_many(what)) {
            set_single(field, what);
        } else if (what.what == kind::map) {
            set_map(message, field, what);
        } else if (what.what == kind::sequence || what.what == kind::fixed_array ||
                   what.what == kind::set) {
            field.set_label(field_type::LABEL_REPEATED);
            set_single(field, first(what));
        } else {
            set_single(field, first(what));
        }
        const bool present =
            field.label() == field_type::LABEL_OPTIONAL && field.type() != field_type::TYPE_MESSAGE;
        if (present) field.set_proto3_optional(true);
        note_cpp_type(field, given);
        *message_at(message).add_field() = field;
        return *message_at(message).mutable_field(message_at(message).field_size() - 1);
    }

    void set_map(int message, field_type& field, const type& what) {
        const auto& key = travelling(what.arguments[0]);
        const auto& value = travelling(what.arguments[1]);
        field.set_label(field_type::LABEL_REPEATED);
        if (!is_map_key(key) || is_many(value) || is_multimap(what)) {
            const auto text = model::wire_text(what, file_);
            set_message(field, helper("entry_" + spoken(key) + "_" + spoken(value), roi::ENTRY,
                                      "entry " + text, {{"key", &key}, {"value", &value}}));
            return;
        }
        pb::DescriptorProto entry;
        entry.set_name(camel_case(field.name()) + "Entry");
        entry.mutable_options()->set_map_entry(true);
        for (int i = 0; i < 2; ++i) {
            auto& part = *entry.add_field();
            part.set_name(i == 0 ? "key" : "value");
            part.set_number(i + 1);
            part.set_label(field_type::LABEL_OPTIONAL);
            set_single(part, i == 0 ? key : value);
        }
        const auto& owner = message_at(message).name();
        set_message(field, full_name(owner) + "." + entry.name());
        *message_at(message).add_nested_type() = entry;
    }

    /// What protoc itself would add: a oneof for each field with presence, after the others.
    void finish(int index) {
        auto& message = message_at(index);
        for (auto& field : *message.mutable_field()) {
            if (!field.proto3_optional()) continue;
            field.set_oneof_index(message.oneof_decl_size());
            message.add_oneof_decl()->set_name("_" + field.name());
        }
    }

    void add_record(const model::record& what) {
        if (!done_.insert(what.name).second) return;
        const int index = add_message(message_names_.at(what.name), roi::RECORD);
        comment({pb::FileDescriptorProto::kMessageTypeFieldNumber, index}, what.doc);
        auto& options = options_of(index);
        options.set_cpp_type(what.name);
        options.set_error(what.is_error);
        for (const auto& base : what.error_bases)
            options.add_bases(base);
        options.set_where(place(what.where));

        unique_names fields{unique_names::comparison::json};
        const auto& base_numbers = plan_.base_numbers.at(what.name);
        for (std::size_t i = 0; i < what.bases.size(); ++i) {
            if (base_numbers[i] == 0) continue;
            const auto name = fields.make("base_" + identifier(last_part(what.bases[i].name)));
            auto& field = add_field(index, name, base_numbers[i], what.bases[i]);
            field.mutable_options()
                ->MutableExtension(roi::field)
                ->set_cpp_name(std::string{what.bases[i].name});
        }
        const auto& numbers = plan_.field_numbers.at(what.name);
        for (std::size_t i = 0; i < what.fields.size(); ++i) {
            const auto& source = what.fields[i];
            add_named(index, fields, source.name, numbers[i], source.type, source.doc,
                      source.where);
        }
        const auto removed = plan_.removed_fields.find(what.name);
        if (removed != plan_.removed_fields.end()) {
            for (const auto number : removed->second) {
                auto& range = *message_at(index).add_reserved_range();
                range.set_start(static_cast<int>(number));
                range.set_end(static_cast<int>(number) + 1);
            }
        }
        finish(index);
    }

    /// A field that the user named.
    field_type& add_named(int message, unique_names& taken, const std::string& name,
                          unsigned number, const type& what, const std::string& doc,
                          const model::location& where) {
        const auto spelled = taken.make(identifier(name));
        auto& field = add_field(message, spelled, number, what);
        comment({pb::FileDescriptorProto::kMessageTypeFieldNumber, message,
                 pb::DescriptorProto::kFieldFieldNumber, message_at(message).field_size() - 1},
                doc);
        auto& options = *field.mutable_options()->MutableExtension(roi::field);
        if (spelled != name) options.set_cpp_name(name);
        const auto at = place(where);
        if (!at.empty()) options.set_where(at);
        return field;
    }

    void add_enum(const model::enumeration& what) {
        const auto found = enum_names_.find(what.name);
        if (found == enum_names_.end()) return;
        const int index = schema_.enum_type_size();
        auto& result = *schema_.add_enum_type();
        result.set_name(found->second);
        comment({pb::FileDescriptorProto::kEnumTypeFieldNumber, index}, what.doc);
        auto& options = *result.mutable_options()->MutableExtension(roi::enumeration);
        options.set_cpp_type(what.name);
        options.set_scoped(what.scoped);
        // Without a type of its own an unscoped enum has 32 bits, of either kind.
        if (what.bits != 32 || (what.scoped && !what.is_signed)) {
            options.set_underlying(std::string{what.is_signed ? "std::int" : "std::uint"} +
                                   std::to_string(what.bits) + "_t");
        }
        options.set_where(place(what.where));
        add_enum_values(result, index, what);
    }

    std::int32_t wire_value(const model::enumeration& what, const model::enumerator& each) const {
        const auto renumbered = plan_.enum_numbers.find(what.name);
        if (renumbered != plan_.enum_numbers.end()) {
            const auto number = renumbered->second.find(each.name);
            if (number != renumbered->second.end()) {
                return static_cast<std::int32_t>(number->second);
            }
        }
        return static_cast<std::int32_t>(
            what.is_signed ? each.value : static_cast<std::int64_t>(each.unsigned_value));
    }

    void add_enum_values(pb::EnumDescriptorProto& result, int index,
                         const model::enumeration& what) {
        // proto3 wants a zero, and wants it first.
        std::vector<const model::enumerator*> order;
        for (const auto& each : what.values)
            order.push_back(&each);
        std::stable_partition(order.begin(), order.end(), [&](const model::enumerator* each) {
            return wire_value(what, *each) == 0;
        });
        const auto& prefix = result.name();
        unique_names taken{unique_names::comparison::json};
        if (order.empty() || wire_value(what, *order.front()) != 0) {
            auto& zero = *result.add_value();
            zero.set_name(taken.make(prefix + "_unspecified"));
            zero.set_number(0);
            zero.mutable_options()->MutableExtension(roi::enumerator)->set_added(true);
        }
        std::set<int> numbers;
        if (result.value_size() > 0) numbers.insert(0);  // the added zero
        for (const auto* each : order) {
            auto& value = *result.add_value();
            value.set_name(names_.make(taken.make(prefix + "_" + identifier(each->name))));
            value.set_number(wire_value(what, *each));
            if (!numbers.insert(value.number()).second) {
                result.mutable_options()->set_allow_alias(true);
            }
            comment({pb::FileDescriptorProto::kEnumTypeFieldNumber, index,
                     pb::EnumDescriptorProto::kValueFieldNumber, result.value_size() - 1},
                    each->doc);
            auto& options = *value.mutable_options()->MutableExtension(roi::enumerator);
            options.set_cpp_name(each->name);
            const auto at = place(each->where);
            if (!at.empty()) options.set_where(at);
        }
        const auto removed = plan_.removed_enumerators.find(what.name);
        if (removed == plan_.removed_enumerators.end()) return;
        for (const auto number : removed->second) {
            if (numbers.contains(static_cast<int>(number))) continue;
            auto& range = *result.add_reserved_range();
            range.set_start(static_cast<int>(number));
            range.set_end(static_cast<int>(number));
        }
    }

    // Services.

    void add_service(const planned_interface& what) {
        const int index = schema_.service_size();
        {
            auto& service = *schema_.add_service();
            service.set_name(service_names_.at(what.source->name));
            auto& options = *service.mutable_options()->MutableExtension(roi::interface);
            const auto& source = *what.source;
            options.set_cpp_class(source.name);
            options.set_published_name(source.published_name);
            for (const auto* base : what.all_bases)
                options.add_bases(base->wire_name);
            options.set_per_client(source.per_client);
            options.set_single_owner(source.single_owner);
            options.set_shared(source.shared);
            options.set_concurrent(source.concurrent);
            if (source.deadline_us) {
                options.set_deadline_us(static_cast<std::uint64_t>(*source.deadline_us));
            }
            options.set_abstract(source.is_abstract);
            options.set_where(place(source.where));
        }
        comment({pb::FileDescriptorProto::kServiceFieldNumber, index}, what.source->doc);
        for (const auto& method : what.methods) {
            if (!method.repeats) add_method(index, what, method);
        }
    }

    void add_method(int service, const planned_interface& owner, const planned_method& what) {
        const auto& source = *what.source;
        const auto prefix = service_names_.at(owner.source->name) + "_" + identifier(what.label);
        const auto arguments = add_arguments(prefix, what);
        const auto results = add_results(prefix, what);

        auto& method = *schema_.mutable_service(service)->add_method();
        method.set_name(identifier(what.label));
        method.set_input_type(arguments);
        method.set_output_type(results);
        comment({pb::FileDescriptorProto::kServiceFieldNumber, service,
                 pb::ServiceDescriptorProto::kMethodFieldNumber,
                 schema_.service(service).method_size() - 1},
                source.doc);
        auto& options = *method.mutable_options()->MutableExtension(roi::method);
        options.set_id(what.id);
        options.set_cpp(declaration(what));
        options.set_cpp_name(source.name);
        options.set_semantics(static_cast<roi::Semantics>(source.promise));
        options.set_oneway(source.oneway);
        options.set_concurrent(source.concurrent);
        options.set_blocking(source.blocking);
        const auto microseconds = [](const std::optional<std::int64_t>& value) {
            return static_cast<std::uint64_t>(value.value_or(0));
        };
        options.set_deadline_us(microseconds(source.deadline_us));
        options.set_progress_us(microseconds(source.progress_us));
        options.set_reply_limit(microseconds(source.reply_limit));
        options.set_is_const(source.is_const);
        for (const auto& error : file_.error_types)
            options.add_throws(model::wire_name(error));
        for (const auto& list : what.shorter)
            options.add_shorter_ids(list.id);
        options.set_where(place(source.where));
    }

    std::string add_arguments(const std::string& prefix, const planned_method& what) {
        const auto name = names_.make(prefix + "_arguments");
        const int index = add_message(name, roi::ARGUMENTS);
        unique_names fields{unique_names::comparison::json};
        for (const auto& each : what.parameters) {
            if (!each.sent()) continue;
            auto& field = add_named(index, fields, each.name, each.number, sent_type(*each.source),
                                    {}, each.source->where);
            if (each.source->default_text.empty()) continue;
            auto& options = *field.mutable_options()->MutableExtension(roi::field);
            options.set_defaulted(true);
            options.set_cpp_default(each.source->default_text);
        }
        finish(index);
        return full_name(name);
    }

    std::string add_results(const std::string& prefix, const planned_method& what) {
        const auto name = names_.make(prefix + "_results");
        const int index = add_message(name, roi::RESULTS);
        unique_names fields{unique_names::comparison::json};
        if (what.has_result()) {
            add_field(index, fields.make("result"), 1, what.source->result);
        }
        for (const auto& each : what.parameters) {
            if (!each.returned()) continue;
            add_named(index, fields, each.name, each.result_number, sent_type(*each.source), {},
                      {});
        }
        finish(index);
        return full_name(name);
    }

    static std::string declaration(const planned_method& what) {
        const auto& source = *what.source;
        std::string text =
            source.result_written.empty() ? source.result.written : source.result_written;
        if (text.empty()) text = source.result.cpp.empty() ? "void" : source.result.cpp;
        text += " " + source.name + "(";
        for (std::size_t i = 0; i < what.parameters.size(); ++i) {
            const auto& each = *what.parameters[i].source;
            text += (i == 0 ? "" : ", ") + (each.written.empty() ? each.type.cpp : each.written);
            if (!each.name.empty()) text += " " + each.name;
            if (!each.default_text.empty()) text += " = " + each.default_text;
        }
        text += ")";
        if (source.is_const) text += " const";
        if (source.ref_qualifier == model::method::ref::lvalue) text += " &";
        if (source.ref_qualifier == model::method::ref::rvalue) text += " &&";
        if (source.is_noexcept) text += " noexcept";
        return text;
    }

    const plan& plan_;
    const model::file& file_;
    pb::FileDescriptorProto schema_;
    std::string scope_, package_;
    unique_names names_;
    std::map<std::string, std::string> service_names_, message_names_, enum_names_, helpers_;
    std::set<std::string> imports_, done_;
};

}  // namespace

bool is_many(const model::type& given) {
    const auto& what = travelling(given);
    if (is_bytes(what) || !what.one_of.empty()) return false;
    switch (what.what) {
        case kind::sequence:
        case kind::fixed_array:
        case kind::set:
        case kind::map:
        case kind::optional:
        case kind::owner:
        case kind::pointer:
            return true;
        default:
            return false;
    }
}

pb::FileDescriptorProto make_schema(const plan& what) {
    return schema_builder{what}.run();
}

void verify(const pb::FileDescriptorProto& schema) {
    struct collector : pb::DescriptorPool::ErrorCollector {
        std::string text;
        void AddError(const std::string&, const std::string& element, const pb::Message*,
                      ErrorLocation, const std::string& message) override {
            text += element + ": " + message + "\n";
        }
    } errors;
    // The generated pool knows protobuf's own files and the options.
    (void)roi::InterfaceOptions::descriptor();
    (void)pb::Duration::descriptor();
    (void)pb::Timestamp::descriptor();
    (void)pb::Empty::descriptor();
    pb::DescriptorPool pool{pb::DescriptorPool::generated_pool()};
    if (pool.BuildFileCollectingErrors(schema, &errors) == nullptr) {
        throw std::logic_error("the interface makes no valid protobuf file: " + errors.text);
    }
}

}  // namespace idlc::emit
