// ROI's server of the benchmark. No name server takes part: clients are given the endpoint.
#include "bench.roi.hpp"
#include "common/measure.hpp"

#include <roi/runtime.hpp>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
    roi::stop_signals stop;
    const bench::arguments how = bench::parse_server(argc, argv);
    roi::set_log([](roi::log_level, std::string_view) {});  // that no name server is in reach
    roi::runtime runtime{roi::runtime_options{
        .listen = {how.is_unix() ? how.address : "tcp://127.0.0.1:" + std::to_string(how.port())}}};
    bench::WorkloadServer server{roi::publication{}.on(runtime)};
    const std::string endpoint = runtime.listen().at(0);
    std::printf("ready %s\n", how.is_unix()
                                  ? how.address.c_str()
                                  : ("tcp:" + endpoint.substr(endpoint.rfind(':') + 1)).c_str());
    std::fflush(stdout);
    roi::serve(runtime);
}
