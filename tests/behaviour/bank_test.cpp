// The bank, called like a local object.
#include "behaviour/handwritten/bank.roi.hpp"
#include "behaviour/support/table_naming.hpp"
#include "behaviour/support/world.hpp"

#include <roi/runtime.hpp>

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using roi::testing::world;

TEST_CASE("a client calls the methods of a published object") {
    const world here;
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    demo::BankClient bank{roi::target{}.on(*here.client)};
    CHECK(bank.balance("alice") == 100'00);
    CHECK(bank.transfer("alice", "bob", 30'00) == 70'00);
    CHECK(bank.balance("bob") == 80'00);
}

TEST_CASE("a marked exception arrives by its type, with its fields and as its base") {
    const world here;
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    demo::BankClient bank{roi::target{}.on(*here.client)};
    try {
        bank.transfer("alice", "bob", 1'000'00);
        FAIL("did not throw");
    } catch (const demo::insufficient_funds& error) {
        CHECK(error.account == "alice");
        CHECK(error.missing_cents == 900'00);
    }
    CHECK_THROWS_AS(bank.transfer("alice", "bob", 1'000'00), std::exception);
    CHECK(bank.balance("alice") == 100'00);
}

TEST_CASE("the second server of a name is denied, and the holder is named") {
    const world here;
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    try {
        const demo::BankServer second{roi::publication{}.on(*here.client)};
        FAIL("was published");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::name_taken);
        CHECK(error.outcome() == roi::outcome::not_executed);
        CHECK(std::string{error.what()}.find("pid") != std::string::npos);
    }
    demo::BankClient bank{roi::target{}.on(*here.client)};
    CHECK(bank.balance("alice") == 100'00);
}

TEST_CASE("a client finds its server again after that was restarted") {
    if (!roi::testing::has_threads()) return;
    const world here;
    demo::BankClient bank{roi::target{}.on(*here.client)};
    {
        const demo::BankServer server{roi::publication{}.on(*here.server)};
        CHECK(bank.transfer("alice", "bob", 1'00) == 99'00);
    }
    const demo::BankServer again{roi::publication{}.on(*here.server)};
    CHECK(bank.balance("alice") == 100'00);
    const std::shared_ptr<roi::runtime> other = roi::testing::make_runtime();
}

TEST_CASE("a client may be made before its server, and waits within its deadline") {
    if (!roi::testing::has_threads()) return;
    const world here;
    demo::BankClient bank{roi::target{}.on(*here.client)};
    roi::call<std::int64_t> call = bank.async_balance("alice");
    call.start();
    CHECK_FALSE(call.has_ended());
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    CHECK(call.get() == 100'00);
}

TEST_CASE("without a server a call ends at its deadline, and says that it did not run") {
    const world here;
    const demo::BankClient bank{roi::named("nobody").on(*here.client)};
    try {
        static_cast<void>(bank.with({.deadline = 30ms}).balance("alice"));
        FAIL("did not throw");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::name_not_found);
        CHECK(error.outcome() == roi::outcome::not_executed);
        CHECK(error.is_retryable());
        CHECK(error.method() == "demo.Bank.balance");
        CHECK(std::string{error.what()}.find("nobody") != std::string::npos);
    }
    roi::testing::set_name_server(roi::testing::name_server::down);
    const auto result = bank.with({.deadline = 30ms}).async_balance("alice").get(roi::as_result);
    REQUIRE_FALSE(result);
    REQUIRE(result.error());
    CHECK(result.error()->reason() == roi::errc::no_name_server);
    CHECK(result.outcome() == roi::outcome::not_executed);
}

TEST_CASE("with no name server in reach a server serves, and is registered when there is one") {
    const world here;
    roi::testing::set_name_server(roi::testing::name_server::down);
    std::string lines;
    std::mutex mutex;
    roi::set_log([&](roi::log_level, std::string_view line) {
        const std::lock_guard lock{mutex};
        lines += std::string{line} + "\n";
    });
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    CHECK_FALSE(server.roi_servant().is_registered());
    {
        const std::lock_guard lock{mutex};
        CHECK(lines.find("not yet registered") != std::string::npos);
    }
    const std::string endpoint = here.server->listen().front();
    const demo::BankClient direct{roi::at(endpoint, "bank").on(*here.client)};
    CHECK(direct.balance("bob") == 50'00);
    roi::testing::set_name_server(roi::testing::name_server::up);
    CHECK(server.roi_servant().is_registered());
    const demo::BankClient bank{roi::target{}.on(*here.client)};
    CHECK(bank.balance("bob") == 50'00);
    roi::set_log(nullptr);
}

}  // namespace
