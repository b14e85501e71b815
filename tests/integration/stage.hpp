// A name server, banks and clients as processes of one test's own.
#pragma once

#include <memory>
#include <string>
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

    /// `what` as `program`, in these surroundings.
    command with(const std::string& program, command what = {}) const {
        what.program = program;
        for (const auto& variable : here.environment())
            what.environment.insert(variable);
        return what;
    }

private:
    std::unique_ptr<process> names_;
};

}  // namespace roi::support
