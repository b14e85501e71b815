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
#include <roi/task.hpp>
#include <roi/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

/// Version of the agreement between generated code and this header.
#define ROI_GENERATED_VERSION 1

namespace roi::generated {

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
    std::span<const unsigned char> description;  ///< a serialised FileDescriptorSet
    /// Marks whose run-time part this version lacks, as text; a server with any refuses to start.
    const char* unsupported_marks = nullptr;
};

/// One call being made: arguments go in, then it is invoked, or becomes a roi::call.
///
/// `type` and `what` must have static storage.
class request {
public:
    request(const reference& to, const interface& type, const method& what);

    /// Where the arguments go. Filled backwards: last field first (see wire.hpp).
    wire::writer& arguments() noexcept;

    /// Sends the call, waits for its end, and decodes its result. Throws what the method threw,
    /// where its type is standard or one of `known`, else remote_error; throws roi::error when the
    /// call failed.
    template <class T>
    T invoke(T (*decode)(wire::reader), std::span<const known_exception> known = {}) {
        pending_.wait_alone();
        return pending_.take(decode, known);
    }
    /// The same for a method that gives nothing back.
    void invoke(std::span<const known_exception> known = {}) {
        pending_.wait_alone();
        pending_.take(nullptr, known);
    }

private:
    template <class... Results>
    friend class ::roi::call;
    detail::pending pending_;
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
        auto made = std::make_unique<T>();
        T& kept = *made;
        keep_owned(made.release(), [](void* object) noexcept { delete static_cast<T*>(object); });
        return kept;
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

namespace detail {

template <class T, class Encode>
roi::detail::detached_coroutine finish(incoming& call, task<T> work, Encode encode) {
    std::exception_ptr thrown;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await work;
            encode(call.result());
        } else {
            T value = co_await work;
            encode(call.result(), value);
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    call.ended(std::move(thrown));
}

}  // namespace detail

/// Answers `call` when `work`, which a method returned, ends: `encode(writer, value)` writes the
/// result. (The same for boost::asio::awaitable is in roi/asio.hpp.)
template <class T, class Encode>
void finish_with(incoming& call, task<T> work, Encode encode) {
    call.answer_later();
    detail::finish(call, std::move(work), std::move(encode));
}
/// The same where there is nothing to write.
inline void finish_with(incoming& call, task<void> work) {
    finish_with(call, std::move(work), [](wire::writer&) {});
}

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

/// One interface at the server.
struct dispatch_table {
    const interface* type;
    std::span<const entry> entries;  ///< sorted by id; with those of marked bases
    /// Adds the ROI_ERROR types of `error` to `out`, or returns false where it is none of them. The
    /// standard bases are added by the runtime. Null: the header has no such types.
    bool (*describe)(std::exception_ptr error, exception_writer& out) = nullptr;
    bool concurrent = false;
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
roi::call<Results...>::call(generated::request&& request, decoder decode,
                            std::span<const generated::known_exception> known)
    : pending_(std::move(request.pending_)), decode_(decode), known_(known) {}
