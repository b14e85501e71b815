// Coroutines: what a server method returns that suspends in place of blocking a thread.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace roi {

template <class T = void>
class task;

namespace detail {

class task_promise_base {
public:
    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct final_awaiter {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
            return done.promise().next_;
        }
        void await_resume() const noexcept {}
    };
    final_awaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }
    void continue_with(std::coroutine_handle<> next) noexcept { next_ = next; }

protected:
    std::coroutine_handle<> next_ = std::noop_coroutine();
    std::exception_ptr thrown_;
};

template <class T>
class task_promise final : public task_promise_base {
public:
    task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T take() {
        if (thrown_) std::rethrow_exception(thrown_);
        return std::move(*value_);
    }

private:
    std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
    task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }
};

}  // namespace detail

/// A coroutine that computes a T. It starts when it is awaited, and belongs to who holds it.
///
/// A server method that returns one may suspend: no thread waits meanwhile, and its object stays
/// held unless the method or the class is marked ROI_CONCURRENT. It may await roi::call, roi::task
/// and roi::delay; deadline, cancellation and roi::this_call() stay with it over suspensions.
///
/// Lifetime: a parameter taken by reference must live until the task ends. For the remote methods
/// of a server that is given: the arguments of the call live until it is answered.
/// Cancellation: destroying a suspended task destroys the coroutine with all that it awaits.
template <class T>
class [[nodiscard("a task does nothing until it is awaited")]] task {
public:
    using promise_type = detail::task_promise<T>;
    using value_type = T;

    task(task && other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~task() {
        if (coroutine_) coroutine_.destroy();
    }

    class awaiter {
    public:
        explicit awaiter(std::coroutine_handle<promise_type> coroutine) noexcept
            : coroutine_(coroutine) {}
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
            coroutine_.promise().continue_with(waiting);
            return coroutine_;
        }
        T await_resume() { return coroutine_.promise().take(); }

    private:
        std::coroutine_handle<promise_type> coroutine_;
    };
    awaiter operator co_await() noexcept {
        return awaiter{coroutine_};
    }

private:
    friend promise_type;
    explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
task<T> detail::task_promise<T>::get_return_object() noexcept {
    return task<T>{std::coroutine_handle<task_promise>::from_promise(*this)};
}
inline task<void> detail::task_promise<void>::get_return_object() noexcept {
    return task<void>{std::coroutine_handle<task_promise>::from_promise(*this)};
}

namespace detail {

/// Waits in place of a coroutine; the awaiting thread may be any but one that runs tasks.
class blocking_wait {
public:
    blocking_wait();
    ~blocking_wait();
    void finished() noexcept;
    void wait() noexcept;

private:
    struct state;
    state* state_;
};

/// A coroutine that nobody waits for.
struct detached_coroutine {
    struct promise_type {
        detached_coroutine get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

template <class T>
detached_coroutine run_into(task<T>& work, std::optional<T>& value, std::exception_ptr& thrown,
                            blocking_wait& done) {
    try {
        value.emplace(co_await work);
    } catch (...) {
        thrown = std::current_exception();
    }
    done.finished();
}
inline detached_coroutine run_into(task<void>& work, std::exception_ptr& thrown,
                                   blocking_wait& done) {
    try {
        co_await work;
    } catch (...) {
        thrown = std::current_exception();
    }
    done.finished();
}

/// The awaitable behind roi::delay.
class delay_awaiter {
public:
    explicit delay_awaiter(std::chrono::nanoseconds time) noexcept : time_(time) {}
    delay_awaiter(const delay_awaiter&) = delete;
    delay_awaiter& operator=(const delay_awaiter&) = delete;
    ~delay_awaiter();
    bool await_ready() const noexcept { return time_ <= std::chrono::nanoseconds::zero(); }
    void await_suspend(std::coroutine_handle<> waiting);
    void await_resume() const;

private:
    struct state;
    std::chrono::nanoseconds time_;
    state* state_ = nullptr;
};

}  // namespace detail

/// Runs `work` and waits for it here: the way from a plain function into coroutines.
///
/// The task starts on this thread and goes on on threads of the runtime. Blocks until it ends.
template <class T>
T run(task<T> work) {
    std::exception_ptr thrown;
    detail::blocking_wait done;
    if constexpr (std::is_void_v<T>) {
        detail::run_into(work, thrown, done);
        done.wait();
        if (thrown) std::rethrow_exception(thrown);
    } else {
        std::optional<T> value;
        detail::run_into(work, value, thrown, done);
        done.wait();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*value);
    }
}

/// `co_await roi::delay(10ms)`: goes on after that time.
///
/// Cancellation: inside a served call, ends at once with errc::cancelled when the caller gives up.
inline detail::delay_awaiter delay(std::chrono::nanoseconds time) noexcept {
    return detail::delay_awaiter{time};
}

}  // namespace roi
