// An interface description: the serialised FileDescriptorSet that idlc embeds in stubs, loaded from
// bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
class FileDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace roi::description {

/// What load() accepts at most. At a limit it throws description::malformed, naming the limit.
struct limits {
    std::size_t bytes = std::size_t{4} << 20;
    std::size_t files = 256;
    std::size_t types = 16'384;     ///< messages, enums and services, nested ones too
    std::size_t members = 131'072;  ///< fields, enum values and methods
    int depth = 32;                 ///< of messages within messages
};

/// The bytes are no description: unreadable, beyond a limit, or contradicting themselves (a missing
/// import, a cycle of imports, an unknown type, a duplicate number). The text says which.
class malformed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A loaded description. Immutable; any thread may read it. Moves; copies share.
class document {
public:
    /// Reads a serialised FileDescriptorSet. Never keeps `bytes`.
    /// Errors: description::malformed.
    static document load(std::span<const std::byte> bytes, const limits& most = {});
    static document load(std::span<const unsigned char> bytes, const limits& most = {});
    static document load(std::string_view bytes, const limits& most = {});

    /// The services of all files, in the order of the files: wire names, as "demo.Bank".
    std::vector<std::string> interfaces() const;

    /// The interface called `name` on the wire; null where there is none.
    const google::protobuf::ServiceDescriptor* find_interface(std::string_view name) const;
    /// The message called `name` on the wire; null where there is none.
    const google::protobuf::Descriptor* find_message(std::string_view name) const;
    /// All interfaces, as interfaces().
    const std::vector<const google::protobuf::ServiceDescriptor*>& services() const noexcept;
    /// The files that the set itself holds, dependencies first (roi/options.proto and protobuf's own
    /// are not among them).
    const std::vector<const google::protobuf::FileDescriptor*>& files() const noexcept;

private:
    struct content;
    explicit document(std::shared_ptr<const content> all) : content_(std::move(all)) {}
    std::shared_ptr<const content> content_;
};

/// 128 bits over all that two ends must agree on.
struct fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

/// The fingerprint of one interface: of its methods, bases and every type that they reach, in
/// numbers, names, wire types and promises; not of comments, places, deadlines, files or of what
/// else the description holds. Equal fingerprints mean that nothing differs for compare().
/// Errors: std::out_of_range where the document has no such interface.
fingerprint fingerprint_of(const document& from, std::string_view interface_name);

/// The text that fingerprint_of() hashes, for people who ask why two differ.
std::string canonical_text(const document& from, std::string_view interface_name);

}  // namespace roi::description
