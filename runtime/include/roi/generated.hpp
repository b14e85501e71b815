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
#include <string_view>
#include <utility>

/// Version of the agreement between generated code and this header.
#define ROI_GENERATED_VERSION 1

namespace roi::generated {

struct sent_field;

enum class semantics : std::uint8_t {
    at_most_once,
    at_least_once,
    exactly_once,
    durable_at_most_once
};

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
    std::string_view description;  ///< a serialised FileDescriptorSet
    /// What is thrown at the client by its own type, beside the standard exceptions.
    list<known_exception> exceptions = {};
    /// Marks whose run-time part this version lacks, as text; a server with any refuses to start.
    const char* unsupported_marks = nullptr;
};

/// One call being made: arguments go in, by put_fields() of the codec, then it becomes a roi::call.
///
/// `type` and `what` must have static storage. Only a handle, with no destructor to be kept ready
/// in each generated function: from here it goes straight into a roi::call, and what throws in
/// between, put_fields(), gives it up.
class [[nodiscard]] request {
public:
    request(const reference& to, const interface& type, const method& what);

private:
    template <class... Results>
    friend class ::roi::call;
    friend void put_all(request& to, const sent_field* fields, std::size_t count);
    roi::detail::outgoing_call* call_;
};

/// One call being served, as a generated function sees it. Three steps in this order: read
/// arguments(), say decoded(), call the method; then write result(), or finish_with() a task.
///
/// What the function throws before decoded() means that the method did not run; after it, that the
/// method threw; after the first use of result(), that it ran but its result cannot be sent.
class incoming {
public:
    /// The arguments. Valid until the call is answered.
    wire::reader arguments() const noexcept;
    /// All arguments are there; the method is called next.
    void decoded() noexcept;
    /// Where the result goes. Filled backwards, as the arguments.
    wire::writer& result() noexcept;
    /// Makes a T that lives until the call is answered: arguments of a method that suspends.
    template <class T>
    T& keep() {
        auto* const made = new T();
        keep_owned(made, [](void* object) noexcept { delete static_cast<T*>(object); });
        return *made;
    }
    /// A null where the method cannot take one, and the like: throws, the method is not run.
    [[noreturn]] void refuse(const char* why) const;

    // For finish_with(): the call is answered by ended() and not by the function's return.
    void answer_later() noexcept;
    void ended(std::exception_ptr thrown) noexcept;

protected:
    incoming() = default;
    ~incoming() = default;

private:
    void keep_owned(void* object, void (*release)(void*) noexcept);
};

/// One method at the server.
struct entry {
    method what;
    /// Decodes, calls the method of `object`, encodes. Throws what the method throws.
    void (*invoke)(void* object, incoming& call);
};

/// How exceptions of the header's ROI_ERROR types leave the server.
class exception_writer {
public:
    /// Appends one type of the exception: most derived first. `fields` may be empty.
    virtual void add(const char* type, const wire::writer& fields, const char* text) = 0;

protected:
    ~exception_writer() = default;
};

}  // namespace roi::generated

namespace roi::core {
class transactions;
}

namespace roi::generated {

/// An object whose methods run in the transactions of a journal.
struct transactional {
    /// The journal's own side; see roi/journal.hpp.
    core::transactions& (*journal)(void* object);
    /// Reads the members again from the store, after some of what they show was undone there; null:
    /// the object has nothing to read.
    void (*reload)(void* object) = nullptr;
};

/// One interface at the server.
struct dispatch_table {
    const interface* type;
    list<entry> entries;  ///< sorted by id; with those of marked bases
    /// Adds the ROI_ERROR types of `error` to `out`, or returns false where it is none of them. The
    /// standard bases are added by the runtime. Null: the header has no such types.
    bool (*describe)(std::exception_ptr error, exception_writer& out) = nullptr;
    bool concurrent = false;
    const transactional* journal = nullptr;  ///< null: methods run outside of transactions
};

}  // namespace roi::generated

namespace roi::detail {

/// The call that a handler's coroutine serves, kept as long as an executor refers to it.
class served_call {
public:
    explicit served_call(generated::incoming& call) noexcept;
    served_call(const served_call&) noexcept;
    served_call& operator=(const served_call&) = delete;
    ~served_call();
    /// Runs `work(context)` on a worker, in the served call.
    void post(void (*work)(void*), void* context) const noexcept;
    friend bool operator==(const served_call& a, const served_call& b) noexcept {
        return a.call_ == b.call_;
    }

private:
    void* call_;
};

}  // namespace roi::detail

template <class... Results>
roi::call<Results...>::call(generated::request request, decoder decode) noexcept
    : pending_(request.call_), decode_(decode) {}
