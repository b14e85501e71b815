// The protocol under faults, in virtual time: every scenario with many seeds, each seed twice.
#include <roi/testing.hpp>

#include "support/seam.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <ostream>
#include <set>

namespace {

using namespace seam;
using roi::errc;
using roi::outcome;
using roi::testing::host;
using roi::testing::network;
using kind = roi::core::answer::kind;
using incoming = std::unique_ptr<roi::core::incoming>;

/// A process with an engine on a host; serves echo, and counts what it executed.
struct process {
    process(host& where)
        : engine{where.make_engine()}, objects{[this](incoming one) { serve(std::move(one)); }} {
        engine->set_sink(&objects);
        endpoint = engine->listen("");
    }
    ~process() {
        kept.clear();
        engine.reset();  // it uses the sink until then
    }
    void serve(incoming one) {
        executed.insert(text(one->arguments()).substr(0, 8));
        if (one->header().method == 2) {  // keeps it
            kept.push_back(std::move(one));
            return;
        }
        if (one->header().method == 3) {  // asks another first
            call inner{1, text(one->arguments())};
            inner.deadline = engine->executor().now() + 5s;
            auto to = engine->connect(other);
            to->start(inner);
            to->wait(inner);
        }
        echo(std::move(one));
    }
    std::unique_ptr<roi::net::engine> engine;
    std::multiset<std::string> executed;
    std::vector<incoming> kept;
    std::string endpoint;
    std::string other;
    sink objects;
};

/// Starts `count` calls, some large, with deadlines.
void start_some(process& from, const std::string& to, std::deque<call>& all, int count) {
    for (int i = 0; i < count; ++i) {
        std::string argument = "call" + std::to_string(1000 + static_cast<int>(all.size()));
        if (i % 7 == 3) argument += std::string(400'000, 'x');
        auto& one = all.emplace_back(1, argument);
        one.deadline = from.engine->executor().now() + 2s;
        from.engine->connect(to)->start(one);
    }
}

/// What holds at the end of every scenario.
void check_all(const std::deque<call>& all, const std::multiset<std::string>& executed) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& one = all[i];
        CAPTURE(i);
        CHECK(one.times == 1);
        const auto ran = executed.count("call" + std::to_string(1000 + i));
        CHECK(ran <= 1);
        if (one.answer.what == kind::result) CHECK(ran == 1);
        if (one.answer.what == kind::failure && one.answer.ran == outcome::not_executed)
            CHECK(ran == 0);
    }
}

void with_seeds(const std::function<void(network&)>& scenario) {
    const char* const given = std::getenv("ROI_SEED");
    const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
    const char* const count = std::getenv("ROI_SEEDS");
    const std::uint64_t last = first + (count != nullptr   ? std::strtoull(count, nullptr, 10)
                                        : given != nullptr ? 1
                                                           : 20);
    for (std::uint64_t seed = first; seed < last; ++seed) {
        CAPTURE(seed);
        std::vector<std::string> traces[2];
        for (auto& trace : traces) {
            network net{seed};
            if (seed % 2 == 0) net.fragment(1 + seed * 37 % 5000);
            scenario(net);
            CHECK(net.run_until_idle());
            trace = net.trace();
        }
        REQUIRE(traces[0] == traces[1]);
        CHECK_FALSE(traces[0].empty());
    }
}

}  // namespace

TEST_CASE("calls over a healthy network all return, in virtual time") {
    with_seeds([](network& net) {
        process server{net.add("server")};
        process client{net.add("client")};
        std::deque<call> all;
        start_some(client, server.endpoint, all, 20);
        net.run_for(1s);
        check_all(all, server.executed);
        for (auto& one : all)
            CHECK(one.answer.what == kind::result);
        CHECK(net.elapsed() == 1s);
    });
}

TEST_CASE("a blocking call runs the network until its answer is there, nested ones too") {
    with_seeds([](network& net) {
        process a{net.add("a")};
        process b{net.add("b")};
        b.other = a.endpoint;
        call one{3, "nested"};
        const auto to = a.engine->connect(b.endpoint);
        to->start(one);
        to->wait(one);
        CHECK(one.result() == "nested");
        CHECK(a.executed.count("nested") == 1);
        CHECK(net.elapsed() < 10ms);
    });
}

TEST_CASE("a server that crashes leaves every call with a truthful outcome") {
    with_seeds([](network& net) {
        auto& machine = net.add("server");
        process server{machine};
        process client{net.add("client")};
        std::deque<call> all;
        start_some(client, server.endpoint, all, 30);
        net.run_for(std::chrono::microseconds{200 + net.seed() * 53 % 1500});
        machine.crash();
        net.run_for(3s);
        check_all(all, server.executed);
        int ended = 0;
        for (auto& one : all)
            ended += one.answer.what == kind::failure;
        CHECK(ended + static_cast<int>(server.executed.size()) >= 30);
        // It comes back, under another name of endpoint, and is reached.
        process again{machine};
        call one{1, "again"};
        const auto to = client.engine->connect(again.endpoint);
        to->start(one);
        to->wait(one);
        CHECK(one.result() == "again");
    });
}

TEST_CASE("a link that is reset, held, or cut never makes a call run twice or lie") {
    with_seeds([](network& net) {
        auto& here = net.add("client");
        auto& there = net.add("server");
        process server{there};
        process client{here};
        std::deque<call> all;
        for (int round = 0; round < 6; ++round) {
            start_some(client, server.endpoint, all, 10);
            net.run_for(std::chrono::microseconds{
                100 + (net.seed() * 131 + static_cast<std::uint64_t>(round) * 977) % 900});
            switch ((net.seed() + static_cast<std::uint64_t>(round)) % 3) {
                case 0:
                    net.drop(here, there);
                    break;
                case 1:
                    net.hold(here, there);
                    net.run_for(300ms);
                    net.release(here, there);
                    break;
                default:
                    net.partition(here, there);
                    net.run_for(net.seed() % 2 == 0 ? 1s : 15s);
                    net.repair(here, there);
            }
        }
        net.run_for(30s);
        check_all(all, server.executed);
    });
}

TEST_CASE("a partition ends calls by their deadline, and connections by their own time") {
    with_seeds([](network& net) {
        auto& here = net.add("client");
        auto& there = net.add("server");
        process server{there};
        process client{here};
        call warm{1, "warm"};
        const auto to = client.engine->connect(server.endpoint);
        to->start(warm);
        to->wait(warm);
        net.partition(here, there);
        call one{1, "lost"};
        one.deadline = client.engine->executor().now() + 2s;
        to->start(one);
        to->wait(one);
        CHECK(one.failed(errc::deadline_exceeded, outcome::unknown));
        net.run_for(20s);
        CHECK(to->failed());
        call unreached{1, "never"};
        const auto again = client.engine->connect(server.endpoint);
        again->start(unreached);
        again->wait(unreached);
        CHECK(unreached.failed(errc::unreachable, outcome::not_executed));
        CHECK(server.executed.count("lost") == 0);
    });
}

TEST_CASE("stopping drains: what is under way finishes, what comes later is refused") {
    with_seeds([](network& net) {
        process server{net.add("server")};
        process client{net.add("client")};
        call kept{2, "kept"};
        const auto to = client.engine->connect(server.endpoint);
        to->start(kept);
        net.run_for(10ms);
        REQUIRE(server.kept.size() == 1);
        auto& executor = server.engine->executor();
        executor.start_timer(
            executor.now() + 100ms,
            [](void* context) {
                auto& all = *static_cast<std::vector<incoming>*>(context);
                echo(std::move(all.front()));
                all.clear();
            },
            &server.kept);
        CHECK(server.engine->stop(executor.now() + 5s));
        net.run_for(10ms);
        CHECK(kept.result() == "kept");
        call late{1, "late"};
        const auto again = client.engine->connect(server.endpoint);
        again->start(late);
        again->wait(late);
        CHECK(late.answer.ran == outcome::not_executed);
        CHECK(server.executed.count("late") == 0);
    });
}

TEST_CASE("a call that can never end says so instead of hanging the test") {
    network net{1};
    process server{net.add("server")};
    process client{net.add("client")};
    call one{2, "kept"};
    const auto to = client.engine->connect(server.endpoint);
    to->start(one);
    to->wait(one);
    CHECK(one.failed(errc::connection_lost, outcome::unknown));
    server.kept.clear();
}
