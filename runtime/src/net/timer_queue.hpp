// Many timers on one of Asio's.
#pragma once

#include "core/channel.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace roi::net {

/// Safe to use from any thread. Work runs in the context, under no lock, and must not block.
class timer_queue : public std::enable_shared_from_this<timer_queue> {
public:
    explicit timer_queue(boost::asio::io_context& context) : timer_(std::in_place, context) {}

    std::uint64_t start(core::time_point when, std::function<void()> work);
    /// False: it ran, or is running.
    bool cancel(std::uint64_t id);
    /// Forgets all; nothing runs any more but what is running.
    void close();

private:
    void wait();  // under the lock
    void fire();

    std::mutex mutex_;
    std::optional<boost::asio::steady_timer> timer_;  // gone when closed: a context may end then
    std::map<std::pair<core::time_point, std::uint64_t>, std::function<void()>> queue_;
    std::unordered_map<std::uint64_t, core::time_point> times_;
    std::uint64_t last_id_ = 0;
    core::time_point waits_for_ = core::time_point::max();
    std::uint64_t generation_ = 0;
    bool closed_ = false;
};

}  // namespace roi::net
