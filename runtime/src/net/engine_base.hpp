// What both kinds of engine share: the connections, the listeners, names, timers, the end.
#pragma once

#include "net/connection.hpp"
#include "net/engine.hpp"
#include "net/listener.hpp"
#include "net/shell.hpp"
#include "net/timer_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace roi::net {

class engine_base : public shell,
                    public core::executor,
                    public std::enable_shared_from_this<engine_base> {
public:
    engine_base(boost::asio::io_context& context, engine_options options, bool eager_timers);
    ~engine_base() override;

    void set_sink(core::call_sink* sink) noexcept { sink_.store(sink); }
    std::string listen(const std::string& where);
    void unlisten(const std::string& where);
    std::vector<std::string> endpoints() const;
    std::shared_ptr<core::channel> connect(const std::string& where);
    const core::session::identity& who() const noexcept { return settings_->own; }
    bool stop(core::time_point deadline);

    // shell
    void await_writable(connection& which) override;
    void set_timer(connection& which, core::time_point when) override;
    void clear_timer(connection& which) override;
    void run_elsewhere(std::unique_ptr<core::incoming> call) override;
    void gone(connection& which) noexcept override;
    void drive(connection& which) override;
    std::shared_ptr<const settings> options() const override { return settings_; }
    core::call_sessions call_sessions() noexcept override { return {&served_, &own_}; }
    void look_after_sessions(core::time_point when) override;
    std::shared_ptr<connection> met(connection& which, bool yields) override;
    core::callee_sessions& served_sessions() noexcept { return served_; }
    core::call_sink* sink() const noexcept override { return sink_.load(); }

    // executor
    std::uint64_t start_timer(core::time_point when, void (*work)(void*), void* context) override;
    bool cancel_timer(std::uint64_t timer) override;
    core::time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    void before_blocking() noexcept override { connection::before_blocking(); }

protected:
    /// Ends threads; nothing of this engine runs when it returns. Called once, at the end of
    /// stop().
    virtual void stop_threads() = 0;
    std::shared_ptr<connection> find(std::uint64_t number);
    boost::asio::io_context& context() noexcept { return *context_; }
    void log(log_level level, const std::string& line) const noexcept;
    bool stopping() const noexcept { return stopping_.load(); }

private:
    void take_accepted(descriptor socket, const listening& by);
    void resolve(const std::shared_ptr<connection>& which, const endpoint& where);

    boost::asio::io_context* context_;
    engine_options options_;
    std::shared_ptr<const settings> settings_;
    std::atomic<core::call_sink*> sink_{nullptr};
    std::atomic<bool> stopping_{false};
    std::shared_ptr<timer_queue> timers_;
    core::callee_sessions served_;
    core::caller_sessions own_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::unordered_map<std::uint64_t, std::shared_ptr<connection>> connections_;
    std::map<std::string, std::shared_ptr<connection>> by_endpoint_;
    struct known_peer {
        std::weak_ptr<connection> which;
        std::uint64_t since = 0;  // number of the newest connection when it was met
    };
    std::multimap<std::pair<std::uint64_t, std::uint64_t>, known_peer> by_runtime_;
    std::size_t accepted_ = 0;
    std::map<std::string, std::shared_ptr<listener>> listeners_;
    std::shared_ptr<boost::asio::ip::tcp::resolver> resolver_;
    std::mutex stop_mutex_;
    bool stopped_ = false;
    bool drained_ = true;
};

/// The engine that users of engine.hpp hold: stops its implementation when it goes.
std::unique_ptr<engine> wrap(std::shared_ptr<engine_base> implementation);

}  // namespace roi::net
