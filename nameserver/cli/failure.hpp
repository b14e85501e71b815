// How a command ends when it could not do what was asked: what was tried, and what to do.
#pragma once

#include <roi/error.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace roi::cli {

/// Exit codes, for scripts.
enum class exit_code {
    ok = 0,
    failed = 1,  ///< what was asked could not be done
    usage = 2,   ///< it was asked in a way that cannot be understood
};

class failure : public std::runtime_error {
public:
    failure(exit_code how, const std::string& text, std::string advice = {})
        : std::runtime_error(text), code_(how), advice_(std::move(advice)) {}

    exit_code code() const noexcept { return code_; }
    const std::string& advice() const noexcept { return advice_; }
    /// For --json: further members of the error.
    nlohmann::ordered_json details = nlohmann::ordered_json::object();

private:
    exit_code code_;
    std::string advice_;
};

/// A failed remote call or lookup, with whether it ran and what may help.
failure from_error(const std::string& doing, const roi::error& why);

/// "name_not_found".
std::string reason_name(errc reason);

}  // namespace roi::cli
