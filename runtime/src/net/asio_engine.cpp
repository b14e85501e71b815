// The engine on a user's io_context: no thread of ours, every turn bounded.
#include "net/engine_base.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace roi::net {
namespace {

constexpr unsigned most_posted = 65'536;

class asio_engine final : public engine_base {
public:
    asio_engine(boost::asio::io_context& context, engine_options options)
        : engine_base(context, std::move(options), true) {}

    void arm(connection& which) override {
        std::lock_guard hold{arm_mutex_};  // a waiting thread may take, leave and arm meanwhile
        if (ended_) return;
        auto watch = std::static_pointer_cast<watcher>(which.of_shell.watch);
        const int fd = which.fd();
        if (!watch || which.of_shell.registered_fd != fd) {
            const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
            if (copy < 0)
                return which.abort(errc::connection_lost, "cannot poll: " + system_text(errno));
            watch = std::make_shared<watcher>(context(), copy);
            which.of_shell.watch = watch;
            std::erase_if(watchers_, [](const auto& old) { return old.expired(); });
            watchers_.push_back(watch);
            which.of_shell.registered_fd = fd;
        }
        // A wait that is still under way serves again: a waiting thread took the connection from
        // it, and nothing has come since.
        if (watch->pending.exchange(true)) return;
        watch->socket->async_wait(
            which.connecting() ? boost::asio::posix::descriptor_base::wait_write
                               : boost::asio::posix::descriptor_base::wait_read,
            [watch, weak = which.weak_from_this()](const boost::system::error_code&) {
                watch->pending.store(false);
                if (auto self = weak.lock()) self->on_ready();
            });
    }

    void continue_serving(std::shared_ptr<connection> which) override {
        boost::asio::post(context(), [which = std::move(which)] { which->on_handed_over(); });
    }
    void drive(connection& which) override {
        // Nobody may be running the context: the thread that waits asks the resolver itself.
        std::string why;
        const auto to = endpoint::parse(which.endpoint(), why);
        if (!to) return;
        auto found = resolve_blocking(*to, why);
        if (!found.empty()) return which.connect_to(std::move(found));
        which.connect_failed(errc::unreachable, "cannot resolve " + to->host + ": " + why);
    }
    void touched(connection&) override {}  // start() looks whether the peer is still there
    void method_begins() noexcept override {}
    bool saturated() const noexcept override { return false; }
    bool try_sleep() noexcept override { return false; }
    void end_sleep() noexcept override {}
    bool others_wait() const noexcept override { return true; }
    unsigned turns_per_hold() const noexcept override { return 4; }
    bool may_wait_in_write() const noexcept override { return false; }
    void before_blocking() noexcept override { connection::before_blocking(); }
    bool takes_over() const noexcept override { return false; }

    bool post(void (*work)(void*), void* what) override {
        if (posted_.fetch_add(1) >= most_posted || stopping()) {
            posted_.fetch_sub(1);
            return false;
        }
        boost::asio::post(context(), [self = shared_from_this(), this, work, what] {
            posted_.fetch_sub(1);
            work(what);
        });
        return true;
    }
    bool on_worker() const noexcept override {
        return const_cast<asio_engine*>(this)->context().get_executor().running_in_this_thread();
    }

private:
    struct watcher {
        watcher(boost::asio::io_context& context, int fd) : socket(std::in_place, context, fd) {}
        std::optional<boost::asio::posix::stream_descriptor> socket;
        std::atomic<bool> pending{false};
    };
    void stop_threads() override {
        // Stubs may keep connections for longer than the user keeps the context.
        std::lock_guard hold{arm_mutex_};
        ended_ = true;
        for (const auto& each : watchers_) {
            if (const auto watch = each.lock()) watch->socket.reset();
        }
        watchers_.clear();
    }

    std::mutex arm_mutex_;
    std::vector<std::weak_ptr<watcher>> watchers_;
    bool ended_ = false;
    std::atomic<unsigned> posted_{0};
};

}  // namespace

std::unique_ptr<engine> make_engine(boost::asio::io_context& context, engine_options options) {
    return wrap(std::make_shared<asio_engine>(context, std::move(options)));
}

}  // namespace roi::net
