// Runs each benchmark program once and shortly, so that none of them rots.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/process.hpp"

using roi::support::process;
using roi::support::surroundings;

namespace {

struct rival {
    std::vector<std::string> server, client;  // program, and arguments before the address
    std::vector<std::string> server_modes;
    std::vector<std::vector<std::string>> cells;  // workload, mode
};

void try_all(const rival& what) {
    const surroundings here;
    for (const std::string& mode : what.server_modes) {
        for (std::string address :
             {"unix:" + (here.directory() / ("socket" + mode)).string(), std::string("tcp:0")}) {
            std::vector<std::string> arguments(what.server.begin() + 1, what.server.end());
            arguments.push_back(address);
            if (!mode.empty()) arguments.push_back(mode);
            process server(here.run(what.server[0], arguments));
            address = server.wait_for("ready ").substr(6);
            for (const auto& cell : what.cells) {
                arguments.assign(what.client.begin() + 1, what.client.end());
                arguments.push_back(address);
                arguments.insert(arguments.end(), cell.begin(), cell.end());
                arguments.insert(arguments.end(), {"--seconds", "0.02"});
                const auto done = run(here.run(what.client[0], arguments));
                CAPTURE(done.output);
                CHECK(done.status.success());
                CHECK(done.standard_output.starts_with("result " + cell[0] + " calls="));
            }
        }
    }
}

}  // namespace

TEST_CASE("the floors are measured") {
    for (const char* mode : {"blocking", "spin"})
        try_all({.server = {BENCH_FLOOR, "server"},
                 .client = {BENCH_FLOOR, "client"},
                 .server_modes = {mode},
                 .cells = {{"W1", mode}, {"W2", mode}, {"W3", mode}}});
}

#ifdef BENCH_GRPC_SERVER
TEST_CASE("gRPC is measured in every style") {
    try_all(
        {.server = {BENCH_GRPC_SERVER},
         .client = {BENCH_GRPC_CLIENT},
         .server_modes = {"sync", "cq", "callback"},
         .cells = {
             {"W1"}, {"W2"}, {"W3"}, {"W5"}, {"bank"}, {"W4:64", "cq"}, {"W4:64", "callback"}}});
}
#endif

#ifdef BENCH_ROI_SERVER
TEST_CASE("ROI is measured") {
    try_all({.server = {BENCH_ROI_SERVER},
             .client = {BENCH_ROI_CLIENT},
             .server_modes = {""},
             .cells = {{"W1"}, {"W2"}, {"W3"}, {"W5"}, {"bank"}, {"W4:64"}}});
}
#endif
