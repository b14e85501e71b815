// A name server, banks and clients as processes of one test's own.
#pragma once

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/process.hpp"

namespace roi::support {

inline constexpr const char* bank_is_open = "the bank is open";

/// Surroundings with a name server in them.
class stage {
public:
    surroundings here;

    stage() { start_name_server(); }

    void start_name_server() {
        names_ = std::make_unique<process>(here.run(NAMESERVER_PROGRAM, {"--no-tcp"}));
        names_->wait_for("ready");
    }
    process& name_server() { return *names_; }

    /// Starts a program and waits for the line that says that it is ready.
    process start(const std::string& program, const std::string& line, command what = {}) {
        process child(with(program, std::move(what)));
        child.wait_for(line);
        return child;
    }
    process start_bank(command what = {}) {
        return start(BANK_SERVER, bank_is_open, std::move(what));
    }

    /// Returns when a program that was started handles `number`: it prints that it is ready before
    /// it waits for signals.
    static void wait_for_handler(const process& child, int number) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!handles(child.pid(), number)) {
            if (!child.running() || std::chrono::steady_clock::now() > end)
                throw process_error("it never handles the signal:\n" + child.output());
            std::this_thread::yield();
        }
    }

    /// `what` as `program`, in these surroundings.
    command with(const std::string& program, command what = {}) const {
        what.program = program;
        for (const auto& variable : here.environment())
            what.environment.insert(variable);
        return what;
    }

private:
    // Does any thread catch the signal, or wait for it while it is blocked?
    static bool handles(pid_t process, int number) {
        std::ifstream in("/proc/" + std::to_string(process) + "/status");
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("SigCgt:") || line.starts_with("SigBlk:")) {
                if ((std::stoull(line.substr(8), nullptr, 16) >> (number - 1) & 1) != 0)
                    return true;
            }
        }
        return false;
    }

    std::unique_ptr<process> names_;
};

}  // namespace roi::support
