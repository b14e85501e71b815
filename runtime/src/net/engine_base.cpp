// What both kinds of engine share.
#include "net/engine_base.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>

#include <cerrno>
#include <random>
#include <utility>

namespace roi::net {
namespace {

std::uint64_t random_number() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

std::atomic<std::uint64_t> last_number{0};  // of connections, unique in this process

struct posted_call {
    std::shared_ptr<shell> by;
    std::unique_ptr<core::incoming> call;
};

void run_posted(void* context) {
    std::unique_ptr<posted_call> work{static_cast<posted_call*>(context)};
    work->by->sink()->on_call(std::move(work->call));
}

}  // namespace

engine_base::engine_base(boost::asio::io_context& context, engine_options options,
                         bool eager_timers)
    : context_(&context),
      options_(std::move(options)),
      timers_(std::make_shared<timer_queue>(context)),
      served_(options_.limits, random_number, process_runs) {
    auto made = std::make_shared<settings>();
    made->limits = options_.limits;
    if (made->limits.max_message > core::limits::max_message_ceiling)
        made->limits.max_message = core::limits::max_message_ceiling;
    made->own = {random_number(), random_number(), options_.software};
    made->secret = random_number();
    made->spin = options_.spin && spinner::possible();
    made->eager_timers = eager_timers;
    settings_ = std::move(made);
}

engine_base::~engine_base() = default;

void engine_base::log(log_level level, const std::string& line) const noexcept {
    if (options_.log != nullptr) options_.log(options_.log_context, level, line);
}

// --- listening -----------------------------------------------------------------------------------

std::string engine_base::listen(const std::string& where) {
    std::string why;
    const auto at = endpoint::parse(where, why);
    if (!at)
        throw error{errc::invalid_argument, outcome::not_executed,
                    "cannot listen on " + where + ": " + why};
    if (stopping())
        throw error{errc::shutting_down, outcome::not_executed, "the runtime is stopping"};
    auto socket = open_listener(*at);
    std::string name = socket.endpoint;
    auto made = std::make_shared<listener>(
        *context_, timers_, std::move(socket),
        [weak = weak_from_this()](descriptor fresh, const listening& by) {
            if (auto self = weak.lock()) self->take_accepted(std::move(fresh), by);
        },
        [weak = weak_from_this()](const std::string& line) {
            if (auto self = weak.lock()) self->log(log_level::warning, line);
        });
    {
        std::lock_guard hold{mutex_};
        listeners_[name] = made;
    }
    made->begin();
    return name;
}

void engine_base::unlisten(const std::string& where) {
    std::shared_ptr<listener> found;
    {
        std::lock_guard hold{mutex_};
        const auto entry = listeners_.find(where);
        if (entry == listeners_.end()) return;
        found = std::move(entry->second);
        listeners_.erase(entry);
    }
    found->close();
}

std::vector<std::string> engine_base::endpoints() const {
    std::lock_guard hold{mutex_};
    std::vector<std::string> out;
    for (const auto& entry : listeners_)
        out.push_back(entry.first);
    return out;
}

void engine_base::take_accepted(descriptor socket, const listening& by) {
    const int family = by.path.empty() ? AF_INET : AF_UNIX;
    auto from = family == AF_UNIX ? by.endpoint : remote_endpoint(socket.get());
    std::shared_ptr<connection> made;
    {
        std::lock_guard hold{mutex_};
        if (stopping() || accepted_ >= settings_->limits.max_connections) return;
        made = std::make_shared<connection>(shared_from_this(), core::side::acceptor,
                                            std::move(from), ++last_number);
        connections_.emplace(made->number(), made);
        ++accepted_;
    }
    made->accepted(std::move(socket), family);
}

// --- connecting ----------------------------------------------------------------------------------

std::shared_ptr<core::channel> engine_base::connect(const std::string& where) {
    std::shared_ptr<connection> made;
    {
        std::lock_guard hold{mutex_};
        auto& place = by_endpoint_[where];
        if (place && !place->failed()) return place;
        made = std::make_shared<connection>(shared_from_this(), core::side::connector, where,
                                            ++last_number);
        if (stopping()) {
            by_endpoint_.erase(where);
        } else {
            place = made;
            connections_.emplace(made->number(), made);
        }
    }
    if (stopping()) {
        made->connect_failed(errc::shutting_down, "the runtime is stopping");
        return made;
    }
    std::string why;
    const auto to = endpoint::parse(where, why);
    if (!to) {
        made->connect_failed(errc::invalid_argument, why);
    } else if (const auto at = numeric_address(*to)) {
        made->connect_to({*at});
    } else {
        resolve(made, *to);
    }
    return made;
}

void engine_base::resolve(const std::shared_ptr<connection>& which, const endpoint& where) {
    std::shared_ptr<boost::asio::ip::tcp::resolver> resolver;
    {
        std::lock_guard hold{mutex_};
        if (!resolver_) resolver_ = std::make_shared<boost::asio::ip::tcp::resolver>(*context_);
        resolver = resolver_;
    }
    boost::asio::post(*context_, [resolver, which, where] {
        resolver->async_resolve(
            where.host, std::to_string(where.port),
            [which, where](const boost::system::error_code& failed,
                           const boost::asio::ip::tcp::resolver::results_type& found) {
                if (failed)
                    return which->connect_failed(errc::unreachable, "cannot resolve " + where.host +
                                                                        ": " + failed.message());
                std::vector<address> list;
                for (const auto& entry : found) {
                    if (list.size() == 16) break;
                    auto& at = list.emplace_back();
                    const auto point = entry.endpoint();
                    at.size = static_cast<socklen_t>(point.size());
                    __builtin_memcpy(&at.octets, point.data(), point.size());
                }
                which->connect_to(std::move(list));
            });
    });
}

void engine_base::drive(connection&) {}

std::shared_ptr<connection> engine_base::find(std::uint64_t number) {
    std::lock_guard hold{mutex_};
    const auto found = connections_.find(number);
    return found == connections_.end() ? nullptr : found->second;
}

void engine_base::gone(connection& which) noexcept {
    std::shared_ptr<connection> dropped;  // may be the last reference: let go outside the lock
    std::vector<std::shared_ptr<connection>> unlisted;
    clear_timer(which);
    std::lock_guard hold{mutex_};
    const auto found = connections_.find(which.number());
    if (found == connections_.end()) return;
    dropped = std::move(found->second);
    connections_.erase(found);
    if (which.which() == core::side::acceptor) --accepted_;
    for (auto listed = by_endpoint_.begin(); listed != by_endpoint_.end();) {
        if (listed->second.get() == &which) {
            unlisted.push_back(std::move(listed->second));
            listed = by_endpoint_.erase(listed);
        } else {
            ++listed;
        }
    }
    const auto& who = which.from();
    const auto [begin, end] = by_runtime_.equal_range({who.runtime_high, who.runtime_low});
    for (auto each = begin; each != end; ++each) {
        if (each->second.which.lock().get() == &which) {
            by_runtime_.erase(each);
            break;
        }
    }
    changed_.notify_all();
}

std::shared_ptr<connection> engine_base::met(connection& which, bool yields) {
    const auto& who = which.from();
    const std::pair runtime{who.runtime_high, who.runtime_low};
    std::shared_ptr<connection> other;
    std::lock_guard hold{mutex_};
    if (connections_.find(which.number()) == connections_.end()) return nullptr;
    if (yields) {
        const auto [begin, end] = by_runtime_.equal_range(runtime);
        for (auto each = begin; each != end && !other; ++each) {
            auto candidate = each->second.which.lock();
            if (!candidate || candidate.get() == &which || candidate->failed()) continue;
            // Whoever connects to us may claim to be any runtime. The kernel knows whether it is
            // the process that listens at the endpoint. Of two that connect to each other at the
            // same time neither may leave its connection for the other's.
            const auto& there = candidate->from();
            const bool same = there.pid && there.uid && there.pid == who.pid &&
                              there.uid == who.uid && *there.pid > 0;
            if (candidate->which() == core::side::connector ||
                (same && each->second.since < which.number()))
                other = std::move(candidate);
        }
    }
    if (other) {
        by_endpoint_[which.endpoint()] = other;
    } else {
        by_runtime_.emplace(runtime, known_peer{which.weak_from_this(), last_number});
    }
    return other;
}

void engine_base::look_after_sessions(core::time_point when) {
    timers_->start(when, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        std::vector<core::served_call*> abandoned;
        const auto next = self->served_.expire(self->now(), abandoned);
        for (auto* call : abandoned)
            call->abandon();
        if (next) self->look_after_sessions(*next);
    });
}

// --- time, writing, work -------------------------------------------------------------------------

void engine_base::set_timer(connection& which, core::time_point when) {
    const auto fresh = timers_->start(when, [weak = which.weak_from_this()] {
        if (auto self = weak.lock()) self->on_timer();
    });
    const auto old = which.of_shell.timer.exchange(fresh);
    if (old != 0) timers_->cancel(old);
}

void engine_base::clear_timer(connection& which) {
    const auto old = which.of_shell.timer.exchange(0);
    if (old != 0) timers_->cancel(old);
}

void engine_base::await_writable(connection& which) {
    const int copy = ::fcntl(which.fd(), F_DUPFD_CLOEXEC, 0);
    auto weak = which.weak_from_this();
    if (copy < 0) {  // no descriptor left: look again soon
        timers_->start(now() + std::chrono::milliseconds{5}, [weak] {
            if (auto self = weak.lock()) self->on_writable();
        });
        return;
    }
    auto watch = std::make_shared<boost::asio::posix::stream_descriptor>(*context_, copy);
    watch->async_wait(boost::asio::posix::descriptor_base::wait_write,
                      [watch, weak](const boost::system::error_code&) {
                          if (auto self = weak.lock()) self->on_writable();
                      });
}

void engine_base::run_elsewhere(std::unique_ptr<core::incoming> call) {
    if (sink() == nullptr)
        return call->refuse(errc::object_not_found, outcome::not_executed,
                            "nothing is served here");
    auto work = std::make_unique<posted_call>();
    work->by = shared_from_this();
    work->call = std::move(call);
    if (post(run_posted, work.get())) {
        (void)work.release();
        return;
    }
    work->call->refuse(errc::overloaded, outcome::not_executed,
                       "every thread of the server runs a method");
}

std::uint64_t engine_base::start_timer(core::time_point when, void (*work)(void*), void* context) {
    return timers_->start(when, [work, context] { work(context); });
}

bool engine_base::cancel_timer(std::uint64_t timer) {
    return timers_->cancel(timer);
}

// --- the end -------------------------------------------------------------------------------------

bool engine_base::stop(core::time_point deadline) {
    std::lock_guard once{stop_mutex_};
    if (stopped_) return drained_;
    stopping_ = true;
    std::map<std::string, std::shared_ptr<listener>> listeners;
    std::vector<std::shared_ptr<connection>> all;
    {
        std::lock_guard hold{mutex_};
        listeners.swap(listeners_);
        for (const auto& entry : connections_)
            all.push_back(entry.second);
        if (resolver_) resolver_->cancel();
    }
    for (const auto& entry : listeners)
        entry.second->close();
    for (const auto& one : all)
        one->drain();
    all.clear();
    {
        std::unique_lock hold{mutex_};
        drained_ = changed_.wait_until(hold, deadline, [this] { return connections_.empty(); });
        for (const auto& entry : connections_)
            all.push_back(entry.second);
    }
    for (const auto& one : all)
        one->abort(errc::shutting_down, "the runtime has stopped");
    all.clear();
    std::vector<core::served_call*> abandoned;
    served_.end_all(abandoned);
    for (auto* call : abandoned)
        call->abandon();
    own_.clear();
    timers_->close();
    stop_threads();
    stopped_ = true;
    return drained_;
}

// --- the facade ----------------------------------------------------------------------------------

namespace {

class facade final : public engine {
public:
    explicit facade(std::shared_ptr<engine_base> to) : to_(std::move(to)) {}
    ~facade() override { to_->stop(core::time_point{}); }

    void set_sink(core::call_sink* sink) override { to_->set_sink(sink); }
    std::string listen(const std::string& where) override { return to_->listen(where); }
    void unlisten(const std::string& where) override { to_->unlisten(where); }
    std::vector<std::string> endpoints() const override { return to_->endpoints(); }
    std::shared_ptr<core::channel> connect(const std::string& where) override {
        return to_->connect(where);
    }
    core::executor& executor() override { return *to_; }
    core::callee_sessions& served_sessions() override { return to_->served_sessions(); }
    identity runtime_id() const override { return {to_->who().high, to_->who().low}; }
    bool stop(core::time_point deadline) override { return to_->stop(deadline); }

private:
    std::shared_ptr<engine_base> to_;
};

}  // namespace

std::unique_ptr<engine> wrap(std::shared_ptr<engine_base> implementation) {
    return std::make_unique<facade>(std::move(implementation));
}

}  // namespace roi::net
