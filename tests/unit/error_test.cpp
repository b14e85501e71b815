// Errors say what happened, where, and whether the call ran.
#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <ostream>

TEST_CASE("an error names method, endpoint and cause, and keeps its outcome when placed") {
    const roi::error lost{roi::errc::connection_lost, roi::outcome::unknown, "reset by peer"};
    const roi::error placed = lost.at("demo.Bank.balance", "unix:/run/bank", {1, 2, 7});
    CHECK(std::string{placed.what()} ==
          "demo.Bank.balance at unix:/run/bank: reset by peer: the connection was lost");
    CHECK(placed.outcome() == roi::outcome::unknown);
    CHECK(placed.call_id() == roi::call_id{1, 2, 7});
    CHECK(placed.code() == roi::errc::connection_lost);
}

TEST_CASE("only what surely did not run and may pass is retryable") {
    using roi::errc;
    using roi::outcome;
    CHECK(roi::error{errc::overloaded, outcome::not_executed, ""}.is_retryable());
    CHECK_FALSE(roi::error{errc::connection_lost, outcome::unknown, ""}.is_retryable());
    CHECK_FALSE(roi::error{errc::type_mismatch, outcome::not_executed, ""}.is_retryable());
}
