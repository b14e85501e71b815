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

#include <functional>
#include <future>
#include <memory>
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

/// About ten seconds: what is only a short cut ends nothing, and nobody waits for much longer. A
/// machine under load may be late.
bool about_ten_seconds(clock::duration after) {
    CAPTURE(std::chrono::duration<double>(after).count());
    CHECK(after > 8s);
    CHECK(after < 25s);
    return after > 8s && after < 25s;
}

}  // namespace

TEST_CASE("a host that vanishes ends the calls it owes, with an unknown outcome, in ten seconds") {
    other_host there;
    far_kitchen kitchen{there};
    roi::runtime own;
    roi::runtime idle;
    boost::asio::io_context context;
    roi::runtime on_context{context};  // that nobody runs
    demo::KitchenClient waits{roi::at(kitchen.endpoint).on(own)};
    demo::KitchenClient drives{roi::at(kitchen.endpoint).on(on_context)};
    demo::KitchenClient late{roi::at(kitchen.endpoint).on(idle)};
    CHECK(late.add(1, 2) == 3);

    // Two whose answers are awaited, and one that is written when the host is gone already.
    auto first = waits.with({.no_deadline = true}).async_hold_together();
    auto second = drives.with({.no_deadline = true}).async_hold_together();
    first.start();
    roi::connect(drives);
    second.start();
    kitchen.cook->door.await_waiting(2);
    there.unplug();
    const auto from = clock::now();
    auto first_end = end_of(std::move(first), from);
    auto second_end = end_of(std::move(second), from);
    auto hurried = waits.with({.deadline = 300ms}).async_nothing();
    auto hurried_too = drives.with({.deadline = 300ms}).async_nothing();
    auto third_end = end_of(late.with({.no_deadline = true}).async_nothing(), from);
    // A new connection is not made either, and that is known not to have run.
    roi::runtime fresh;
    demo::KitchenClient stranger{roi::at(kitchen.endpoint).on(fresh).without_waiting()};
    auto fourth_end = end_of(stranger.async_nothing(), from);

    for (auto* one : {&hurried, &hurried_too}) {
        const auto ended = end_of(std::move(*one), from).get();
        CHECK(ended.is(errc::deadline_exceeded, outcome::unknown));
        CHECK(ended.after < 8s);
    }
    const auto unreached = fourth_end.get();
    CHECK(unreached.is(errc::unreachable, outcome::not_executed));
    CHECK(unreached.after < 20s);
    for (auto* one : {&first_end, &second_end, &third_end}) {
        const auto ended = one->get();
        CHECK(ended.is(errc::connection_lost, outcome::unknown));
        CHECK(about_ten_seconds(ended.after));
    }

    // With the link mended the same stubs work, on a new connection.
    there.plug();
    CHECK(waits.add(2, 3) == 5);
    CHECK(drives.add(3, 4) == 7);
    CHECK(late.add(4, 5) == 9);
}

TEST_CASE("a server gives up a client whose host vanished, where it owes an answer to it") {
    other_host there;
    std::promise<std::unique_ptr<roi::core::incoming>> arrived;
    std::promise<void> gone;
    struct serving final : roi::core::call_sink {
        std::promise<std::unique_ptr<roi::core::incoming>>* arrived = nullptr;
        std::promise<void>* gone = nullptr;
        void on_call(std::unique_ptr<roi::core::incoming> one) noexcept override {
            arrived->set_value(std::move(one));
        }
        void on_peer_gone(const roi::core::incoming::peer&) noexcept override { gone->set_value(); }
    } sink;
    sink.arrived = &arrived;
    sink.gone = &gone;
    std::unique_ptr<roi::net::engine> server;
    std::string endpoint;
    there.on([&] {
        server = roi::net::make_engine();
        server->set_sink(&sink);
        endpoint = server->listen("tcp://" + far_address + ":0");
    });
    seam::client here;
    seam::call one{seam::keep, "asked"};
    here.engine->connect(endpoint)->start(one);
    auto call = arrived.get_future().get();
    there.unplug();
    const auto from = clock::now();
    seam::echo(std::move(call));
    REQUIRE(gone.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(about_ten_seconds(clock::now() - from));
    here.engine->stop(clock::now());
    REQUIRE(one.ended_within());
    CHECK(one.answer.ran == outcome::unknown);
    there.on([&] { server.reset(); });
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
