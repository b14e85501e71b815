// The fingerprint of an interface: what two ends must agree on, as 128 bits. idlc writes it into
// stubs; whoever is handed a description can compute it again and see whether it is the one that
// was promised. The rule is in docs/protocol.md, section "Ids".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class FileDescriptorProto;
}  // namespace google::protobuf

namespace roi::description {

class document;

struct fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

/// A FileDescriptorSet of the one file, as bytes that depend on its content alone.
std::string serialise(const google::protobuf::FileDescriptorProto& file);

/// What the fingerprint is the digest of: the interface called `wire_name` and its bases, with all
/// that they reach, without comments and places.
std::string canonical(const google::protobuf::FileDescriptorProto& file,
                      std::string_view wire_name);

fingerprint fingerprint_of(const google::protobuf::FileDescriptorProto& file,
                           std::string_view wire_name);
/// Nothing where the document has no such interface.
std::optional<fingerprint> fingerprint_of(const document& in, std::string_view wire_name);

}  // namespace roi::description
