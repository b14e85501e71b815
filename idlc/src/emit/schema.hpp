// The interface as protobuf descriptors: one description, from which the .proto, the .desc and the
// bytes in the stubs are made. docs/wire-types.md says which C++ type is what.
#pragma once

#include "emit/plan.hpp"

#include <google/protobuf/descriptor.pb.h>

#include <string>

namespace idlc::emit {

/// The file with its comments (as source code info) and places.
google::protobuf::FileDescriptorProto make_schema(const plan& what);

/// True where the type is a repeated field or a presence, so that it needs a message of its own in
/// places that hold one value.
bool is_many(const model::type& what);

/// The same file as text for protoc.
std::string proto_text(const google::protobuf::FileDescriptorProto& schema);

/// Builds the descriptors, and so checks them. Throws std::logic_error with what protobuf says.
void verify(const google::protobuf::FileDescriptorProto& schema);

}  // namespace idlc::emit
