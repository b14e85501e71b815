// A call that can be waited for in any style: what async_m() of a generated client returns.
#pragma once

#include <roi/result.hpp>
#include <roi/wire.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace roi {

template <class... Results>
class call;

namespace generated {
class request;
class incoming;

/// Constants side by side in an array: a std::span costs every file that includes this header more.
template <class T>
class list {
public:
    constexpr list() noexcept = default;
    template <std::size_t Size>
    constexpr list(const T (&all)[Size]) noexcept  // NOLINT: an array is a list
        : first_(all), size_(Size) {}
    constexpr const T* begin() const noexcept { return first_; }
    constexpr const T* end() const noexcept { return first_ + size_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    const T* first_ = nullptr;
    std::size_t size_ = 0;
};

/// How a value is read, without its type: so most of what reads is compiled once, in the library.
struct any_decoder {
    enum class part : std::uint8_t {
        nothing,         ///< there is no value
        required_field,  ///< field 1, which must be there
        optional_field,  ///< field 1, whose absence is a value
        whole_message,   ///< all fields
    };
    /// Reads into the `value`; where `in` is null, gives it the state that absence means.
    void (*get)(wire::reader* in, void* value) = nullptr;
    part from = part::nothing;
};
void decode(const any_decoder& how, wire::reader in, void* value);

/// The same for a T.
template <class T>
struct decoder : any_decoder {
    T operator()(wire::reader in) const {
        T value{};
        decode(*this, in, &value);
        return value;
    }
};
template <>
struct decoder<void> : any_decoder {
    constexpr decoder(std::nullptr_t) noexcept {}  // NOLINT: stands for nothing
};

/// Reads by a function of generated code, which knows all fields of a result.
template <auto Read>
struct read_by;
template <class T, void (*Read)(wire::reader, T&)>
struct read_by<Read> {
    static void get(wire::reader* in, void* value) { Read(*in, *static_cast<T*>(value)); }
    static constexpr decoder<T> how{{get, any_decoder::part::whole_message}};
};
template <auto Read>
inline constexpr auto decoded_by = read_by<Read>::how;

/// Raises one exception type at the client from its fields and text.
struct known_exception {
    const char* type;  ///< wire name: "demo.insufficient_funds"
    void (*raise)(wire::reader fields, const std::string& text);
};
}  // namespace generated

namespace detail {

class outgoing_call;
template <class... Results>
struct asio_access;

/// Who is told that a call has ended. Told once, on a thread of the runtime, where it may run
/// user code, also such as blocks.
class call_observer {
public:
    virtual void call_ended() noexcept = 0;

protected:
    ~call_observer() = default;
};

/// A call without its types. Moves; dropping it cancels the call, if that is under way.
class pending {
public:
    pending() noexcept = default;
    explicit pending(outgoing_call* call) noexcept : call_(call) {}
    pending(pending&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
    pending& operator=(pending&& other) noexcept {
        std::swap(call_, other.call_);
        return *this;
    }
    ~pending();

    void start();
    void wait();
    void cancel() noexcept;
    bool has_ended() const noexcept;
    /// Starts the call unless it has been started. False: it has ended already, and `observer` will
    /// not be told.
    bool notify(call_observer& observer);
    /// Waits in the ways that are open where nobody else holds the call, and then as take().
    void get_alone(const generated::any_decoder& how, void* value);
    /// After the end: reads the result into `value`, or throws what the call ended with.
    void take(const generated::any_decoder& how, void* value) const;
    /// After the end: the call's own failure, where it is one; null else.
    const roi::error* failure() const noexcept;

private:
    friend class generated::request;
    friend class resumption;
    wire::reader result() const;
    outgoing_call* call_ = nullptr;
};

/// Resumes a coroutine when a call ends, in the served call that it belongs to.
class resumption final : public call_observer {
public:
    resumption() noexcept = default;
    resumption(const resumption&) = delete;
    resumption& operator=(const resumption&) = delete;
    ~resumption();
    void call_ended() noexcept override;
    bool await(pending& call, std::coroutine_handle<> waiting);

private:
    static void resume(void* self);
    std::coroutine_handle<> waiting_;
    void* serving_ = nullptr;
    bool holds_ = false;
};

template <class... Results>
struct value_of {
    using type = std::tuple<Results...>;
};
template <class Result>
struct value_of<Result> {
    using type = Result;
};
template <>
struct value_of<> {
    using type = void;
};

}  // namespace detail

/// A call that is ready to start, and then waits for its result. `Results` are what the method
/// returns, and then its `T&` parameters; one of them is the value itself, several are a tuple.
///
///     std::int64_t cents = bank.async_balance("alice").get();
///     std::int64_t cents = co_await bank.async_balance("alice");
///     bank.async_balance("alice")([](std::exception_ptr e, std::int64_t cents) { ... });
///
/// The last form takes any completion token of Boost.Asio (callback, use_future, use_awaitable,
/// deferred, as_tuple) and needs <roi/asio.hpp>.
///
/// Lifetime: the arguments were encoded when the call was made; nothing of them is needed later.
/// Threads: one call belongs to one thread at a time; cancel() may come from any.
/// Cancellation: dropping a call that is under way cancels it, as cancel() does.
template <class... Results>
class [[nodiscard("a call does nothing until it is started, awaited or given a token")]] call {
public:
    using value_type = typename detail::value_of<Results...>::type;
    using decoder = generated::decoder<value_type>;

    /// For generated code; `decode` is null where there is nothing to decode.
    call(generated::request request, decoder decode) noexcept;

    call(call &&) noexcept = default;
    call& operator=(call&&) noexcept = default;

    /// Sends the call, without waiting. Does nothing where it is under way already.
    call& start()& {
        pending_.start();
        return *this;
    }
    call start()&& {
        pending_.start();
        return std::move(*this);
    }

    /// Starts the call unless it is under way, waits for it, and returns its value.
    ///
    /// Errors: throws what the method threw (see remote_error), or roi::error.
    value_type get()& {
        pending_.wait();
        return take();
    }
    /// The same for a temporary, which nobody else can cancel.
    [[gnu::noinline]] value_type get()&& {
        if constexpr (std::is_void_v<value_type>) {
            pending_.get_alone(decode_, nullptr);
        } else {
            value_type value{};
            pending_.get_alone(decode_, &value);
            return value;
        }
    }
    /// The same without exceptions.
    roi::result<value_type> get(as_result_t) {
        pending_.wait();
        return take_result();
    }
    /// Has the call ended, so that get() will not wait?
    bool has_ended() const noexcept {
        return pending_.has_ended();
    }
    /// Gives the call up: it ends with errc::cancelled, unless it has ended. Any thread.
    void cancel() noexcept {
        pending_.cancel();
    }

    class awaiter {
    public:
        explicit awaiter(call& owner) noexcept : owner_(&owner) {}
        bool await_ready() const noexcept { return owner_->has_ended(); }
        bool await_suspend(std::coroutine_handle<> waiting) {
            return resumption_.await(owner_->pending_, waiting);
        }
        value_type await_resume() { return owner_->take(); }

    protected:
        call* owner_;

    private:
        detail::resumption resumption_;
    };
    class result_awaiter : public awaiter {
    public:
        using awaiter::awaiter;
        roi::result<value_type> await_resume() { return this->owner_->take_result(); }
    };
    /// Awaits the call in any coroutine; it goes on on a thread of the runtime.
    awaiter operator co_await()& noexcept {
        return awaiter{*this};
    }
    awaiter operator co_await()&& noexcept {
        return awaiter{*this};
    }
    /// `co_await call(roi::as_result)`: the same without exceptions.
    result_awaiter operator()(as_result_t)& noexcept {
        return result_awaiter{*this};
    }
    result_awaiter operator()(as_result_t)&& noexcept {
        return result_awaiter{*this};
    }

    /// Starts the call and completes through `token`, with the signature
    /// void(std::exception_ptr, Results...). Needs <roi/asio.hpp>.
    template <class CompletionToken>
    auto operator()(CompletionToken&& token)&&;

private:
    template <class... Others>
    friend struct detail::asio_access;
    value_type take() {
        if constexpr (std::is_void_v<value_type>) {
            pending_.take(decode_, nullptr);
        } else {
            value_type value{};
            pending_.take(decode_, &value);
            return value;
        }
    }
    roi::result<value_type> take_result() {
        if (const roi::error* failed = pending_.failure()) {
            return roi::result<value_type>{detail::failure{*failed}};
        }
        try {
            if constexpr (std::is_void_v<value_type>) {
                take();
                return {};
            } else {
                return take();
            }
        } catch (...) {
            return roi::result<value_type>{detail::failure::current()};
        }
    }

    detail::pending pending_;
    decoder decode_;
};

}  // namespace roi
