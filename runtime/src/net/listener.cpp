// Accepts connections on one endpoint.
#include "net/listener.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace roi::net {
namespace {

constexpr int accepted_per_turn = 64;
constexpr auto pause_without_descriptors = std::chrono::milliseconds{100};

}  // namespace

listener::listener(boost::asio::io_context& context, std::shared_ptr<timer_queue> timers,
                   listening socket, taker take, logger log)
    : timers_(std::move(timers)),
      socket_(std::move(socket)),
      watched_(context, socket_.socket.get()),
      take_(std::move(take)),
      log_(std::move(log)) {
    socket_.socket.release();  // closed by watched_
}

listener::~listener() {
    close();
}

void listener::close() noexcept {
    if (closed_.exchange(true)) return;
    remove_socket_file(socket_);
    // Later connects are refused from here on; the wait under way ends, and with it this object.
    (void)::shutdown(watched_.native_handle(), SHUT_RDWR);
}

void listener::wait() {
    watched_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                        [self = shared_from_this()](const boost::system::error_code& failed) {
                            if (!failed && !self->closed_) self->on_ready();
                        });
}

void listener::on_ready() {
    for (int i = 0; i < accepted_per_turn; ++i) {
        descriptor fresh{::accept4(watched_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (fresh) {
            take_(std::move(fresh), socket_);
            continue;
        }
        if (closed_) return;
        switch (errno) {
            case EAGAIN:
                short_ = false;
                return wait();
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                // The waiting connection stays readable: without a pause this would spin.
                if (!std::exchange(short_, true))
                    log_("cannot accept on " + socket_.endpoint +
                         " for now: " + system_text(errno));
                timers_->start(std::chrono::steady_clock::now() + pause_without_descriptors,
                               [self = shared_from_this()] {
                                   if (!self->closed_) self->on_ready();
                               });
                return;
            default:
                break;  // that one connection is gone already (ECONNABORTED and its kind)
        }
    }
    wait();
}

}  // namespace roi::net
