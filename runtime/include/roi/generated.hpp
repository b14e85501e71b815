// All that generated code may use of the runtime, beside the codec (roi/codec.hpp).
//
// Not for direct use: names and meaning may change with each version of idlc. Generated code states
// the version it was made for, and the first lines below refuse another one.
#pragma once

#include <roi/call.hpp>
#include <roi/error.hpp>
#include <roi/options.hpp>
#include <roi/reference.hpp>
#include <roi/servant.hpp>
#include <roi/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>

/// Version of the agreement between generated code and this header.
#define ROI_GENERATED_VERSION 1

namespace roi::generated {

enum class semantics : std::uint8_t { at_most_once, at_least_once, exactly_once, durable_at_most_once };

/// What generated code knows of one remote method, at either end.
struct method {
    std::uint64_t id;
    const char* name;  ///< "balance"
    semantics promise = semantics::at_most_once;
    bool oneway = false;
    bool concurrent = false;
    bool blocking = false;
    std::int64_t deadline_us = 0;  ///< 0: the default
};

/// What generated code knows of one interface, at either end. Instances are constants with static
/// storage; they are compared by fingerprint, never by address.
struct interface {
    const char* name;            ///< wire name: "demo.Bank"
    const char* published_name;  ///< "bank"
    std::uint64_t fingerprint_high;
    std::uint64_t fingerprint_low;
    std::span<const unsigned char> description;  ///< a serialised FileDescriptorSet
    /// Marks whose run-time part this version lacks, as text; a server with any refuses to start.
    const char* unsupported_marks = nullptr;
};

/// Raises one exception type at the client from its fields and text.
struct known_exception {
    const char* type;  ///< wire name: "demo.insufficient_funds"
    void (*raise)(wire::reader fields, const std::string& text);
};

/// The bytes of a result, and the buffer that holds them.
class response;

/// One call being made. Encodes into its own buffer, then blocks or becomes a roi::call.
class request {
public:
    request(const reference& to, const interface& type, const method& what);
    request(request&&) noexcept;
    request& operator=(request&&) noexcept;
    ~request();

    /// Where the arguments go. Filled backwards: last field first (see wire.hpp).
    wire::writer& arguments() noexcept;

    /// Sends the call and waits for its result. Throws what the method threw, where its type is
    /// standard or one of `known`, else remote_error; throws roi::error when the call failed.
    response invoke(std::span<const known_exception> known = {});

private:
    template <class... Results>
    friend class ::roi::call;
    std::unique_ptr<detail::outgoing_call> impl_;
};

class response {
public:
    response(response&&) noexcept;
    ~response();
    wire::reader reader() const noexcept;

private:
    friend class request;
    friend struct detail::outgoing_call;
    explicit response(wire::buffer bytes) noexcept;
    wire::buffer bytes_;
};

/// One call being served.
class incoming {
public:
    /// The arguments. Valid until the method is called.
    wire::reader arguments() const noexcept;
    /// Where the result goes. Filled backwards, as the arguments.
    wire::writer& result() noexcept;
    /// Ends the call later: `task` is started, and `encode` writes its value into result().
    /// (Defined in roi/task.hpp.)
    template <class T, class Encode>
    void finish_with(task<T> method, Encode encode);
    /// A null where the method cannot take one, and the like: throws, the method is not run.
    [[noreturn]] void refuse(const char* why) const;

protected:
    ~incoming() = default;
};

/// One method at the server.
struct entry {
    method what;
    /// Decodes, calls the method of `object`, encodes. Throws what the method throws.
    void (*invoke)(void* object, incoming& call);
};

/// How exceptions of the header's ROI_ERROR types leave the server: appends the wire types and
/// fields of `error`, most derived first, and returns true, or false where it is none of them.
class exception_writer {
public:
    virtual void add(const char* type, const wire::writer& fields, const char* text) = 0;

protected:
    ~exception_writer() = default;
};

/// One interface at the server.
struct dispatch_table {
    const interface* type;
    std::span<const entry> entries;  ///< sorted by id; with those of marked bases
    bool (*describe)(std::exception_ptr error, exception_writer& out);
    bool concurrent = false;
};

}  // namespace roi::generated
