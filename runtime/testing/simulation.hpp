// The simulated network from inside: events in virtual time, links, connections, engines.
#pragma once

#include "core/channel.hpp"
#include "core/receiver.hpp"
#include "core/session.hpp"
#include "net/engine.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace roi::testing::detail {

using core::time_point;
using nanoseconds = std::chrono::nanoseconds;

class simulated_connection;
class simulated_engine;

class simulation : public std::enable_shared_from_this<simulation> {
public:
    explicit simulation(std::uint64_t seed) : seed_(seed), random_(seed) {}

    time_point now() const noexcept { return now_; }
    std::uint64_t seed() const noexcept { return seed_; }
    std::uint64_t random() noexcept;
    std::uint64_t random_below(std::uint64_t bound) noexcept {
        return bound < 2 ? 0 : random() % bound;
    }
    void note(const std::string& event);
    const std::vector<std::string>& trace() const noexcept { return trace_; }

    std::uint64_t at(time_point when, std::function<void()> what);
    bool forget(std::uint64_t event);
    bool step();
    void run_until(time_point end);
    bool idle() const noexcept { return events_.empty(); }

    // Links, by the names of the two hosts.
    struct link {
        bool held = false;
        bool cut = false;
    };
    link& between(const std::string& a, const std::string& b);
    bool blocked(const std::string& a, const std::string& b);
    nanoseconds a_latency();
    nanoseconds least{100'000};
    nanoseconds most{300'000};
    std::size_t fragment = 0;

    void link_changed(const std::string& a, const std::string& b);
    void reset_between(const std::string& a, const std::string& b);

    // Who listens, by endpoint.
    std::map<std::string, std::weak_ptr<simulated_engine>> listeners;
    std::vector<std::weak_ptr<simulated_connection>> connections;
    std::uint64_t last_listener = 0;
    std::uint64_t last_connection = 0;

private:
    std::uint64_t seed_;
    std::uint64_t random_;
    time_point now_{std::chrono::hours{1}};
    std::uint64_t last_event_ = 0;
    std::map<std::pair<time_point, std::uint64_t>, std::function<void()>> events_;
    std::map<std::uint64_t, time_point> times_;
    std::map<std::pair<std::string, std::string>, link> links_;
    std::vector<std::string> trace_;
};

/// One end of a connection.
class simulated_connection final : public core::channel,
                                   public core::served_call::host,
                                   public std::enable_shared_from_this<simulated_connection> {
public:
    simulated_connection(std::shared_ptr<simulated_engine> owner, core::side which,
                         std::string endpoint, std::string other_host);
    void join(const std::shared_ptr<simulated_connection>& other);
    void attached();
    void link_open();
    void link_cut();
    void fail(errc code, const std::string& why);
    void drain();
    bool ended() const noexcept { return ended_; }
    bool known() const noexcept { return known_; }
    const std::string& here() const noexcept;
    const std::string& there() const noexcept { return there_; }
    core::side which() const noexcept { return which_; }

    void start(core::outgoing& call) override;
    void wait(core::outgoing& call) override;
    void cancel(core::outgoing& call) override;
    std::string endpoint() const override { return endpoint_; }
    bool failed() const noexcept override { return ended_ || session_.refuses_calls(); }
    const core::incoming::peer& from() const noexcept override { return peer_; }
    void answer(std::uint64_t id, bool oneway, wire::writer&& bytes, form what) noexcept override;
    void replaced() noexcept override {
        fail(errc::connection_lost, "the caller has connected again");
    }
    void forget(core::served_call& call) noexcept override {
        session_.forget(call.id(), call.arguments().size());
    }

private:
    void receive(std::span<const std::byte> bytes);
    void send(std::vector<std::byte> bytes);
    void reset_by_peer();
    void carry(std::vector<std::byte> piece);
    void flush();
    void run(core::actions& todo);
    void watch_time();

    std::shared_ptr<simulated_engine> owner_;
    core::side which_;
    std::string endpoint_;
    std::string there_;
    std::weak_ptr<simulated_connection> other_;
    std::shared_ptr<simulated_connection> successor_;
    core::incoming::peer peer_;
    core::session session_;
    core::receiver receiver_;
    std::deque<std::vector<std::byte>> held_;
    std::deque<std::pair<time_point, std::vector<std::byte>>> inbox_;
    time_point last_delivery_{};
    std::uint64_t timer_ = 0;
    time_point timer_at_{};
    bool begun_ = false;
    bool ended_ = false;
    bool known_ = false;
    bool cut_pending_ = false;
};

/// The engine of one process on a simulated host.
class simulated_engine final : public core::executor,
                               public std::enable_shared_from_this<simulated_engine> {
public:
    simulated_engine(std::shared_ptr<simulation> in, std::string host_name);

    std::string listen();
    void unlisten(const std::string& where);
    std::shared_ptr<core::channel> connect(const std::string& where);
    bool stop(time_point deadline);
    void crash();
    void end();
    bool alive() const noexcept { return alive_; }

    bool post(void (*work)(void*), void* context) override;
    std::uint64_t start_timer(time_point when, void (*work)(void*), void* context) override;
    bool cancel_timer(std::uint64_t timer) override { return world->forget(timer); }
    void before_blocking() noexcept override {}
    bool pass_time(nanoseconds time) override {
        world->run_until(world->now() + time);
        return true;
    }
    bool on_worker() const noexcept override { return depth_ > 0; }
    time_point now() const noexcept override { return world->now(); }

    /// Runs `what` as an event of this process, unless it has died by then.
    std::uint64_t later(time_point when, std::function<void()> what);
    void accept(const std::shared_ptr<simulated_connection>& from, const std::string& where);
    void gone(simulated_connection& which);
    /// Another connection with its peer, over which calls to the endpoint of `which` go from now
    /// on.
    std::shared_ptr<simulated_connection> other_than(simulated_connection& which);

    const std::shared_ptr<simulation> world;
    const std::string host_name;
    const core::limits limits;
    core::session::identity identity;
    core::callee_sessions served_sessions;
    core::caller_sessions own_sessions;
    void look_after_sessions(time_point when);
    core::call_sink* sink = nullptr;
    std::vector<std::string> endpoints;

private:
    std::map<std::string, std::shared_ptr<simulated_connection>> by_endpoint_;
    std::vector<std::shared_ptr<simulated_connection>> all_;
    bool alive_ = true;
    bool stopping_ = false;
    int depth_ = 0;
    void run_posted();
    std::deque<std::pair<void (*)(void*), void*>> posted_;
};

}  // namespace roi::testing::detail
