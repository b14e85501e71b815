// Each example runs as its README tells, as processes of its own, and prints what the README shows.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "integration/stage.hpp"

using roi::support::command;
using roi::support::process;
using roi::support::run;
using roi::support::stage;
using roi::support::surroundings;

namespace {

// The block of an example's README that begins with the line "```text NAME" ("```text": no name).
std::string promised(const std::string& example, const std::string& name = {}) {
    std::ifstream in(std::string(EXAMPLES_SOURCE_DIR) + "/" + example + "/README.md");
    std::string block;
    std::string line;
    while (std::getline(in, line) && line != "```text" + (name.empty() ? "" : " " + name)) {
    }
    while (std::getline(in, line) && line != "```")
        block += line + "\n";
    REQUIRE_MESSAGE(!block.empty(), "no such block in the README of " << example);
    return block;
}

std::string program(const std::string& path) {
    return std::string(EXAMPLES_BINARY_DIR) + "/" + path;
}

// The stage of the examples: programs by their path.
struct examples : stage {
    process start(const std::string& path, const std::string& line) {
        return stage::start(program(path), line);
    }
    std::string output_of(const std::string& path, std::vector<std::string> arguments = {}) {
        const auto done = run(here.run(program(path), std::move(arguments)));
        CAPTURE(done.output);
        CHECK(done.status.success());
        return done.standard_output;
    }
};

void check_clean_end(process& server) {
    server.signal(SIGTERM);
    const auto status = server.wait();
    CAPTURE(server.output());
    CHECK(status.success());
}

}  // namespace

TEST_CASE("01_hello prints what its README shows") {
    examples s;
    process server = s.start("01_hello/hello_server", "MYSERVER is published");
    CHECK(s.output_of("01_hello/hello_client") == promised("01_hello"));
    check_clean_end(server);
}

TEST_CASE("02_bank prints what its README shows") {
    examples s;
    process server = s.start("02_bank/bank_server", "the bank is open");
    CHECK(s.output_of("02_bank/bank_client") == promised("02_bank"));
    check_clean_end(server);
    CHECK(server.output().find("the bank is closed") != std::string::npos);
}

TEST_CASE("03_async prints what its README shows, in every style") {
    examples s;
    process server = s.start("03_async/async_server", "three shops are open");
    for (const char* style : {"coroutines", "own_loop", "futures", "callbacks"}) {
        CAPTURE(style);
        CHECK(s.output_of(std::string("03_async/async_") + style) == promised("03_async", style));
    }
    check_clean_end(server);
}

TEST_CASE("04_inheritance: a derived client prints what the README shows") {
    examples s;
    process server = s.start("04_inheritance/myserver_server", "MYSERVER is published");
    CHECK(s.output_of("04_inheritance/newclient") == promised("04_inheritance", "newclient"));
    check_clean_end(server);
}

TEST_CASE("04_inheritance: the encrypting server stands in front of the plain one") {
    examples s;
    process plain = s.start("04_inheritance/plain_server", "plain files are served");
    process vault = s.start("04_inheritance/vault_server", "encrypted files are served");
    const std::string inside = vault.output().substr(vault.output().find("ROI_NAMESERVER="));
    const std::string scope = inside.substr(15, inside.find('\n') - 15);

    const auto client = [&](std::vector<std::string> arguments, bool in_vault) {
        command what = s.here.run(program("04_inheritance/files_client"), std::move(arguments));
        if (in_vault) what.environment["ROI_NAMESERVER"] = scope;
        const auto done = run(what);
        CAPTURE(done.output);
        CHECK(done.status.success());
        return done.standard_output;
    };
    std::string printed = client({"write", "letter", "meet me at noon"}, true);
    printed += client({"read", "letter"}, true);
    printed += client({"read", "letter"}, false);
    CHECK(printed == promised("04_inheritance", "files"));
    check_clean_end(vault);
    check_clean_end(plain);
}

TEST_CASE("05_own_scope prints what its README shows, with no other name server about") {
    const surroundings here;
    const auto done = run(here.run(program("05_own_scope/workshop")));
    CAPTURE(done.output);
    CHECK(done.status.success());
    CHECK(done.standard_output == promised("05_own_scope"));
}

TEST_CASE("the demonstration tells its story to the end and leaves nothing running") {
    const surroundings here;
    const auto done = run(here.run(std::string(EXAMPLES_SOURCE_DIR) + "/run.sh",
                                   {"--built", std::string(EXAMPLES_BINARY_DIR) + "/.."}));
    CAPTURE(done.output);
    CHECK(done.status.success());
    std::size_t at = 0;
    for (const char* fact : {
             "class ROI_REMOTE(\"bank\") Bank {",
             "$ roi ls",
             "bank",
             "after a transfer of 500: 9500",
             "refused: alice lacks 10500 cents",
             "is published by bank_server (pid ",
             "$ roi call bank.balance '\"alice\"'",
             "9500",
             "did it run? outcome() = unknown",
             "the same object, once more: alice has 10000 cents",
             "parameter 3 'cents'",
             "10000 calls of balance",
             "exit status 0",
         }) {
        CAPTURE(fact);
        const std::size_t found = done.output.find(fact, at);
        CHECK(found != std::string::npos);
        if (found != std::string::npos) at = found;
    }
}
