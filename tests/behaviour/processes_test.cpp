// How processes end: with calls under way, by signals, as children of a fork.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "support/process.hpp"

#include <roi/runtime.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roi::support::exit_status;
using roi::support::finished;
using roi::support::process;
using roi::support::surroundings;

finished run(const std::string& mode, const std::string& argument = {}) {
    const surroundings here;
    auto command = here.run(BEHAVIOUR_PROGRAM, {mode, argument});
    // What the parent's threads held is nobody's in a forked child, which is no leak of ours.
    if (mode == "fork") command.environment["ASAN_OPTIONS"] = "detect_leaks=0";
    return roi::support::run(command);
}

TEST_CASE("a process ends in good order while it serves a call and waits for one") {
    const finished ended = run("exit-under-way");
    INFO(ended.output);
    CHECK(ended.status.success());
}

TEST_CASE("a process ends in good order while a server owes it an answer") {
    const surroundings here;
    roi::runtime own{{.listen = {"unix:" + (here.directory() / "own").string()}}};
    demo::KitchenServer cook{roi::publication{}.on(own)};
    const finished ended = run("exit-with-call", own.listen().front());
    INFO(ended.output);
    CHECK(ended.status.success());
    cook.door.open();
}

TEST_CASE("^C ends a client that waits for an answer at once, and its methods are told") {
    const surroundings here;
    roi::runtime own{{.listen = {"unix:" + (here.directory() / "own").string()}}};
    demo::KitchenServer cook{roi::publication{}.on(own)};
    {
        process client{here.run(BEHAVIOUR_PROGRAM, {"blocked-call", own.listen().front()})};
        cook.door.await_waiting(1);
        client.signal_group(SIGINT);
        CHECK(client.wait(10s) == exit_status{-1, SIGINT});
        CHECK(client.output().empty());
    }
    // The object is free again before a method that was told nothing would have freed it.
    demo::KitchenClient other{roi::at(own.listen().front()).on(own)};
    CHECK(other.with({.deadline = 8s}).add(2, 2) == 4);
    cook.door.open();
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator{here.directory()})
        left.push_back(entry.path().filename());
    CHECK(left == std::vector<std::string>{"own"});
}

TEST_CASE("static stubs and servers may be destroyed after the default runtime was stopped") {
    const finished ended = run("static-objects");
    INFO(ended.output);
    CHECK(ended.status.success());
}

TEST_CASE("serve() returns after SIGTERM and after SIGINT, and the process ends with 0") {
    for (const int signal : {SIGTERM, SIGINT}) {
        const surroundings here;
        process server{here.run(BEHAVIOUR_PROGRAM, {"serve"})};
        const std::string line = server.wait_for("ready ");
        demo::KitchenClient kitchen{roi::at(line.substr(6), "kitchen")};
        CHECK(kitchen.add(1, 2) == 3);
        server.wait_for("serves until");
        server.signal(signal);
        server.wait_for("served 1");
        CHECK(server.wait().success());
    }
}

TEST_CASE("a signal that comes before serve() ends the process in order") {
    for (const std::string signal : {"SIGTERM", "SIGINT"}) {
        const finished ended = run("signalled-early", signal);
        INFO(ended.output);
        CHECK(ended.status.success());
        CHECK(ended.output.find("\nheard") != std::string::npos);
        CHECK(ended.output.find("served 0") != std::string::npos);
    }
}

TEST_CASE("a program with a loop of its own keeps its own handling of signals") {
    const finished ended = run("own-loop");
    INFO(ended.output);
    CHECK(ended.output.find("heard") == 0);
    CHECK(ended.status == exit_status{17, 0});
}

TEST_CASE("a second signal ends a process that waits for a method") {
    const surroundings here;
    process server{here.run(BEHAVIOUR_PROGRAM, {"serve-stuck"})};
    const std::string line = server.wait_for("ready ");
    const demo::KitchenClient kitchen{roi::at(line.substr(6), "kitchen")};
    roi::call<> stuck = kitchen.async_hold();
    server.wait_for("serves until");
    stuck.start();
    server.wait_for("stuck");
    server.signal(SIGTERM);
    // The names are withdrawn before it waits: new calls are refused, which shows that it does.
    roi::result<void> late =
        kitchen.with({.deadline = 5s}).async_hold_together().get(roi::as_result);
    while (!late.error() || late.outcome() != roi::outcome::not_executed) {
        late = kitchen.with({.deadline = 5s}).async_hold_together().get(roi::as_result);
    }
    server.signal(SIGTERM);
    CHECK(server.wait() == exit_status{-1, SIGTERM});
    const roi::result<void> lost = stuck.get(roi::as_result);
    REQUIRE(lost.error());
    CHECK(lost.error()->reason() == roi::errc::connection_lost);
    CHECK(lost.outcome() == roi::outcome::unknown);
}

TEST_CASE("a killed server is noticed at once, and the same client finds its successor") {
    const surroundings here;
    const std::string endpoint = "unix:" + (here.directory() / "kitchen").string();
    auto command = here.run(BEHAVIOUR_PROGRAM, {"serve-stuck"});
    command.environment["ROI_LISTEN"] = endpoint;
    demo::KitchenClient kitchen{roi::at(endpoint, "kitchen")};
    roi::call<int> early = kitchen.async_add(1, 1);
    early.start();
    {
        process server{command};
        server.wait_for("ready ");
        CHECK(early.get() == 2);
        roi::call<> stuck = kitchen.async_hold();
        stuck.start();
        server.wait_for("stuck");
        server.kill();
        const roi::result<void> lost = stuck.get(roi::as_result);
        REQUIRE(lost.error());
        CHECK(lost.error()->reason() == roi::errc::connection_lost);
        CHECK(lost.outcome() == roi::outcome::unknown);
    }
    process again{command};
    CHECK(kitchen.add(2, 2) == 4);
}

// The thread sanitizer cannot follow a child that was forked with threads and starts its own: it
// ends it ("starting new threads after multi-threaded fork is not supported").
#ifdef __SANITIZE_THREAD__
constexpr bool cannot_fork = true;
#else
constexpr bool cannot_fork = false;
#endif

TEST_CASE("a forked child's old stubs are refused, and new ones work" *
          doctest::skip(cannot_fork)) {
    const finished ended = run("fork");
    INFO(ended.output);
    CHECK(ended.status.success());
    CHECK(ended.output.find("old stub refused") != std::string::npos);
    CHECK(ended.output.find("fresh stub got 5") != std::string::npos);
    CHECK(ended.output.find("child ended with 0, parent serves on") != std::string::npos);
}

}  // namespace
