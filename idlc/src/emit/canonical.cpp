// What two ends must agree on, as bytes: the source of fingerprints.
#include "emit/schema.hpp"
#include "model/ids.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <roi/options.pb.h>

#include <algorithm>
#include <deque>
#include <set>

namespace idlc::emit {
namespace {

namespace pb = google::protobuf;

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

/// Names of types that messages reach from those in `queue`, as descriptors write them.
std::set<std::string> reached(const pb::FileDescriptorProto& schema,
                              std::deque<std::string> queue) {
    const auto prefix = schema.package().empty() ? "." : "." + schema.package() + ".";
    std::set<std::string> seen;
    while (!queue.empty()) {
        const auto name = queue.front();
        queue.pop_front();
        if (!seen.insert(name).second) continue;
        for (const auto& message : schema.message_type()) {
            if (prefix + message.name() != name) continue;
            for (const auto& field : message.field())
                queue.push_back(field.type_name());
            for (const auto& nested : message.nested_type()) {
                for (const auto& field : nested.field())
                    queue.push_back(field.type_name());
            }
        }
    }
    return seen;
}

}  // namespace

std::string serialise(const pb::FileDescriptorProto& schema) {
    pb::FileDescriptorSet set;
    *set.add_file() = schema;
    std::string bytes;
    {
        pb::io::StringOutputStream stream{&bytes};
        pb::io::CodedOutputStream coded{&stream};
        coded.SetSerializationDeterministic(true);
        set.SerializeToCodedStream(&coded);
    }
    return bytes;
}

std::string canonical(const pb::FileDescriptorProto& schema, const planned_interface& what) {
    std::set<std::string> classes{what.source->name};
    for (const auto* base : what.all_bases)
        classes.insert(base->source->name);

    pb::FileDescriptorProto part;
    part.set_package(schema.package());
    std::deque<std::string> queue;
    for (const auto& service : schema.service()) {
        if (!classes.contains(service.options().GetExtension(roi::interface).cpp_class())) continue;
        *part.add_service() = service;
        strip(*part.mutable_service(part.service_size() - 1));
        for (const auto& method : service.method()) {
            queue.push_back(method.input_type());
            queue.push_back(method.output_type());
        }
    }
    const auto prefix = schema.package().empty() ? "." : "." + schema.package() + ".";
    for (const auto& message : schema.message_type()) {
        if (message.options().GetExtension(roi::message).error()) {
            queue.push_back(prefix + message.name());
        }
    }
    const auto used = reached(schema, std::move(queue));
    for (const auto& message : schema.message_type()) {
        if (!used.contains(prefix + message.name())) continue;
        *part.add_message_type() = message;
        strip(*part.mutable_message_type(part.message_type_size() - 1));
    }
    for (const auto& each : schema.enum_type()) {
        if (!used.contains(prefix + each.name())) continue;
        *part.add_enum_type() = each;
        strip(*part.mutable_enum_type(part.enum_type_size() - 1));
    }
    return what.wire_name + "\n" + serialise(part);
}

}  // namespace idlc::emit
