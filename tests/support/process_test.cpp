// The process harness itself: a test of real processes is worth what this is worth.
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "support/process.hpp"

using namespace std::chrono_literals;
using roi::support::command;
using roi::support::exit_status;
using roi::support::process;
using roi::support::process_error;
using roi::support::temporary_directory;

namespace {

command shell(std::string script) {
    return {.program = "sh", .arguments = {"-c", script}};
}

// Waits for the end of a process that is not our child.
bool ended_within(pid_t pid, int milliseconds) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return true;
    pollfd watched{fd, POLLIN, 0};
    const bool ended = ::poll(&watched, 1, milliseconds) == 1;
    ::close(fd);
    return ended;
}

}  // namespace

TEST_CASE("a finished process tells its exit code and what it printed on each stream") {
    const auto done = roi::support::run(shell("echo out; echo err >&2; exit 3"));
    CHECK(done.status == exit_status{3, 0});
    CHECK(done.standard_output == "out\n");
    CHECK(done.output.find("err\n") != std::string::npos);
}

TEST_CASE("a wait for a line returns that line, and the next one goes on behind it") {
    process child(shell("echo ready 1; echo other; echo ready 2; exec cat"));
    CHECK(child.wait_for("ready") == "ready 1");
    CHECK(child.wait_for("ready") == "ready 2");
}

TEST_CASE("what was said on standard error before a line on standard output is there before it") {
    process child(
        shell("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo log$i >&2; echo out$i; done"));
    for (int i = 1; i <= 1000; ++i) {
        const std::string number = std::to_string(i);
        child.wait_for("out" + number);
        const std::string before = child.output();
        const bool in_order =
            before.find("log" + number + "\n") < before.find("out" + number + "\n");
        REQUIRE(in_order);
    }
}

TEST_CASE("a wait for a line that never comes shows the command and the output") {
    process child(shell("echo only this"));
    try {
        child.wait_for("ready");
        FAIL("it found a line that was not printed");
    } catch (const process_error& e) {
        const std::string text = e.what();
        CHECK(text.find("its output ended without a line with 'ready'") != std::string::npos);
        CHECK(text.find("echo only this") != std::string::npos);
        CHECK(text.find("output:\nonly this\n") != std::string::npos);
    }
}

TEST_CASE("every wait has a deadline") {
    process child({.program = "sh", .arguments = {"-c", "read line; echo got $line"}, .input = ""});
    CHECK(child.wait().success());
    process stuck(shell("echo started; kill -STOP $$"));
    stuck.wait_for("started");
    CHECK_THROWS_AS(stuck.wait_for("more", 1ms), process_error);
    CHECK_THROWS_AS(stuck.wait(1ms), process_error);
    CHECK(stuck.running());
}

TEST_CASE("a process is told by its signal when one ended it") {
    process child(shell("echo ready; exec tail -f /dev/null"));
    child.wait_for("ready");
    child.signal(SIGTERM);
    CHECK(child.wait() == exit_status{-1, SIGTERM});
    CHECK_FALSE(child.running());
}

TEST_CASE("input is given to the process, also more than a pipe holds") {
    const std::string much(1'000'000, 'x');
    const auto done = roi::support::run({.program = "wc", .arguments = {"-c"}, .input = much});
    CHECK(done.standard_output == "1000000\n");
    CHECK(roi::support::run({.program = "true", .input = much}).status.success());
}

TEST_CASE("a program that does not exist is an error, not a process") {
    CHECK_THROWS_AS(process({.program = "/no/such/program"}), process_error);
}

TEST_CASE("with the object die the process and what it started") {
    pid_t grandchild = 0;
    {
        process child(shell("tail -f /dev/null & echo child $!; wait"));
        grandchild = static_cast<pid_t>(std::stol(child.wait_for("child").substr(6)));
        CHECK(::kill(grandchild, 0) == 0);
    }
    CHECK(ended_within(grandchild, 10'000));
}

TEST_CASE("what a finished process left running dies with the object too") {
    pid_t grandchild = 0;
    {
        process child(shell("tail -f /dev/null >/dev/null 2>&1 & echo child $!"));
        grandchild = static_cast<pid_t>(std::stol(child.wait_for("child").substr(6)));
        CHECK(child.wait().success());
        CHECK(::kill(grandchild, 0) == 0);
    }
    CHECK(ended_within(grandchild, 10'000));
}

TEST_CASE("the environment is ours with the given variables on top") {
    command what = shell("echo \"$GIVEN\" \"${HOME-none}\" \"$PWD\"");
    const temporary_directory place;
    what.environment = {{"GIVEN", "value"}, {"HOME", std::nullopt}};
    what.directory = place.path();
    CHECK(roi::support::run(what).standard_output == "value none " + place.path().string() + "\n");
}

TEST_CASE("surroundings keep a test away from the user's own name server") {
    const roi::support::scoped_environment outer(
        {{"ROI_NAMESERVER", std::optional<std::string>("unix:/elsewhere")}});
    const roi::support::surroundings here;
    const auto done = roi::support::run(
        here.run("sh", {"-c", "echo \"${ROI_NAMESERVER-none} $XDG_RUNTIME_DIR\""}));
    CHECK(done.standard_output ==
          "unix:" + here.name_server_socket().string() + " " + here.directory().string() + "\n");
}
