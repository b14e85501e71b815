// What a method asks about the call that it serves.
#include <roi/this_call.hpp>

#include "api/published.hpp"
#include "api/runtime_core.hpp"
#include "api/serving.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace roi {

roi::caller call_info::caller() const {
    const core::incoming::peer& peer = served_->call().from();
    return {peer.uid,         peer.pid,        peer.runtime_high,
            peer.runtime_low, peer.connection, peer.endpoint};
}

std::string call_info::method() const {
    return served_->method_name();
}

std::optional<std::chrono::steady_clock::time_point> call_info::deadline() const noexcept {
    return served_->deadline();
}

std::optional<std::chrono::nanoseconds> call_info::time_left() const noexcept {
    const auto until = served_->deadline();
    if (!until) return std::nullopt;
    return std::max(std::chrono::nanoseconds{0},
                    std::chrono::nanoseconds{*until - served_->object().owner().now()});
}

bool call_info::cancelled() const noexcept {
    return served_->is_abandoned();
}

std::stop_token call_info::stop_token() const {
    return served_->stop_token();
}

void call_info::progress(std::uint64_t steps) const noexcept {
    served_->call().add_progress(steps);
}

std::uint64_t call_info::steps() const noexcept {
    return served_->call().progress();
}

transaction& call_info::tx() const {
    if (auto* const here = served_->transaction()) return *here;
    throw std::logic_error{"roi::this_call().tx(): " + served_->method_name() +
                           " does not run in a transaction: its class has no journal"};
}

std::optional<trace_context> call_info::trace() const noexcept {
    return served_->call().header().trace;
}

call_info this_call() {
    detail::serving* const served = detail::serving::current();
    if (!served) throw std::logic_error{"roi::this_call(): this thread serves no call"};
    return call_info{served};
}

bool is_serving_call() noexcept {
    return detail::serving::current() != nullptr;
}

detach::detach() noexcept : before_(detail::serving::current()) {
    detail::serving::set_current(nullptr);
}

detach::~detach() {
    detail::serving::set_current(before_);
}

}  // namespace roi
