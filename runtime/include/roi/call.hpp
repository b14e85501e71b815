// A call that can be waited for in any style: what async_m() of a generated client returns.
#pragma once

#include <roi/result.hpp>
#include <roi/wire.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace roi {

template <class... Results>
class call;

namespace generated {
class request;

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
    /// The same where nobody else holds the call: it can be waited for in cheaper ways.
    void wait_alone();
    void cancel() noexcept;
    bool has_ended() const noexcept;
    /// Starts the call unless it has been started. False: it has ended already, and `observer` will
    /// not be told.
    bool notify(call_observer& observer);
    /// After the end: the decoded result, or throws what the call ended with.
    template <class T>
    T take(T (*decode)(wire::reader), std::span<const generated::known_exception> known) const {
        const wire::reader bytes = result(known);
        try {
            return decode(bytes);
        } catch (const wire::malformed& why) {
            unreadable(why.what());
        }
    }
    /// The same where there is nothing to decode.
    void take(std::nullptr_t, std::span<const generated::known_exception> known) const {
        result(known);
    }
    /// After the end: the call's own failure, where it is one; null else.
    std::shared_ptr<const roi::error> failure() const;

private:
    friend class generated::request;
    friend class resumption;
    wire::reader result(std::span<const generated::known_exception> known) const;
    [[noreturn]] void unreadable(const char* why) const;
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
    using decoder = value_type (*)(wire::reader);

    /// For generated code; `decode` is null where there is nothing to decode.
    call(generated::request && request, decoder decode,
         std::span<const generated::known_exception> known = {});

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
    value_type get() {
        pending_.wait();
        return take();
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
            pending_.take(nullptr, known_);
        } else {
            return pending_.take(decode_, known_);
        }
    }
    roi::result<value_type> take_result() {
        if (auto failed = pending_.failure()) {
            return roi::result<value_type>{std::make_exception_ptr(*failed), failed};
        }
        try {
            if constexpr (std::is_void_v<value_type>) {
                take();
                return {};
            } else {
                return take();
            }
        } catch (const roi::error& failed) {
            return roi::result<value_type>{std::current_exception(),
                                           std::make_shared<const roi::error>(failed)};
        } catch (...) {
            return roi::result<value_type>{std::current_exception()};
        }
    }

    detail::pending pending_;
    decoder decode_;
    std::span<const generated::known_exception> known_;
};

}  // namespace roi
