// The bank: the interface that its server implements and its clients call.
#pragma once

#include <roi/annotations.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <string>

namespace demo {

/// An account does not hold what was to be taken from it.
struct ROI_ERROR insufficient_funds : std::exception {
    std::string account;
    std::int64_t missing_cents = 0;

    insufficient_funds() = default;
    insufficient_funds(std::string who, std::int64_t missing)
        : account(std::move(who)), missing_cents(missing) {}
    const char* what() const noexcept override { return "insufficient funds"; }
};

/// The accounts of one bank.
class ROI_REMOTE("bank") Bank {
public:
    /// Cents held by `account`.
    ROI_AT_LEAST_ONCE
    std::int64_t balance(const std::string& account) const;

    /// Moves `cents` from one account to the other; returns the new balance of `from`.
    std::int64_t transfer(const std::string& from, const std::string& to, std::int64_t cents);

    /// Counts all the money, and takes `time` for it.
    ROI_BLOCKING
    std::int64_t audit(std::chrono::milliseconds time) const;

private:
    std::map<std::string, std::int64_t> accounts_{{"alice", 100'00}, {"bob", 50'00}};
};

}  // namespace demo
