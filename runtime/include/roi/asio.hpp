// Boost.Asio for calls: completion tokens for roi::call, boost::asio::awaitable for server methods.
//
// Apart from the rest, so that who does not use Asio does not compile it.
#pragma once

#include <roi/call.hpp>
#include <roi/generated.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/system_context.hpp>

#include <exception>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace roi {
namespace detail {

/// Runs handlers on the runtime's workers, in the call that is being served: roi::this_call(), and
/// what calls inherit, stay with a boost::asio::awaitable over its suspensions.
class call_executor {
public:
    explicit call_executor(generated::incoming& call) noexcept : call_(call) {}

    template <class Function>
    void execute(Function function) const {
        auto owned = std::make_unique<Function>(std::move(function));
        call_.post(
            [](void* context) {
                const std::unique_ptr<Function> mine{static_cast<Function*>(context)};
                std::move (*mine)();
            },
            owned.release());
    }
    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
        return boost::asio::query(boost::asio::system_executor{}, boost::asio::execution::context);
    }
    static constexpr boost::asio::execution::blocking_t query(
        boost::asio::execution::blocking_t) noexcept {
        return boost::asio::execution::blocking.never;
    }
    call_executor require(boost::asio::execution::blocking_t::never_t) const noexcept {
        return *this;
    }
    friend bool operator==(const call_executor& a, const call_executor& b) noexcept {
        return a.call_ == b.call_;
    }
    friend bool operator!=(const call_executor& a, const call_executor& b) noexcept {
        return !(a == b);
    }

private:
    served_call call_;
};

/// Reaches into a call for the operation below.
template <class... Results>
struct asio_access {
    static pending& of(call<Results...>& call) noexcept { return call.pending_; }
};

/// One call given to a completion token: lives from the initiation to the handler.
template <class Handler, class... Results>
class asio_operation final : public call_observer {
public:
    using executor_type = boost::asio::associated_executor_t<Handler>;
    using tracked_type = std::decay_t<typename boost::asio::prefer_result<
        executor_type, boost::asio::execution::outstanding_work_t::tracked_t>::type>;

    static void start(Handler handler, call<Results...> work) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        auto* const operation = new asio_operation{std::move(handler), std::move(work)};
        if (slot.is_connected()) {
            slot.assign([operation](boost::asio::cancellation_type) { operation->call_.cancel(); });
        }
        if (!asio_access<Results...>::of(operation->call_).notify(*operation)) {
            operation->finish();
        }
    }

    void call_ended() noexcept override { finish(); }

private:
    asio_operation(Handler&& handler, call<Results...>&& work)
        : handler_(std::move(handler)),
          call_(std::move(work)),
          tracked_(boost::asio::prefer(boost::asio::get_associated_executor(handler_),
                                       boost::asio::execution::outstanding_work.tracked)) {}

    // What the handler is called with.
    struct completion {
        Handler handler;
        std::exception_ptr thrown;
        std::tuple<Results...> values;
        void operator()() {
            std::apply(
                [this](Results&... each) {
                    std::move(handler)(std::move(thrown), std::move(each)...);
                },
                values);
        }
    };

    void finish() {
        // On the handler's executor, where the slot may be touched, and from where a cancellation
        // comes too: so none meets an operation that is gone.
        auto executor = tracked_;
        boost::asio::dispatch(executor, [self = std::unique_ptr<asio_operation>{this}]() mutable {
            auto slot = boost::asio::get_associated_cancellation_slot(self->handler_);
            if (slot.is_connected()) slot.clear();
            completion done{std::move(self->handler_), nullptr, {}};
            try {
                if constexpr (sizeof...(Results) == 0) {
                    self->call_.get();
                } else if constexpr (sizeof...(Results) == 1) {
                    std::get<0>(done.values) = self->call_.get();
                } else {
                    done.values = self->call_.get();
                }
            } catch (...) {
                done.thrown = std::current_exception();
            }
            [[maybe_unused]] const auto tracked = std::move(self->tracked_);
            self.reset();  // before the handler runs: it may start the next call
            done();
        });
    }

    Handler handler_;
    call<Results...> call_;
    tracked_type tracked_;
};

}  // namespace detail

template <class... Results>
template <class CompletionToken>
auto call<Results...>::operator()(CompletionToken&& token) && {
    return boost::asio::async_initiate<CompletionToken, void(std::exception_ptr, Results...)>(
        [](auto&& handler, call work) {
            detail::asio_operation<std::decay_t<decltype(handler)>, Results...>::start(
                std::forward<decltype(handler)>(handler), std::move(work));
        },
        token, std::move(*this));
}

namespace generated {

/// Answers `call` when `work`, which a method returned, ends: `encode(writer, value)` writes the
/// result.
template <class T, class Executor, class Encode>
void finish_with(incoming& call, boost::asio::awaitable<T, Executor> work, Encode encode) {
    call.answer_later();
    boost::asio::co_spawn(roi::detail::call_executor{call}, std::move(work),
                          [&call, encode](std::exception_ptr thrown, T value) {
                              try {
                                  if (!thrown) encode(call.result(), value);
                              } catch (...) {
                                  thrown = std::current_exception();
                              }
                              call.ended(std::move(thrown));
                          });
}
template <class Executor, class Encode>
void finish_with(incoming& call, boost::asio::awaitable<void, Executor> work, Encode encode) {
    call.answer_later();
    boost::asio::co_spawn(roi::detail::call_executor{call}, std::move(work),
                          [&call, encode](std::exception_ptr thrown) {
                              try {
                                  if (!thrown) encode(call.result());
                              } catch (...) {
                                  thrown = std::current_exception();
                              }
                              call.ended(std::move(thrown));
                          });
}
template <class Executor>
void finish_with(incoming& call, boost::asio::awaitable<void, Executor> work) {
    finish_with(call, std::move(work), [](wire::writer&) {});
}

}  // namespace generated
}  // namespace roi
