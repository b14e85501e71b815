// An interface description: the serialised FileDescriptorSet that idlc embeds in stubs, loaded from
// bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FileDescriptor;
class FileDescriptorSet;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace roi::description {

/// What load() accepts at most. Beyond a limit it throws description::malformed, naming the limit.
struct limits {
    std::size_t bytes = std::size_t{4} << 20;
    std::size_t elements = 200'000;  ///< fields of all messages of the set, at any depth
    std::size_t files = 256;
    std::size_t names = 50'000;     ///< messages, fields, enums, enum values, services, methods
    std::size_t name_length = 512;  ///< of one full name, as "demo.Bank.transfer"
    std::size_t ranges = 1'000;     ///< reserved and extension ranges of one message or enum
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

    /// The wire names of all interfaces, as "demo.Bank", in the order of the files.
    std::vector<std::string> interfaces() const;

    /// The interface called `name` on the wire; null where there is none.
    const google::protobuf::ServiceDescriptor* find_interface(std::string_view name) const;
    /// The message called `name` on the wire; null where there is none.
    const google::protobuf::Descriptor* find_message(std::string_view name) const;
    /// All interfaces, in the order of interfaces().
    const std::vector<const google::protobuf::ServiceDescriptor*>& services() const noexcept;
    /// The files that the set itself holds, dependencies first (roi/options.proto and protobuf's
    /// own are not among them).
    const std::vector<const google::protobuf::FileDescriptor*>& files() const noexcept;
    /// The set as it was read, in the order of files().
    const google::protobuf::FileDescriptorSet& set() const noexcept;

private:
    struct content;
    explicit document(std::shared_ptr<const content> all) : content_(std::move(all)) {}
    std::shared_ptr<const content> content_;
};

/// The names by which things are known on the wire and in messages: "demo.Bank" also where the
/// .proto, which cannot nest everything as C++ does, has to spell it otherwise.
std::string wire_name(const google::protobuf::ServiceDescriptor& interface);
std::string wire_name(const google::protobuf::Descriptor& message);
std::string wire_name(const google::protobuf::EnumDescriptor& enumeration);

}  // namespace roi::description
