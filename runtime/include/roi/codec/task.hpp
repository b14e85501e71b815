// Clients of interfaces whose methods return tasks: a call as such a task.
#pragma once

#include <roi/call.hpp>
#include <roi/task.hpp>

#include <type_traits>
#include <utility>

namespace roi::generated {

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
