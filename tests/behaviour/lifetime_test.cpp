// Publishing, withdrawing, stopping, and what outlives what.
#include "behaviour/handwritten/bank.roi.hpp"
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/support/table_naming.hpp"
#include "behaviour/support/world.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace {

using namespace std::chrono_literals;
using roi::testing::world;

TEST_CASE("an object that exists already is published, however it is held") {
    world here;
    demo::Kitchen by_reference;
    auto shared = std::make_shared<demo::Kitchen>();
    const std::weak_ptr<demo::Kitchen> watch = shared;
    {
        const roi::runtime::use current{*here.server};
        const roi::servant first = roi::publish(by_reference, "first");
        const roi::servant second = roi::publish(std::move(shared), "second");
        const roi::servant third = roi::publish(std::make_unique<demo::Kitchen>(), "third");
        CHECK(first.name() == "first");
        CHECK(first.is_registered());
        for (const char* const name : {"first", "second", "third"}) {
            demo::KitchenClient kitchen{roi::named(name).on(*here.client)};
            CHECK(kitchen.add(1, 2) == 3);
        }
        CHECK_FALSE(watch.expired());
    }
    CHECK(watch.expired());
    CHECK(by_reference.runs() == 1);
}

TEST_CASE("a withdrawn object is found no more, and can be published again") {
    if (!roi::testing::has_threads()) return;
    world here;
    demo::Kitchen cook;
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    for (int i = 0; i < 3; ++i) {
        roi::servant servant = roi::publish(cook, roi::publication{}.on(*here.server));
        CHECK(demo::KitchenClient{kitchen}.add(i, i) == 2 * i);
        servant.withdraw();
        CHECK_FALSE(servant);
        servant.withdraw();
        const roi::result<int> gone =
            kitchen.with({.deadline = 40ms}).async_add(1, 1).get(roi::as_result);
        REQUIRE(gone.error());
        CHECK(gone.outcome() == roi::outcome::not_executed);
    }
    CHECK(cook.runs() == 3);
}

TEST_CASE("withdrawing waits for the running method, and refuses what waits") {
    if (!roi::testing::has_threads()) return;
    world here;
    demo::Kitchen cook;
    roi::servant servant = roi::publish(cook, roi::publication{}.on(*here.server));
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    roi::call<> running = kitchen.async_hold().start();
    cook.door.await_waiting(1);
    roi::call<> waiting = kitchen.with({.deadline = 300ms}).async_nothing().start();
    std::atomic<bool> withdrawn{false};
    std::thread withdrawal{[&] {
        servant.withdraw();
        withdrawn = true;
    }};
    const roi::result<void> refused = waiting.get(roi::as_result);
    REQUIRE(refused.error());
    CHECK(refused.outcome() == roi::outcome::not_executed);
    CHECK_FALSE(withdrawn);
    cook.door.open();
    running.get();
    withdrawal.join();
    CHECK(cook.runs() == 1);
}

TEST_CASE("a server that needs what this version lacks does not start, and says what") {
    world here;
    static constexpr roi::generated::interface type {
        .name = "demo.Durable", .published_name = "durable", .fingerprint_high = 1,
        .fingerprint_low = 2, .description = {}, .unsupported_marks = "ROI_EXACTLY_ONCE (save)"
    };
    static constexpr roi::generated::dispatch_table table{.type = &type, .entries = {}};
    int object = 0;
    try {
        const roi::servant servant{{&table, &object}, roi::publication{}.on(*here.server)};
        FAIL("was published");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::not_supported);
        CHECK(std::string{error.what()}.find("ROI_EXACTLY_ONCE (save)") != std::string::npos);
    }
}

TEST_CASE("stopping a runtime ends its calls, and later ones at once") {
    if (!roi::testing::has_threads()) return;
    world here;
    demo::KitchenServer cook{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    roi::call<> held = kitchen.async_hold().start();
    cook.door.await_waiting(1);
    here.client->stop(0s);
    const roi::result<void> ended = held.get(roi::as_result);
    REQUIRE(ended.error());
    CHECK(ended.error()->reason() == roi::errc::shutting_down);
    const roi::result<int> late = kitchen.async_add(1, 1).get(roi::as_result);
    REQUIRE(late.error());
    CHECK(late.error()->reason() == roi::errc::shutting_down);
    CHECK(late.outcome() == roi::outcome::not_executed);
    cook.door.open();
}

TEST_CASE("stopping a runtime ends calls that are still looking for their object, and delays") {
    if (!roi::testing::has_threads()) return;
    world here;
    roi::call<int> by_name =
        demo::KitchenClient{roi::named("nobody").on(*here.client)}.async_add(1, 1);
    roi::call<int> by_place =
        demo::KitchenClient{roi::at("unix:/nowhere/at/all").on(*here.client)}.async_add(1, 1);
    by_name.start();
    by_place.start();
    std::thread waiting{[&] {
        const roi::runtime::use current{*here.client};
        CHECK_THROWS_AS(roi::run([]() -> roi::task<int> {
                            co_await roi::delay(20s);
                            co_return 1;
                        }()),
                        roi::error);
    }};
    here.client->stop(0s);
    for (roi::call<int>* const each : {&by_name, &by_place}) {
        const roi::result<int> ended = each->get(roi::as_result);
        REQUIRE(ended.error());
        CHECK(ended.outcome() == roi::outcome::not_executed);
        CHECK(ended.error()->reason() == roi::errc::shutting_down);
    }
    waiting.join();
}

TEST_CASE("a stopped server lets running calls finish within the limit") {
    if (!roi::testing::has_threads()) return;
    world here;
    auto cook = std::make_unique<demo::KitchenServer>(roi::publication{}.on(*here.server));
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    roi::call<> held = kitchen.async_hold().start();
    cook->door.await_waiting(1);
    std::thread stopping{[&] { here.server->stop(10s); }};
    cook->door.open();
    CHECK(held.get(roi::as_result));
    stopping.join();
    cook.reset();
}

TEST_CASE("stubs and servers may outlive their runtime") {
    std::unique_ptr<demo::KitchenClient> kitchen;
    std::unique_ptr<demo::KitchenServer> cook;
    {
        world here;
        cook = std::make_unique<demo::KitchenServer>(roi::publication{}.on(*here.server));
        kitchen = std::make_unique<demo::KitchenClient>(roi::target{}.on(*here.client));
        CHECK(kitchen->add(1, 2) == 3);
    }
    const demo::KitchenClient copy = kitchen->with({.deadline = 1s});
    CHECK_THROWS_AS(kitchen->nothing(), roi::error);
    kitchen.reset();
    cook.reset();
}

TEST_CASE("an object whose name was taken over refuses calls that know of it") {
    if (!roi::testing::has_threads()) return;
    world here;
    demo::KitchenServer cook{roi::publication{}.on(*here.server)};
    roi::testing::take_over("/kitchen");
    // Resolves to the newer generation, at the old place: which is superseded.
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    const roi::result<int> refused =
        kitchen.with({.deadline = 60ms}).async_add(1, 1).get(roi::as_result);
    REQUIRE(refused.error());
    CHECK(refused.outcome() == roi::outcome::not_executed);
    CHECK(cook.runs() == 0);
}

TEST_CASE("connect() finds the object and the way to it, without a call") {
    world here;
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    CHECK_THROWS_AS(roi::connect(kitchen.with({.deadline = 20ms})), roi::error);
    const demo::KitchenServer cook{roi::publication{}.on(*here.server)};
    roi::connect(kitchen);
    CHECK(cook.runs() == 0);
}

TEST_CASE("a client of a location needs no name server, and waits for the server to be there") {
    if (!roi::testing::has_threads()) return;
    world here;
    roi::testing::set_name_server(roi::testing::name_server::down);
    const std::string endpoint = here.server->listen().front();
    roi::set_log([](roi::log_level, std::string_view) {});
    const demo::BankClient bank{roi::at(endpoint).on(*here.client)};
    roi::call<std::int64_t> early = bank.async_balance("bob").start();
    const demo::BankServer server{roi::publication{}.on(*here.server)};
    CHECK(early.get() == 50'00);
    CHECK(demo::BankClient{roi::at(endpoint, "bank").on(*here.client)}.balance("bob") == 50'00);
    const demo::BankServer second{roi::as("second").on(*here.server)};
    const roi::result<std::int64_t> unclear = demo::BankClient{roi::at(endpoint).on(*here.client)}
                                                  .with({.deadline = 1s})
                                                  .async_balance("bob")
                                                  .get(roi::as_result);
    REQUIRE(unclear.error());
    CHECK(unclear.error()->reason() == roi::errc::invalid_argument);
    roi::set_log(nullptr);
}

}  // namespace
