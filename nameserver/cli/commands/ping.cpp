// roi ping: does the name server, or an object's server, answer, and how fast?
#include "command.hpp"
#include "directory.hpp"
#include "format.hpp"

#include <roi/dynamic.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

namespace roi::cli {

namespace {

struct options {
    std::string object;
    int count = 3;
};

std::string milliseconds(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.3f ms", value);
    return text;
}

template <class Ask>
std::vector<double> measure(int count, Ask ask) {
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        ask();
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        times.push_back(took.count());
    }
    return times;
}

void report(const settings& with, nlohmann::ordered_json facts, const std::string& who,
            const std::vector<double>& times) {
    if (with.json) {
        facts["milliseconds"] = times;
        print_json(facts);
        return;
    }
    std::string line = who + " answers: ";
    for (std::size_t i = 0; i < times.size(); ++i) {
        line += (i == 0 ? "" : ", ") + milliseconds(times[i]);
    }
    print(line + "\n");
}

exit_code ping_name_server(const settings& with, int count) {
    const auto server = directory::open(with);
    naming::server_state state;
    const auto times = measure(count, [&] { state = server.state(); });
    report(with,
           {{"endpoint", server.endpoint()},
            {"software", state.software},
            {"pid", state.pid},
            {"store", state.store},
            {"names", state.names},
            {"leases", state.leases},
            {"up_ms", state.up_ms}},
           server.text() + " (" + state.software + ", pid " + std::to_string(state.pid) + ", up " +
               age_text(state.up_ms) + ", " + std::to_string(state.names) + " names, store " +
               state.store + ")",
           times);
    return exit_code::ok;
}

exit_code ping_object(const settings& with, const std::string& text, int count) {
    const auto object = object_name::parse(text, with);
    if (object.endpoint.empty()) {
        // Says at once that a name is not there; the runtime would wait for it.
        auto there = with;
        there.scope = object.scope;
        (void)directory::open(there).resolve(object.name);
    }
    try {
        // Says what it is, and makes the connection that the pings go over.
        const auto offer = dynamic::describe(object.target(), {.deadline = with.timeout});
        std::vector<double> times;
        for (int i = 0; i < count; ++i) {
            const auto answer = dynamic::ping(object.target(), {.deadline = with.timeout});
            times.push_back(std::chrono::duration<double, std::milli>(answer.took).count());
        }
        report(with,
               {{"object", text}, {"interface", offer.interface}, {"endpoint", offer.endpoint}},
               text + " (" + offer.interface + " at " + offer.endpoint + ")", times);
    } catch (const roi::error& why) {
        throw from_error("pinging " + text, why);
    }
    return exit_code::ok;
}

}  // namespace

void add_ping(program& to) {
    auto& command = add_command(to, "ping", "Ask the name server, or an object, for a sign of life",
                                "  roi ping\n  roi ping bank -c 10");
    const auto chosen = std::make_shared<options>();
    command.add_option("OBJECT", chosen->object,
                       "A published name or unix:/run/x#bank; none: the name server");
    command.add_option("-c,--count", chosen->count, "How often")
        ->type_name("TIMES")
        ->check(CLI::Range(1, 1'000'000));
    command.callback([&to, chosen] {
        to.run = [&to, chosen] {
            return chosen->object.empty() ? ping_name_server(to.settings, chosen->count)
                                          : ping_object(to.settings, chosen->object, chosen->count);
        };
    });
}

}  // namespace roi::cli
