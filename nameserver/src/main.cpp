// roi-nameserver: the daemon. Options, the place where it listens, its log, and its end.
#include "core/naming.hpp"
#include "name_service.roi.hpp"
#include "places.hpp"
#include "service/service.hpp"
#include "store/sqlite_store.hpp"

#include <roi/runtime.hpp>
#include <roi/servant.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace roi::nameserver;

constexpr const char* system_socket = "/run/roi/nameserver";

// Exit codes; docs/operations.md tells them.
constexpr int cannot_start = 2;
constexpr int store_lost = 3;

struct settings {
    std::string socket;
    std::vector<std::string> listen;
    std::vector<std::string> advertise;
    bool no_tcp = false;
    std::filesystem::path data;
    bool ephemeral = false;
    bool insecure = false;
    std::string parent;
    level lowest = level::info;
};

// The log.

void write_line(level lowest, level how, std::string_view event, std::string_view fields) {
    if (how < lowest) return;
    static constexpr const char* names[] = {"debug", "info", "warning", "error"};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    char time[32];
    std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string line = "time=";
    line += time;
    const std::string thousandths = std::to_string(1000 + now.tv_nsec / 1'000'000);
    line += "." + thousandths.substr(1) + "Z";
    line += std::string{" level="} + names[static_cast<int>(how)] + " event=";
    line += event;
    line += fields;
    line += '\n';
    // One call per line, so that lines of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

log_sink make_log(level lowest) {
    return [lowest](level how, std::string_view event, std::string_view fields) {
        write_line(lowest, how, event, fields);
    };
}

// Places.

std::string default_socket() {
    if (const char* dir = std::getenv("XDG_RUNTIME_DIR"); dir && *dir == '/') {
        return std::string{dir} + "/roi/nameserver";
    }
    const passwd* me = ::getpwuid(::geteuid());
    if (::geteuid() == 0 || (me && std::string_view{me->pw_name} == "roi")) {
        return system_socket;
    }
    return {};
}

std::filesystem::path default_data() {
    if (::geteuid() == 0 && !std::getenv("XDG_RUNTIME_DIR")) return "/var/lib/roi";
    if (const char* dir = std::getenv("XDG_STATE_HOME"); dir && *dir == '/') {
        return std::filesystem::path{dir} / "roi";
    }
    if (const char* home = std::getenv("HOME"); home && *home == '/') {
        return std::filesystem::path{home} / ".local/state/roi";
    }
    return {};
}

/// The directory of a socket: made where it is missing. Others may enter it, but not write.
void make_directory(const std::string& socket) {
    const auto directory = std::filesystem::path{socket}.parent_path();
    if (directory.empty() || std::filesystem::exists(directory)) return;
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms(0755));
}

/// Who answers at an endpoint, for the one who wanted to listen there.
std::string who_is_at(const std::string& endpoint) {
    try {
        roi::naming::name_service_client other{
            roi::at(endpoint, roi::naming::server_object).without_waiting()};
        const auto state = other.with({.deadline = std::chrono::seconds{2}}).state();
        return state.software + ", pid " + std::to_string(state.pid) + ", which keeps " +
               std::to_string(state.names) + (state.names == 1 ? " name in " : " names in ") +
               state.store;
    } catch (const std::exception& e) {
        return std::string{"a server that is no name server ("} + e.what() + ")";
    }
}

bool is_loopback(std::string_view endpoint) {
    return endpoint.starts_with("unix:") || endpoint.starts_with("tcp://127.") ||
           endpoint.starts_with("tcp://[::1]:") || endpoint.starts_with("tcp://localhost:");
}

int refuse(const std::string& text) {
    write_line(level::error, level::error, "cannot_start", field("why", text));
    std::fprintf(stderr, "roi-nameserver: %s\n", text.c_str());
    return cannot_start;
}

int run(const settings& with) {
    // What says that it is ready can be told to end.
    const roi::stop_signals stop;
    const log_sink log = make_log(with.lowest);
    roi::set_log([log](roi::log_level how, std::string_view line) {
        static constexpr level levels[] = {level::debug, level::info, level::warning, level::error};
        log(levels[static_cast<int>(how)], "runtime", field("text", line));
    });

    // The names first: whoever connects is answered from all of them.
    const std::string me = "roi-nameserver, pid " + std::to_string(::getpid());
    std::unique_ptr<store> keeps;
    std::shared_ptr<ledger> names;
    try {
        if (with.ephemeral) {
            keeps = make_memory_store(now().wall_ms);
        } else {
            sqlite_options options;
            options.directory = with.data;
            options.owner = me;
            options.wall_ms = now().wall_ms;
            keeps = open_sqlite_store(options);
        }
        ledger::options options;
        options.log = log;
        options.on_poisoned = [log](const std::string& why) {
            // Nobody is answered any more: whether the last change is on disk is not known.
            log(level::error, "store_lost", field("why", why));
            std::_Exit(store_lost);
        };
        names = std::make_shared<ledger>(std::move(keeps), std::move(options));
    } catch (const std::exception& e) {
        return refuse(e.what());
    }

    service::options about;
    about.access = with.insecure ? access::everyone : access::unix_peers;
    if (!with.parent.empty()) about.parent = [parent = with.parent] { return parent; };
    const auto served = std::make_shared<service>(names, std::move(about));

    roi::runtime_options options;
    options.advertise = with.advertise;
    const std::string well_known =
        "tcp://127.0.0.1:" + std::to_string(roi::naming::well_known_port);
    options.listen.push_back("unix:" + with.socket);
    for (const std::string& endpoint : with.listen)
        options.listen.push_back(endpoint);
    // The port is the host's, so only the host's own name server takes it: one that a user starts
    // for themselves must not become that of others.
    const bool tries_port = with.listen.empty() && !with.no_tcp && with.socket == system_socket;
    if (tries_port) options.listen.push_back(well_known);
    for (const std::string& endpoint : options.listen) {
        if (!is_loopback(endpoint)) {
            log(level::warning, "unauthenticated",
                field("listen", endpoint) +
                    field("text", with.insecure ? "whoever reaches it may look up and publish names"
                                                : "whoever reaches it may look up names"));
        }
    }

    try {
        make_directory(with.socket);
        auto owner = std::make_unique<roi::runtime>(options);
        if (tries_port) {
            // Another user of this host may have the port: users on the socket do not need it.
            try {
                owner->listen();
            } catch (const roi::error& e) {
                if (e.reason() != roi::errc::name_taken ||
                    std::string_view{e.what()}.find(well_known) == std::string_view::npos) {
                    throw;
                }
                log(level::warning, "port_taken",
                    field("listen", well_known) +
                        field("text", "programs that look there reach another name server"));
                options.listen.pop_back();
                owner = std::make_unique<roi::runtime>(options);
            }
        }
        roi::core::observe_peers(*owner, served);
        roi::servant servant;
        {
            const roi::runtime::use here{*owner};
            roi::naming::name_service& object = *served;
            servant = roi::publish(object,
                                   roi::as(roi::naming::server_object).in(roi::core::local_scope));
        }
        const auto endpoints = owner->listen();
        // The host's name server is for all of its users; a user's own lies in a directory that no
        // other user can enter.
        if (with.socket == system_socket && ::chmod(system_socket, 0666) != 0) {
            return refuse(std::string{system_socket} +
                          " cannot be opened to the users of this host");
        }
        const auto counts = names->count();
        std::string all;
        for (const std::string& e : endpoints)
            all += " " + e;
        log(level::info, "ready",
            field("pid", std::to_string(::getpid())) + field("listen", all.substr(1)) +
                field("store", counts.store) + field("names", std::to_string(counts.names)) +
                field("revision", std::to_string(counts.at.revision)));
        std::printf("ready%s\n", all.c_str());
        std::fflush(stdout);

        roi::serve(*owner);
        log(level::info, "stopping", {});
        servant.withdraw();
        served->begin_stop();
        owner->stop();
        names->stop();
        log(level::info, "stopped", field("revision", std::to_string(names->count().at.revision)));
    } catch (const roi::error& e) {
        if (e.reason() == roi::errc::name_taken) {
            for (const std::string& endpoint : options.listen) {
                if (std::string_view{e.what()}.find(endpoint) != std::string_view::npos) {
                    return refuse(endpoint + " is served by " + who_is_at(endpoint));
                }
            }
        }
        return refuse(e.what());
    } catch (const std::exception& e) {
        return refuse(e.what());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    // A file at its limit, and a log that nobody reads any more, fail a write and end nothing.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    settings with;
    CLI::App app{
        "The name server: keeps which server is published under which name, and where it is.\n"
        "Without options it takes the place where programs of this host look for it.",
        "roi-nameserver"};
    app.add_option("--socket", with.socket,
                   "Unix socket (default: $XDG_RUNTIME_DIR/roi/nameserver, else "
                   "/run/roi/nameserver)");
    app.add_option("--listen", with.listen,
                   "further endpoint, as tcp://0.0.0.0:7411; may be repeated (default: "
                   "tcp://127.0.0.1:7411 beside /run/roi/nameserver, else none)");
    app.add_flag("--no-tcp", with.no_tcp, "do not listen on TCP");
    app.add_option("--advertise", with.advertise,
                   "endpoint to give out in place of those listened on; may be repeated");
    app.add_option("--data", with.data,
                   "directory of the store (default: $XDG_STATE_HOME/roi or ~/.local/state/roi; "
                   "/var/lib/roi for the system's)");
    app.add_flag("--ephemeral", with.ephemeral, "keep names in memory only");
    app.add_flag("--insecure", with.insecure,
                 "callers over TCP, who are anonymous, may publish too");
    app.add_option("--parent", with.parent,
                   "scope to ask for names that are not here, as tcp://host:7411#/team");
    const std::map<std::string, level> levels{{"debug", level::debug},
                                              {"info", level::info},
                                              {"warning", level::warning},
                                              {"error", level::error}};
    app.add_option("--log-level", with.lowest, "debug, info, warning or error (default: info)")
        ->transform(CLI::CheckedTransformer(levels).description(""));
    app.set_version_flag("--version", std::string{"roi-nameserver "} + ROI_VERSION);
    CLI11_PARSE(app, argc, argv);

    if (with.socket.empty()) with.socket = default_socket();
    if (with.socket.empty()) {
        return refuse(
            "there is no place for a socket: XDG_RUNTIME_DIR is not set; give one with "
            "--socket");
    }
    std::string why;
    if (!roi::naming::scope_name::parse(with.parent, why)) return refuse("--parent: " + why);
    if (!with.ephemeral && with.data.empty()) with.data = default_data();
    if (!with.ephemeral && with.data.empty()) {
        return refuse("there is no place for the store: give one with --data, or use --ephemeral");
    }
    return run(with);
}
