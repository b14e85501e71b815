// Accepts connections on one endpoint.
#pragma once

#include "net/socket.hpp"
#include "net/timer_queue.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace roi::net {

class listener : public std::enable_shared_from_this<listener> {
public:
    using taker = std::function<void(descriptor, const listening&)>;
    using logger = std::function<void(const std::string&)>;

    listener(boost::asio::io_context& context, std::shared_ptr<timer_queue> timers,
             listening socket, taker take, logger log);
    ~listener();

    void begin() { wait(); }
    /// Accepts nothing more, and removes the file of a Unix socket.
    void close() noexcept;

private:
    void wait();
    void on_ready();

    std::shared_ptr<timer_queue> timers_;
    listening socket_;
    boost::asio::posix::stream_descriptor watched_;
    taker take_;
    logger log_;
    std::atomic<bool> closed_{false};
    bool short_ = false;  // of descriptors or memory, since all who waited were accepted last
};

}  // namespace roi::net
