// Methods that return tasks: a served call that is answered when the task ends, and a call as such
// a task for clients of interfaces. (For boost::asio::awaitable both are in roi/asio.hpp.)
#pragma once

#include <roi/call.hpp>
#include <roi/generated.hpp>
#include <roi/task.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace roi::generated {

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
/// result.
template <class T, class Encode>
void finish_with(incoming& call, task<T> work, Encode encode) {
    call.answer_later();
    detail::finish(call, std::move(work), std::move(encode));
}
/// The same where there is nothing to write.
inline void finish_with(incoming& call, task<void> work) {
    finish_with(call, std::move(work), [](wire::writer&) {});
}

/// Starts `call` when it is awaited. The arguments were encoded when the call was made.
template <class... Results>
task<typename call<Results...>::value_type> as_task(call<Results...> made) {
    if constexpr (std::is_void_v<typename call<Results...>::value_type>) {
        co_await std::move(made);
    } else {
        co_return co_await std::move(made);
    }
}

}  // namespace roi::generated
