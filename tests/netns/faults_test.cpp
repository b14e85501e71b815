// Hosts that vanish, links that are cut and mended, and hosts that come back knowing nothing: what
// calls under way say of it, and when. To be started by inside.sh.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "support/engine.hpp"
#include "support/process.hpp"

#include <roi/asio.hpp>
#include <roi/runtime.hpp>

#include <doctest/doctest.h>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using roi::errc;
using roi::outcome;

const std::string far_address = "10.77.0.2";

void ip(std::vector<std::string> arguments) {
    const auto done = roi::support::run({.program = IP_PROGRAM, .arguments = std::move(arguments)});
    INFO(done.output);
    REQUIRE(done.status.success());
}

/// Another host with a link to this one: a network namespace in which one thread lives. Sockets
/// belong to the namespace of the thread that makes them, and threads to that of who starts them.
class other_host {
public:
    other_host() {
        std::promise<pid_t> lives;
        auto number = lives.get_future();
        thread_ = std::thread{[this, &lives] { live(lives); }};
        const auto thread = std::to_string(number.get());
        ip({"link", "set", "lo", "up"});
        ip({"link", "add", "near", "type", "veth", "peer", "name", "far", "netns", thread});
        ip({"address", "add", "10.77.0.1/24", "dev", "near"});
        ip({"link", "set", "near", "up"});
        on([] {
            ip({"address", "add", far_address + "/24", "dev", "far"});
            ip({"link", "set", "lo", "up"});
            ip({"link", "set", "far", "up"});
        });
    }
    ~other_host() {
        ip({"link", "delete", "near"});
        work_ = nullptr;
        begin_.release();
        thread_.join();
    }
    other_host(const other_host&) = delete;
    other_host& operator=(const other_host&) = delete;

    /// Runs `work` there, and waits for its end.
    void on(std::function<void()> work) {
        work_ = std::move(work);
        begin_.release();
        end_.acquire();
    }
    /// From here on what is sent to it, or by it, is lost without a word.
    void unplug() {
        on([] { ip({"link", "set", "far", "down"}); });
    }
    void plug() {
        on([] { ip({"link", "set", "far", "up"}); });
    }

private:
    void live(std::promise<pid_t>& lives) {
        if (::unshare(CLONE_NEWNET) != 0) std::abort();
        lives.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
        for (;;) {
            begin_.acquire();
            if (!work_) return;
            work_();
            end_.release();
        }
    }
    std::function<void()> work_;
    std::binary_semaphore begin_{0};
    std::binary_semaphore end_{0};
    std::thread thread_;
};

/// A kitchen that is served on the other host.
struct far_kitchen {
    explicit far_kitchen(other_host& where, const std::string& port = "0") : host{&where} {
        host->on([&] {
            runtime.emplace(roi::runtime_options{.listen = {"tcp://" + far_address + ":" + port}});
            cook.emplace(roi::publication{}.on(*runtime));
            endpoint = runtime->listen().front();
        });
    }
    ~far_kitchen() {
        cook->door.open();
        host->on([&] {
            cook.reset();
            runtime->stop(0s);
            runtime.reset();
        });
    }
    std::string port() const { return endpoint.substr(endpoint.rfind(':') + 1); }

    other_host* host;
    std::optional<roi::runtime> runtime;
    std::optional<demo::KitchenServer> cook;
    std::string endpoint;
};

struct ending {
    roi::result<void> result;
    clock::duration after;

    bool is(errc code, outcome ran) const {
        return result.error() && result.error()->reason() == code && result.outcome() == ran;
    }
};

/// How `call` ends, and how long after `from`; on a thread of its own.
template <class Call>
std::future<ending> end_of(Call call, clock::time_point from) {
    return std::async(std::launch::async, [call = std::move(call), from]() mutable {
        auto result = call.get(roi::as_result);
        return ending{std::move(result), clock::now() - from};
    });
}

/// Keeps every call that arrives at a server, and counts the clients that are gone.
class keeping_sink final : public roi::core::call_sink {
public:
    void on_call(std::unique_ptr<roi::core::incoming> one) noexcept override {
        const std::lock_guard lock{mutex_};
        arrived_.push_back(std::move(one));
        some_.release();
    }
    void on_peer_gone(const roi::core::incoming::peer&) noexcept override { gone.release(); }

    /// The next one.
    std::unique_ptr<roi::core::incoming> next() {
        REQUIRE(some_.try_acquire_for(60s));
        const std::lock_guard lock{mutex_};
        auto one = std::move(arrived_.front());
        arrived_.pop_front();
        return one;
    }
    std::counting_semaphore<> gone{0};

private:
    std::mutex mutex_;
    std::deque<std::unique_ptr<roi::core::incoming>> arrived_;
    std::counting_semaphore<> some_{0};
};

/// About ten seconds: what is only a short cut ends nothing, and nobody waits for much longer. A
/// machine under load may be late.
bool about_ten_seconds(clock::duration after) {
    CAPTURE(std::chrono::duration<double>(after).count());
    CHECK(after > 8s);
    CHECK(after < 25s);
    return after > 8s && after < 25s;
}

}  // namespace

TEST_CASE("a connection to a host that vanished is given up in ten seconds, at both ends") {
    other_host there;
    keeping_sink kept;
    std::unique_ptr<roi::net::engine> server;
    std::string endpoint;
    there.on([&] {
        server = roi::net::make_engine();
        server->set_sink(&kept);
        endpoint = server->listen("tcp://" + far_address + ":0");
    });
    seam::call waits{seam::keep, "waits"};
    seam::call drives{seam::keep, "drives"};
    seam::call unanswered{seam::keep, "unanswered"};
    seam::call late{seam::keep, "late"};
    seam::call too{seam::keep, "late"};
    boost::asio::io_context context;  // that nobody runs
    const auto threads = roi::net::make_engine();
    const auto driven = roi::net::make_engine(context);
    const auto answered = roi::net::make_engine();
    const auto first = threads->connect(endpoint);
    const auto second = driven->connect(endpoint);
    const auto third = answered->connect(endpoint);
    std::vector<std::unique_ptr<roi::core::incoming>> under_way;
    first->start(waits);
    under_way.push_back(kept.next());
    drives.will_wait = true;
    second->start(drives);
    auto driving = std::async(std::launch::async, [&] { second->wait(drives); });
    under_way.push_back(kept.next());
    third->start(unanswered);
    auto owed = kept.next();

    there.unplug();
    const auto from = clock::now();
    // Octets that nobody confirms: calls of the clients, an answer of the server.
    first->start(late);
    second->start(too);
    seam::echo(std::move(owed));
    REQUIRE(kept.gone.try_acquire_for(60s));
    CHECK(about_ten_seconds(clock::now() - from));
    for (auto* one : {&waits, &late, &drives, &too}) {
        REQUIRE(one->ended_within());
        CHECK(one->failed(errc::connection_lost, outcome::unknown));
    }
    CHECK(about_ten_seconds(clock::now() - from));
    driving.get();
    answered->stop(clock::now());
    there.on([&] { server.reset(); });
}

TEST_CASE("calls to a host that vanished end at their deadlines, with what is known of them") {
    other_host there;
    far_kitchen kitchen{there};
    roi::runtime own;
    boost::asio::io_context context;
    roi::runtime on_context{context};  // that nobody runs
    demo::KitchenClient waits{roi::at(kitchen.endpoint).on(own)};
    demo::KitchenClient drives{roi::at(kitchen.endpoint).on(on_context)};
    std::vector<roi::call<>> under_way;
    for (auto* client : {&waits, &drives}) {
        roi::connect(*client);
        under_way.push_back(client->with({.deadline = 2s}).async_hold_together());
        under_way.back().start();
    }
    kitchen.cook->door.await_waiting(2);
    there.unplug();
    const auto from = clock::now();
    for (auto* client : {&waits, &drives})
        under_way.push_back(client->with({.deadline = 300ms}).async_nothing());
    // A new connection is not made either, and that is known not to have run.
    roi::runtime fresh;
    demo::KitchenClient stranger{roi::at(kitchen.endpoint).on(fresh).without_waiting()};
    auto unreached = end_of(stranger.async_nothing(), from);
    std::vector<std::future<ending>> ends;
    for (auto& one : under_way)
        ends.push_back(end_of(std::move(one), from));
    for (auto& one : ends) {
        const auto ended = one.get();
        CHECK(ended.is(errc::deadline_exceeded, outcome::unknown));
        CHECK(ended.after < 8s);
    }
    const auto refused = unreached.get();
    CHECK(refused.is(errc::unreachable, outcome::not_executed));
    CHECK(refused.after < 20s);

    // With the link mended the same stubs work.
    there.plug();
    CHECK(waits.add(2, 3) == 5);
    CHECK(drives.add(3, 4) == 7);
}

TEST_CASE("a cut that is mended before the deadline costs time, and nothing runs twice") {
    other_host there;
    far_kitchen kitchen{there};
    roi::runtime here;
    demo::KitchenClient client{roi::at(kitchen.endpoint).on(here)};
    auto answer_lost = client.async_hold_together();
    answer_lost.start();
    kitchen.cook->door.await_waiting(1);
    const int runs = kitchen.cook->runs();
    there.unplug();
    kitchen.cook->door.open();
    kitchen.cook->door.await_left();  // its answer is lost
    auto request_lost = client.async_add(1, 2);
    request_lost.start();
    there.plug();
    answer_lost.get();
    CHECK(request_lost.get() == 3);
    CHECK(kitchen.cook->runs() == runs + 1);
}

TEST_CASE("a cut that costs the connection does not cost the answer, and nothing runs twice") {
    other_host there;
    far_kitchen kitchen{there};
    roi::runtime own;
    boost::asio::io_context context;
    roi::runtime on_context{context};  // that nobody runs
    demo::KitchenClient waits{roi::at(kitchen.endpoint).on(own)};
    demo::KitchenClient drives{roi::at(kitchen.endpoint).on(on_context)};
    std::vector<std::future<ending>> answers;
    std::vector<std::future<ending>> times;
    const auto from = clock::now();
    for (auto* client : {&waits, &drives}) {
        auto owed = client->with({.no_deadline = true}).async_hold_together();
        owed.start();
        answers.push_back(end_of(std::move(owed), from));
    }
    kitchen.cook->door.await_waiting(2);
    there.unplug();
    // Written now and confirmed by nobody: when these end, the connections have ended before.
    for (auto* client : {&waits, &drives})
        times.push_back(end_of(client->with({.deadline = 15s}).async_nothing(), from));
    for (auto& one : times)
        CHECK(one.get().result.outcome() == outcome::unknown);
    kitchen.cook->door.open();
    there.plug();
    for (auto& one : answers)
        CHECK_FALSE(one.get().result.error());
    const int runs = kitchen.cook->runs();
    CHECK(runs >= 2);
    CHECK_MESSAGE(runs <= 4, "the two that were answered, and those of which nobody knew");
}

TEST_CASE("a host that restarts without a word refuses what it knew, as soon as that is used") {
    roi::runtime here;
    std::optional<other_host> there{std::in_place};
    std::optional<far_kitchen> kitchen{std::in_place, *there};
    const std::string endpoint = kitchen->endpoint;
    const std::string port = kitchen->port();
    demo::KitchenClient client{roi::at(endpoint).on(here)};
    auto owed = client.with({.no_deadline = true}).async_hold_together();
    owed.start();
    kitchen->cook->door.await_waiting(1);
    there->unplug();
    kitchen.reset();
    there.reset();
    there.emplace();
    kitchen.emplace(*there, port);
    const auto from = clock::now();
    // The next call meets the host that knows of nothing; with it ends what waited there.
    auto called = end_of(client.with({.no_deadline = true}).async_nothing(), from);
    auto waited = end_of(std::move(owed), from);
    for (auto* one : {&called, &waited}) {
        const auto ended = one->get();
        CHECK(ended.is(errc::connection_lost, outcome::unknown));
        CHECK_MESSAGE(ended.after < 8s, "told by the host, not by time");
    }
    CHECK(client.add(2, 3) == 5);
}
