// Loads descriptions: limits and text are checked on the raw bytes, before protobuf allocates for
// them; imports are ordered here, because protobuf's pool wants dependencies first.
#include "description/description.hpp"

#include "description/names.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>

#include <map>
#include <set>

namespace roi::description {

namespace {

using pb::internal::WireFormatLite;

/// Walks over the raw bytes with protobuf's own description of descriptions, so that nothing is
/// allocated for a set that is too large, too deep or no text.
class scanner {
public:
    explicit scanner(const limits& most) : most_(most) {}

    void scan(std::string_view bytes) {
        pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
        message(in, *pb::FileDescriptorSet::descriptor(), 0);
        if (!in.ConsumedEntireMessage()) {
            unreadable();
        }
    }

private:
    [[noreturn]] static void unreadable() {
        throw malformed("the interface description is not a serialised FileDescriptorSet");
    }

    void message(pb::io::CodedInputStream& in, const pb::Descriptor& type, int depth) {
        if (depth > most_.depth) {
            throw malformed("the interface description nests messages deeper than " +
                            std::to_string(most_.depth));
        }
        while (const std::uint32_t tag = in.ReadTag()) {
            if (++elements_ > most_.elements) {
                throw malformed("the interface description has more than " +
                                std::to_string(most_.elements) + " elements");
            }
            const int number = WireFormatLite::GetTagFieldNumber(tag);
            const auto* field = type.FindFieldByNumber(number);
            if (field == nullptr) {
                field = type.file()->pool()->FindExtensionByNumber(&type, number);
            }
            value(in, tag, field, depth);
        }
    }

    void value(pb::io::CodedInputStream& in, std::uint32_t tag, const pb::FieldDescriptor* field,
               int depth) {
        std::uint64_t number = 0;
        std::uint32_t size = 0;
        switch (WireFormatLite::GetTagWireType(tag)) {
            case WireFormatLite::WIRETYPE_VARINT:
                return require(in.ReadVarint64(&number));
            case WireFormatLite::WIRETYPE_FIXED64:
                return require(in.ReadLittleEndian64(&number));
            case WireFormatLite::WIRETYPE_FIXED32:
                return require(in.ReadLittleEndian32(&size));
            case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
                break;
            default:  // groups: no description has any
                unreadable();
        }
        require(in.ReadVarint32(&size) &&
                size <= static_cast<std::uint32_t>(in.BytesUntilTotalBytesLimit()));
        const int before = in.BytesUntilLimit();
        require(before < 0 || size <= static_cast<std::uint32_t>(before));
        if (field != nullptr && field->type() == pb::FieldDescriptor::TYPE_MESSAGE) {
            const auto limit = in.PushLimit(static_cast<int>(size));
            message(in, *field->message_type(), depth + 1);
            require(in.ConsumedEntireMessage() && in.BytesUntilLimit() == 0);
            in.PopLimit(limit);
            return;
        }
        const void* data = nullptr;
        int available = 0;
        if (size > 0) {
            require(in.GetDirectBufferPointer(&data, &available) &&
                    static_cast<std::uint32_t>(available) >= size);
        }
        const std::string_view text(static_cast<const char*>(data), size);
        if (field != nullptr && field->type() == pb::FieldDescriptor::TYPE_STRING &&
            !is_utf8(text)) {
            throw malformed("the interface description holds text that is not UTF-8");
        }
        require(in.Skip(static_cast<int>(size)));
    }

    static void require(bool fine) {
        if (!fine) {
            unreadable();
        }
    }

    const limits& most_;
    std::size_t elements_ = 0;
};

/// Bounds what protobuf's pool does with names and ranges: it keeps the full name of everything,
/// and compares ranges with each other.
class measurer {
public:
    explicit measurer(const limits& most) : most_(most) {}

    void file(const pb::FileDescriptorProto& in) {
        name(0, in.name());
        const std::size_t scope = name(0, in.package());
        each(in.message_type(), scope);
        enums(in.enum_type(), scope);
        fields(in.extension(), scope);
        for (const auto& service : in.service()) {
            const std::size_t inner = name(scope, service.name());
            for (const auto& method : service.method()) {
                name(inner, method.name());
                name(0, method.input_type());
                name(0, method.output_type());
            }
        }
        for (const auto& import : in.dependency()) {
            name(0, import);
        }
    }

private:
    void each(const pb::RepeatedPtrField<pb::DescriptorProto>& messages, std::size_t scope) {
        for (const auto& message : messages) {
            const std::size_t inner = name(scope, message.name());
            ranges(message.reserved_range_size());
            ranges(message.extension_range_size());
            for (const auto& oneof : message.oneof_decl()) {
                name(inner, oneof.name());
            }
            for (const auto& reserved : message.reserved_name()) {
                name(0, reserved);
            }
            fields(message.field(), inner);
            fields(message.extension(), inner);
            enums(message.enum_type(), inner);
            each(message.nested_type(), inner);
        }
    }

    void enums(const pb::RepeatedPtrField<pb::EnumDescriptorProto>& all, std::size_t scope) {
        for (const auto& one : all) {
            const std::size_t inner = name(scope, one.name());
            ranges(one.reserved_range_size());
            for (const auto& value : one.value()) {
                name(inner, value.name());
            }
        }
    }

    void fields(const pb::RepeatedPtrField<pb::FieldDescriptorProto>& all, std::size_t scope) {
        for (const auto& field : all) {
            name(scope, field.name());
            name(0, field.type_name());
            name(0, field.extendee());
            name(0, field.json_name());
        }
    }

    std::size_t name(std::size_t scope, const std::string& text) {
        if (++names_ > most_.names) {
            throw malformed("the interface description has more than " +
                            std::to_string(most_.names) + " names");
        }
        const std::size_t length = scope + text.size() + (scope == 0 ? 0 : 1);
        if (length > most_.name_length) {
            throw malformed("the interface description has a name longer than " +
                            std::to_string(most_.name_length) + " characters");
        }
        return length;
    }

    void ranges(int count) const {
        if (static_cast<std::size_t>(count) > most_.ranges) {
            throw malformed("the interface description reserves more than " +
                            std::to_string(most_.ranges) + " ranges in one type");
        }
    }

    const limits& most_;
    std::size_t names_ = 0;
};

class first_error final : public pb::DescriptorPool::ErrorCollector {
public:
    void AddError(const std::string& file, const std::string& element, const pb::Message*,
                  ErrorLocation, const std::string& message) override {
        if (text.empty()) {
            text = file + ": " + element + ": " + message;
        }
    }
    std::string text;
};

/// What this program knows itself and never takes from a peer: protobuf's own files and our
/// options.
const pb::FileDescriptor* built_in(const std::string& file) {
    if (!file.starts_with("google/protobuf/") && file != "roi/options.proto") {
        return nullptr;
    }
    return pb::DescriptorPool::generated_pool()->FindFileByName(file);
}

}  // namespace

struct document::content {
    pb::FileDescriptorSet set;
    pb::DescriptorPool pool;
    std::vector<const pb::FileDescriptor*> files;
    std::vector<const pb::ServiceDescriptor*> services;

    /// Adds `name` and, before it, all that it imports.
    void add(const std::string& name, std::map<std::string, pb::FileDescriptorProto*>& given,
             std::vector<std::string>& on_the_way, pb::FileDescriptorSet& ordered) {
        if (pool.FindFileByName(name) != nullptr) {
            return;
        }
        if (const auto* known = built_in(name)) {
            pb::FileDescriptorProto copy;
            known->CopyTo(&copy);
            for (const auto& import : copy.dependency()) {
                add(import, given, on_the_way, ordered);
            }
            if (pool.BuildFile(copy) == nullptr) {
                throw malformed("the interface description cannot be combined with " + name);
            }
            return;
        }
        const auto at = given.find(name);
        if (at == given.end()) {
            throw malformed("the interface description lacks '" + name + "', which '" +
                            on_the_way.back() + "' imports");
        }
        for (const auto& waiting : on_the_way) {
            if (waiting == name) {
                throw malformed("the interface description imports '" + name +
                                "' from itself, by way of '" + on_the_way.back() + "'");
            }
        }
        on_the_way.push_back(name);
        for (const auto& import : at->second->dependency()) {
            add(import, given, on_the_way, ordered);
        }
        on_the_way.pop_back();
        first_error errors;
        const auto* built = pool.BuildFileCollectingErrors(*at->second, &errors);
        if (built == nullptr) {
            throw malformed("the interface description contradicts itself: " + errors.text);
        }
        files.push_back(built);
        ordered.add_file()->Swap(at->second);
        for (int i = 0; i < built->service_count(); ++i) {
            services.push_back(built->service(i));
        }
    }
};

document document::load(std::string_view bytes, const limits& most) {
    if (bytes.size() > most.bytes) {
        throw malformed("the interface description has " + std::to_string(bytes.size()) +
                        " bytes; the limit is " + std::to_string(most.bytes));
    }
    scanner(most).scan(bytes);
    pb::FileDescriptorSet read;
    if (!read.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
        !read.IsInitialized()) {
        throw malformed("the interface description is not a serialised FileDescriptorSet");
    }
    if (static_cast<std::size_t>(read.file_size()) > most.files) {
        throw malformed("the interface description has more than " + std::to_string(most.files) +
                        " files");
    }
    measurer measure(most);
    std::map<std::string, pb::FileDescriptorProto*> given;
    std::vector<std::string> order;
    for (auto& file : *read.mutable_file()) {
        measure.file(file);
        if (built_in(file.name()) != nullptr) {
            continue;
        }
        if (!given.emplace(file.name(), &file).second) {
            throw malformed("the interface description holds '" + file.name() + "' twice");
        }
        order.push_back(file.name());
    }
    auto all = std::make_shared<content>();
    std::vector<std::string> on_the_way;
    for (const auto& name : order) {
        all->add(name, given, on_the_way, all->set);
    }
    return document(std::move(all));
}

document document::load(std::span<const std::byte> bytes, const limits& most) {
    return load(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), most);
}

document document::load(std::span<const unsigned char> bytes, const limits& most) {
    return load(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), most);
}

std::vector<std::string> document::interfaces() const {
    std::vector<std::string> names;
    for (const auto* service : content_->services) {
        names.push_back(wire_name(*service));
    }
    return names;
}

const pb::ServiceDescriptor* document::find_interface(std::string_view name) const {
    for (const auto* service : content_->services) {
        if (wire_name(*service) == name) {
            return service;
        }
    }
    return nullptr;
}

namespace {

const pb::Descriptor* find_within(const pb::Descriptor& message, std::string_view name) {
    if (wire_name(message) == name) {
        return &message;
    }
    for (int i = 0; i < message.nested_type_count(); ++i) {
        if (const auto* found = find_within(*message.nested_type(i), name)) {
            return found;
        }
    }
    return nullptr;
}

}  // namespace

const pb::Descriptor* document::find_message(std::string_view name) const {
    for (const auto* file : content_->files) {
        for (int i = 0; i < file->message_type_count(); ++i) {
            if (const auto* found = find_within(*file->message_type(i), name)) {
                return found;
            }
        }
    }
    return nullptr;
}

const std::vector<const pb::ServiceDescriptor*>& document::services() const noexcept {
    return content_->services;
}

const std::vector<const pb::FileDescriptor*>& document::files() const noexcept {
    return content_->files;
}

const pb::FileDescriptorSet& document::set() const noexcept {
    return content_->set;
}

}  // namespace roi::description
