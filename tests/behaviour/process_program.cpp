// A process for tests of how processes end: its first argument says what it does.
#include "behaviour/handwritten/kitchen.roi.hpp"

#include <roi/runtime.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace std::chrono_literals;

// Made before main, and destroyed after it.
std::unique_ptr<demo::KitchenClient> static_client;
std::unique_ptr<demo::KitchenServer> static_server;
std::optional<roi::call<>> static_call;

void say(const std::string& line) {
    std::cout << line << std::endl;
}

std::string own_endpoint() {
    return roi::runtime::current().listen().front();
}

// Ends while a call is under way, in a method that heeds nothing, and with static stubs.
int exit_under_way(const std::string&) {
    static demo::KitchenServer cook;
    static_client = std::make_unique<demo::KitchenClient>();
    static_call.emplace(static_client->async_hold());
    static_call->start();
    cook.door.await_waiting(1);
    std::thread opener{[] { cook.door.open(); }};
    opener.detach();
    say("leaving");
    return 0;
}

// Leaves a call under way at a server that never answers.
int exit_with_call(const std::string& endpoint) {
    static_client = std::make_unique<demo::KitchenClient>(roi::at(endpoint, "kitchen"));
    static_call.emplace(static_client->async_hold());
    static_call->start();
    roi::connect(*static_client);
    say("leaving");
    return 0;
}

// An interactive program, as its user sees it: it waits for an answer, and owes itself another.
int blocked_call(const std::string& endpoint) {
    demo::KitchenClient kitchen{roi::at(endpoint, "kitchen")};
    roi::call<bool> other = kitchen.async_wait_until_cancelled();
    other.start();
    kitchen.hold_together();
    return 0;
}

// A server that is older than the runtime it uses, and is destroyed after it was stopped.
int static_objects(const std::string&) {
    static_server = std::make_unique<demo::KitchenServer>();
    static_client = std::make_unique<demo::KitchenClient>();
    static_client->nothing();
    say("leaving");
    return 0;
}

int serve(const std::string&) {
    roi::set_log([](roi::log_level, std::string_view line) { say(std::string{line}); });
    demo::KitchenServer cook;
    say("ready " + own_endpoint());
    roi::serve();
    say("served " + std::to_string(cook.runs()));
    return 0;
}

// Told to end, by itself, before it comes to serve().
int signalled_early(const std::string& which) {
    const roi::stop_signals stop;
    demo::KitchenServer cook;
    say("ready " + own_endpoint());
    std::raise(which == "SIGINT" ? SIGINT : SIGTERM);
    say(stop.received() ? "heard" : "not heard");
    roi::serve();
    say("served " + std::to_string(cook.runs()));
    return 0;
}

// Has a loop and a handler of its own: publishing changes nothing about its signals.
int own_loop(const std::string&) {
    struct sigaction mine {};
    mine.sa_handler = [](int) { std::_Exit(17); };
    ::sigaction(SIGTERM, &mine, nullptr);
    {
        const roi::stop_signals stop;  // for a while
        std::raise(SIGTERM);
        say(stop.received() ? "heard" : "not heard");
    }
    demo::KitchenServer cook;
    demo::KitchenClient{}.nothing();
    std::raise(SIGTERM);
    return 0;
}

// Serves a method that never ends.
int serve_stuck(const std::string&) {
    roi::set_log([](roi::log_level, std::string_view line) { say(std::string{line}); });
    demo::KitchenServer cook;
    say("ready " + own_endpoint());
    std::thread watcher{[&] {
        cook.door.await_waiting(1);
        say("stuck");
    }};
    watcher.detach();
    roi::serve();
    return 0;
}

int fork_child(const std::string&) {
    demo::KitchenServer cook;
    demo::KitchenClient kitchen;
    kitchen.nothing();
    const std::string endpoint = own_endpoint();
    const pid_t child = ::fork();
    if (child == 0) {
        const roi::result<void> old = kitchen.async_nothing().get(roi::as_result);
        say(old.error() && old.outcome() == roi::outcome::not_executed ? "old stub refused"
                                                                       : "old stub answered");
        demo::KitchenClient fresh{roi::at(endpoint, "kitchen")};
        say("fresh stub got " + std::to_string(fresh.add(2, 3)));
        std::exit(0);  // with the parent's objects in its static storage and on its stack
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    kitchen.nothing();
    say("child ended with " + std::to_string(status) + ", parent serves on");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::map<std::string, std::function<int(const std::string&)>> modes{
        {"exit-under-way", exit_under_way},
        {"exit-with-call", exit_with_call},
        {"blocked-call", blocked_call},
        {"static-objects", static_objects},
        {"serve", serve},
        {"serve-stuck", serve_stuck},
        {"fork", fork_child},
        {"signalled-early", signalled_early},
        {"own-loop", own_loop},
    };
    const auto mode = modes.find(argc > 1 ? argv[1] : "");
    if (mode == modes.end()) return 64;
    try {
        return mode->second(argc > 2 ? argv[2] : "");
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << std::endl;
        return 1;
    }
}
