// Cuts a description down to what an interface depends on, and digests that.
#include "description/fingerprint.hpp"

#include "description/description.hpp"
#include "description/names.hpp"
#include "description/sha256.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>
#include <set>
#include <vector>

namespace roi::description {

namespace {

void strip(pb::DescriptorProto& message) {
    message.mutable_options()->MutableExtension(roi::message)->clear_where();
    for (auto& field : *message.mutable_field()) {
        field.mutable_options()->MutableExtension(roi::field)->clear_where();
    }
}

void strip(pb::EnumDescriptorProto& what) {
    what.mutable_options()->MutableExtension(roi::enumeration)->clear_where();
    for (auto& value : *what.mutable_value()) {
        value.mutable_options()->MutableExtension(roi::enumerator)->clear_where();
    }
}

void strip(pb::ServiceDescriptorProto& service) {
    service.mutable_options()->MutableExtension(roi::interface)->clear_where();
    for (auto& method : *service.mutable_method()) {
        method.mutable_options()->MutableExtension(roi::method)->clear_where();
    }
}

const InterfaceOptions& marks(const pb::ServiceDescriptorProto& of) {
    return of.options().GetExtension(roi::interface);
}

std::string wire_name_of(const pb::ServiceDescriptorProto& service, const std::string& package) {
    const auto& cpp = marks(service).cpp_class();
    if (!cpp.empty()) return to_wire(cpp);
    return package.empty() ? service.name() : package + "." + service.name();
}

const pb::ServiceDescriptorProto* find(const pb::FileDescriptorProto& file, std::string_view wire) {
    for (const auto& service : file.service()) {
        if (wire_name_of(service, file.package()) == wire) return &service;
    }
    return nullptr;
}

/// Names of types that messages reach from those in `open`, as descriptors write them.
std::set<std::string> reached(const pb::FileDescriptorProto& file, const std::string& prefix,
                              std::vector<std::string> open) {
    std::map<std::string, const pb::DescriptorProto*> messages;
    for (const auto& message : file.message_type())
        messages.emplace(prefix + message.name(), &message);
    std::set<std::string> seen;
    while (!open.empty()) {
        const auto name = std::move(open.back());
        open.pop_back();
        if (!seen.insert(name).second) continue;
        const auto at = messages.find(name);
        if (at == messages.end()) continue;
        for (const auto& field : at->second->field())
            open.push_back(field.type_name());
        for (const auto& nested : at->second->nested_type()) {
            for (const auto& field : nested.field())
                open.push_back(field.type_name());
        }
    }
    return seen;
}

}  // namespace

std::string serialise(const pb::FileDescriptorProto& file) {
    pb::FileDescriptorSet set;
    *set.add_file() = file;
    std::string bytes;
    {
        pb::io::StringOutputStream stream{&bytes};
        pb::io::CodedOutputStream coded{&stream};
        coded.SetSerializationDeterministic(true);
        set.SerializeToCodedStream(&coded);
    }
    return bytes;
}

std::string canonical(const pb::FileDescriptorProto& file, std::string_view wire_name) {
    std::set<std::string, std::less<>> classes{std::string{wire_name}};
    if (const auto* service = find(file, wire_name)) {
        const auto& bases = marks(*service).bases();
        classes.insert(bases.begin(), bases.end());
    }
    const auto prefix = file.package().empty() ? "." : "." + file.package() + ".";

    pb::FileDescriptorProto part;
    part.set_package(file.package());
    std::vector<std::string> open;
    for (const auto& service : file.service()) {
        if (!classes.contains(wire_name_of(service, file.package()))) continue;
        *part.add_service() = service;
        strip(*part.mutable_service(part.service_size() - 1));
        for (const auto& method : service.method()) {
            open.push_back(method.input_type());
            open.push_back(method.output_type());
        }
    }
    for (const auto& message : file.message_type()) {
        if (message.options().GetExtension(roi::message).error()) {
            open.push_back(prefix + message.name());
        }
    }
    const auto used = reached(file, prefix, std::move(open));
    for (const auto& message : file.message_type()) {
        if (!used.contains(prefix + message.name())) continue;
        *part.add_message_type() = message;
        strip(*part.mutable_message_type(part.message_type_size() - 1));
    }
    for (const auto& each : file.enum_type()) {
        if (!used.contains(prefix + each.name())) continue;
        *part.add_enum_type() = each;
        strip(*part.mutable_enum_type(part.enum_type_size() - 1));
    }
    return std::string{wire_name} + "\n" + serialise(part);
}

fingerprint fingerprint_of(const pb::FileDescriptorProto& file, std::string_view wire_name) {
    const auto whole = sha256(canonical(file, wire_name));
    fingerprint out;
    for (std::size_t i = 0; i < 8; ++i) {
        out.high = out.high << 8 | whole[i];
        out.low = out.low << 8 | whole[8 + i];
    }
    return out;
}

std::optional<fingerprint> fingerprint_of(const document& in, std::string_view wire_name) {
    for (const auto& file : in.set().file()) {
        if (find(file, wire_name)) return fingerprint_of(file, wire_name);
    }
    return std::nullopt;
}

}  // namespace roi::description
