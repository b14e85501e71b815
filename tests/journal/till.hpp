// A till whose money moves exactly once: the object of the tests of journals.
#pragma once

#include <roi/annotations.hpp>
#include <roi/journal.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <string>

namespace tests {

/// There is less in an account than was to be taken.
struct ROI_ERROR too_little : std::exception {
    std::int64_t missing = 0;
    const char* what() const noexcept override { return "too little"; }
};

class ROI_REMOTE("till") Till {
public:
    explicit Till(roi::journal& store);

    ROI_LOCAL roi::journal& journal() { return store_; }
    /// Reads the balances again.
    ROI_LOCAL void reload();

    /// Adds `cents`, which may be negative; returns what is there then.
    ROI_EXACTLY_ONCE std::int64_t add(const std::string& account, std::int64_t cents);
    /// The same under the default promise.
    std::int64_t add_plainly(const std::string& account, std::int64_t cents);
    ROI_AT_LEAST_ONCE std::int64_t balance(const std::string& account) const;
    /// Adds, and then throws: nothing is added.
    ROI_EXACTLY_ONCE void add_and_throw(const std::string& account, std::int64_t cents);
    /// Adds, and calls the till at that endpoint from inside of the transaction: refused there.
    ROI_EXACTLY_ONCE std::string call_out(const std::string& endpoint);
    /// An answer of that many octets.
    ROI_EXACTLY_ONCE std::string large(std::uint32_t octets);
    /// How often methods that add have run, in this life of the object.
    ROI_AT_LEAST_ONCE std::int64_t runs() const { return runs_; }

    /// Called by each add(), in the transaction.
    ROI_LOCAL void on_add(std::function<void()> what) { on_add_ = std::move(what); }

private:
    std::int64_t change(const std::string& account, std::int64_t cents);
    roi::journal& store_;
    std::map<std::string, std::int64_t> balances_;
    std::int64_t runs_ = 0;
    std::function<void()> on_add_;
};

}  // namespace tests
