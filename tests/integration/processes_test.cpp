// Servers, clients and the name server as real processes that are killed, restarted and stopped.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <roi/runtime.hpp>

#include "bank.roi.hpp"
#include "integration/stage.hpp"

using namespace std::chrono_literals;
using roi::support::bank_is_open;
using roi::support::command;
using roi::support::exit_status;
using roi::support::process;
using roi::support::run;
using roi::support::scoped_environment;
using roi::support::stage;
using roi::support::surroundings;

namespace {

// A runtime of this process inside a test's surroundings, and a client of the bank there.
struct client_here {
    explicit client_here(const surroundings& here, roi::target object = {})
        : environment(here.environment()), bank(object.on(runtime)) {}

    scoped_environment environment;
    roi::runtime runtime;
    demo::BankClient bank;
};

// How a call fails that must fail.
template <class Call>
roi::error failure_of(Call&& call) {
    try {
        call();
    } catch (const roi::error& e) {
        return e;
    }
    FAIL("the call did not fail");
    throw;
}

}  // namespace

TEST_CASE(
    "a server killed in the middle of a call is noticed at once, and the outcome is unknown") {
    stage s;
    process server = s.start_bank();
    client_here client(s.here);
    CHECK(client.bank.balance("alice") == 10'000);
    auto call = client.bank.with({.no_deadline = true}).async_audit(1h).start();
    server.wait_for("an audit has begun");
    server.kill();
    const roi::error e = failure_of([&] { call.get(); });  // without a deadline: it is the loss
    CHECK(e.code() == roi::errc::connection_lost);
    CHECK(e.outcome() == roi::outcome::unknown);
    CHECK(e.method() == "demo.Bank.audit");
}

TEST_CASE("a client object is answered again by a server that was killed and started again") {
    stage s;
    process server = s.start_bank();
    client_here client(s.here);
    client.bank.transfer("alice", "bob", 100);
    CHECK(client.bank.balance("alice") == 9'900);
    server.kill();
    server = s.start_bank();
    CHECK(client.bank.balance("alice") == 10'000);
    CHECK(client.bank.transfer("alice", "bob", 1) == 9'999);
}

TEST_CASE("a call waits within its deadline for a server that is being started") {
    stage s;
    client_here client(s.here);
    auto balance = client.bank.async_balance("alice").start();
    process server = s.start_bank();
    CHECK(balance.get() == 10'000);
}

TEST_CASE("a client, a server and the name server may start in any order") {
    const surroundings here;
    process client(here.run(BANK_CLIENT));
    process server(here.run(BANK_SERVER));
    server.wait_for(bank_is_open);
    process names(here.run(NAMESERVER_PROGRAM, {"--no-tcp"}));
    const auto status = client.wait();
    CAPTURE(client.output());
    CHECK(status.success());
}

TEST_CASE("with no server and a short deadline the error says what was tried") {
    stage s;
    client_here client(s.here);
    const roi::error e =
        failure_of([&] { client.bank.with({.deadline = 100ms}).balance("alice"); });
    CHECK(e.code() == roi::errc::name_not_found);
    CHECK(e.outcome() == roi::outcome::not_executed);
    CHECK(std::string(e.what()).find("bank") != std::string::npos);
}

TEST_CASE("with no name server and a short deadline the error says so") {
    const surroundings here;
    client_here client(here);
    const roi::error e =
        failure_of([&] { client.bank.with({.deadline = 100ms}).balance("alice"); });
    CHECK(e.code() == roi::errc::no_name_server);
    CHECK(e.outcome() == roi::outcome::not_executed);
}

TEST_CASE("a name that is taken is denied, and its holder is named") {
    stage s;
    process first = s.start_bank();
    const auto second = run(s.with(BANK_SERVER));
    CHECK(second.status == exit_status{1, 0});
    CHECK(second.output.find("bank") != std::string::npos);
    CHECK(second.output.find(std::to_string(first.pid())) != std::string::npos);
}

TEST_CASE("the name of a killed server is free at once") {
    stage s;
    process first = s.start_bank();
    first.kill();
    process second = s.start_bank();
    client_here client(s.here);
    CHECK(client.bank.balance("bob") == 5'000);
}

TEST_CASE("calls go on while the name server is down, and new clients find the server afterwards") {
    stage s;
    process server = s.start_bank();
    client_here client(s.here);
    CHECK(client.bank.balance("alice") == 10'000);
    s.name_server().kill();
    CHECK(client.bank.transfer("alice", "bob", 500) == 9'500);
    s.start_name_server();
    client_here another(s.here);
    CHECK(another.bank.balance("alice") == 9'500);  // the same server, registered again by itself
    const auto third = run(s.with(BANK_SERVER));    // and its name is still taken
    CHECK(third.status == exit_status{1, 0});
}

TEST_CASE("a server whose port was taken over by another program is not mistaken for it") {
    stage s;
    const std::string port = std::to_string(roi::support::free_port());
    const command on_port{.environment = {{"ROI_LISTEN", "tcp://127.0.0.1:" + port}}};
    process server = s.start_bank(on_port);
    client_here client(s.here);
    CHECK(client.bank.transfer("alice", "bob", 500) == 9'500);
    server.kill();
    process other = s.start(HELLO_SERVER, "MYSERVER is published", on_port);
    server = s.start_bank();
    CHECK(client.bank.balance("alice") == 10'000);
}

TEST_CASE("an endpoint without the object says that it does not hold it") {
    stage s;
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(roi::support::free_port());
    process other =
        s.start(HELLO_SERVER, "MYSERVER is published", {.environment = {{"ROI_LISTEN", endpoint}}});
    client_here client(s.here, roi::at(endpoint, "bank"));
    const roi::error e =
        failure_of([&] { client.bank.with({.deadline = 300ms}).balance("alice"); });
    CAPTURE(std::string(e.what()));
    CHECK(e.code() == roi::errc::object_not_found);
    CHECK(e.outcome() == roi::outcome::not_executed);
    CHECK(e.endpoint() == endpoint);
}

TEST_CASE("two hundred clients are served at once") {
    stage s;
    process server = s.start_bank();
    command one = s.with(BANK_STORY);
    one.arguments = {"measure", "20"};
    std::vector<process> clients;
    for (int i = 0; i < 200; ++i)
        clients.emplace_back(one);
    for (process& client : clients) {
        const auto status = client.wait();
        CAPTURE(client.output());
        CHECK(status.success());
    }
    client_here client(s.here);
    CHECK(client.bank.balance("alice") == 10'000);
}

TEST_CASE("SIGTERM and ^C end a server with exit code 0, and its name is free") {
    for (const int signal : {SIGTERM, SIGINT}) {
        stage s;
        process server = s.start_bank();
        server.signal_group(signal);
        CHECK(server.wait().success());
        CHECK(server.output().find("the bank is closed") != std::string::npos);
        process next = s.start_bank();
    }
}

TEST_CASE("a call that runs when SIGTERM comes is finished and answered") {
    stage s;
    process server = s.start_bank();
    client_here client(s.here);
    auto audit = client.bank.async_audit(300ms).start();
    server.wait_for("an audit has begun");
    server.signal(SIGTERM);
    CHECK(audit.get() == 15'000);
    CHECK(server.wait().success());
}

TEST_CASE("a second signal ends a server that is still waiting for its calls") {
    stage s;
    process server = s.start_bank();
    client_here client(s.here);
    auto audit = client.bank.async_audit(1h).start();
    server.wait_for("an audit has begun");
    server.signal(SIGTERM);
    process next = s.start_bank();  // the first signal has been heard: the name is free
    CHECK(server.running());
    server.signal(SIGTERM);
    CHECK_FALSE(server.wait().success());
    CHECK(failure_of([&] { audit.get(); }).outcome() == roi::outcome::unknown);
}

TEST_CASE("the name server ends on SIGTERM with exit code 0 and starts again on what it stored") {
    stage s;
    process server = s.start_bank();
    s.name_server().signal(SIGTERM);
    CHECK(s.name_server().wait().success());
    s.start_name_server();
    client_here client(s.here);
    CHECK(client.bank.balance("alice") == 10'000);
}

TEST_CASE("a client that is interrupted in a call takes nothing with it") {
    stage s;
    process server = s.start_bank();
    command crash = s.with(BANK_STORY);
    crash.arguments = {"crash"};
    process client(crash);
    server.wait_for("an audit has begun");
    client.signal_group(SIGINT);
    CHECK(client.wait() == exit_status{-1, SIGINT});
    client_here another(s.here);
    // `audit` blocks for a minute, but holds the object: only another object is not delayed.
    const roi::error e =
        failure_of([&] { another.bank.with({.deadline = 200ms}).balance("alice"); });
    CHECK(e.code() == roi::errc::deadline_exceeded);
    CHECK(server.running());
}

TEST_CASE("a client of a changed interface is refused, and the parameter that differs is named") {
    stage s;
    process server = s.start_bank();
    const auto done = run(s.with(BANK_CHANGED_CLIENT));
    CAPTURE(done.output);
    CHECK(done.status.success());  // it got errc::type_mismatch
    CHECK(done.output.find("cents") != std::string::npos);
    CHECK(done.output.find("transfer") != std::string::npos);
}

TEST_CASE("errors of the bank arrive by type, with their fields, from another process") {
    const surroundings here;  // a runtime directory of its own
    process names(here.run(NAMESERVER_PROGRAM, {"--no-tcp"}));
    names.wait_for("ready");  // a line, never a time
    process server(here.run(BANK_SERVER));
    server.wait_for("the bank is open");

    client_here client(here);
    try {
        client.bank.transfer("alice", "bob", 20'000);
        FAIL("alice does not have that much");
    } catch (const demo::insufficient_funds& e) {
        CHECK(e.account == "alice");
        CHECK(e.missing_cents == 10'000);
    }
    CHECK_THROWS_AS(client.bank.balance("carol"), std::out_of_range);
    CHECK_THROWS_AS(client.bank.transfer("alice", "bob", -1), std::invalid_argument);

    server.signal(SIGTERM);
    CHECK(server.wait().success());
}
