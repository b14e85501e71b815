// Values, deadlines, cancellation, and the styles of waiting.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/kitchen_checks.hpp"
#include "behaviour/support/world.hpp"

#include <roi/codec.hpp>
#include <roi/this_call.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roi::testing::world;

struct kitchen_world : world {
    demo::KitchenServer cook{roi::publication{}.on(*server)};
    demo::KitchenClient kitchen{roi::target{}.on(*client)};
    ~kitchen_world() { cook.door.open(); }
};

TEST_CASE("values travel as to a local object") {
    kitchen_world here;
    kitchen_checks::takes_and_gives_values(here.kitchen);
}

TEST_CASE("a call's arguments need not outlive the making of the call") {
    kitchen_world here;
    auto text = std::make_unique<std::string>("short-lived");
    roi::call<std::string> call = here.kitchen.async_echo(*text);
    text.reset();
    CHECK(call.get() == "short-lived");
}

TEST_CASE("many calls are under way at once, and copies of a stub share one connection") {
    kitchen_world here;
    std::vector<roi::call<int>> calls;
    const demo::KitchenClient copy{here.kitchen};
    for (int i = 0; i < 200; ++i)
        calls.push_back(copy.async_add(i, i).start());
    for (int i = 0; i < 200; ++i)
        CHECK(calls[static_cast<std::size_t>(i)].get() == 2 * i);
}

TEST_CASE("one stub is called from many threads") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                if (here.kitchen.add(t, i) != t + i) ++wrong;
            }
        });
    }
    for (std::thread& each : threads)
        each.join();
    CHECK(wrong == 0);
    CHECK(here.cook.most_inside() == 1);
}

TEST_CASE("a call that runs beyond its deadline ends with an unknown outcome") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::connect(here.kitchen);
    try {
        here.kitchen.with({.deadline = 300ms}).hold();
        FAIL("did not throw");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::deadline_exceeded);
        CHECK(error.outcome() == roi::outcome::unknown);
        CHECK(error.method() == "demo.Kitchen.hold");
        CHECK_FALSE(error.endpoint().empty());
        CHECK(error.call_id());
    }
}

TEST_CASE("a call that waits for its object beyond its deadline is never run") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<> holder = here.kitchen.async_hold().start();
    here.cook.door.await_waiting(1);
    CHECK_THROWS_AS(here.kitchen.with({.deadline = 20ms}).nothing(), roi::error);
    roi::connect(here.kitchen);  // behind it on the connection: the server's deadline is over too
    here.cook.door.open();
    holder.get();
    here.kitchen.nothing();
    CHECK(here.cook.runs() == 2);
}

TEST_CASE("the deadline reaches the method, and the calls that it makes") {
    kitchen_world here;
    const demo::KitchenClient hurried = here.kitchen.with({.deadline = 5s});
    const std::int64_t left = demo::KitchenClient{hurried}.milliseconds_left();
    CHECK(left > 1000);
    CHECK(left <= 5000);
    const demo::KitchenServer other{roi::as("other").on(*here.server)};
    CHECK(demo::KitchenClient{hurried}.milliseconds_left_inside("other", false) <= 5000);
    CHECK(demo::KitchenClient{hurried}.milliseconds_left_inside("other", true) > 20'000);
    demo::KitchenClient patient = here.kitchen.with({.no_deadline = true});
    CHECK(patient.milliseconds_left() == -1);
}

TEST_CASE("cancelling a call ends it, and tells the method") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<bool> call = here.kitchen.async_wait_until_cancelled().start();
    while (here.cook.runs() == 0)
        std::this_thread::yield();
    call.cancel();
    const roi::result<bool> result = call.get(roi::as_result);
    REQUIRE(result.error());
    CHECK(result.error()->reason() == roi::errc::cancelled);
    CHECK(result.outcome() == roi::outcome::unknown);
    // The object is free again, because the method has noticed.
    CHECK(here.kitchen.add(1, 2) == 3);
}

TEST_CASE("dropping a call that is under way cancels it") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    {
        roi::call<bool> call = here.kitchen.async_wait_until_cancelled();
        call.start();
        while (here.cook.runs() == 0)
            std::this_thread::yield();
    }
    CHECK(here.kitchen.add(1, 2) == 3);
}

TEST_CASE("a call that was never started does nothing") {
    kitchen_world here;
    { static_cast<void>(here.kitchen.async_nothing()); }
    CHECK(here.kitchen.add(1, 2) == 3);
    CHECK(here.cook.runs() == 1);
}

TEST_CASE("a call cancelled before it is started was not executed") {
    kitchen_world here;
    roi::call<> call = here.kitchen.async_nothing();
    call.cancel();
    const roi::result<void> result = call.get(roi::as_result);
    REQUIRE(result.error());
    CHECK(result.error()->reason() == roi::errc::cancelled);
    CHECK(result.outcome() == roi::outcome::not_executed);
    CHECK(here.cook.runs() == 0);
}

TEST_CASE("cancellation is inherited by the calls that a method makes") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    demo::KitchenServer other{roi::as("other").on(*here.server)};
    roi::call<bool> call = here.kitchen.async_ask_to_wait("other").start();
    while (other.runs() == 0)
        std::this_thread::yield();
    call.cancel();
    CHECK_FALSE(call.get(roi::as_result));
    // Both are free again: the inner method was told as well.
    CHECK(demo::KitchenClient{roi::named("other").on(*here.client)}.add(1, 2) == 3);
    CHECK(here.kitchen.add(1, 2) == 3);
}

TEST_CASE("a method knows which call it serves") {
    kitchen_world here;
    CHECK(here.kitchen.who() == "demo.Kitchen.who;deadline;wanted");
    CHECK_FALSE(roi::is_serving_call());
    CHECK_THROWS_AS(roi::this_call(), std::logic_error);
}

TEST_CASE("the trace of a call reaches its method, and the calls made inside") {
    kitchen_world here;
    CHECK(here.kitchen.echo("trace") == "none");
    roi::trace_context trace;
    trace.trace_id[15] = 7;
    trace.parent_id[7] = 8;
    trace.flags = 1;
    CHECK(here.kitchen.with({.trace = trace}).echo("trace") == "7 8 1");
    const demo::KitchenServer other{roi::as("other").on(*here.server)};
    CHECK(here.kitchen.with({.trace = trace}).ask("other", "trace") == "7 8 1");
    CHECK(here.kitchen.ask("other", "trace") == "none");
}

TEST_CASE("arguments of any size are sent again where the call is known not to have run") {
    if (!roi::testing::has_threads()) return;
    for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}, std::size_t{3'000'000}}) {
        const world here;
        const std::string text(size, 't');
        const auto first = roi::testing::make_runtime();
        demo::Kitchen cook;
        roi::servant old = roi::publish(cook, roi::as("moving").on(*first));
        const demo::KitchenClient moving{roi::named("moving").on(*here.client)};
        roi::call<> holds = moving.async_hold().start();
        cook.door.await_waiting(1);
        roi::call<std::string> waits = moving.async_echo(text).start();
        std::thread withdrawal{[&] { old.withdraw(); }};
        std::optional<demo::KitchenServer> fresh;
        while (!fresh) {
            try {
                fresh.emplace(roi::as("moving").on(*here.server));
            } catch (const roi::error& taken) {
                REQUIRE(taken.reason() == roi::errc::name_taken);
            }
        }
        CHECK(waits.get() == text);
        CHECK(fresh->runs() == 1);
        CHECK(cook.runs() == 1);
        cook.door.open();
        holds.get();
        withdrawal.join();
    }
}

TEST_CASE("a client of another interface is refused, and told which") {
    kitchen_world here;
    const roi::generated::interface changed {
        .name = "demo.Kitchen", .published_name = "kitchen", .fingerprint_high = 1,
        .fingerprint_low = 1, .description = {}
    };
    const roi::reference by_name{changed, roi::target{}.on(*here.client)};
    const roi::reference by_place{
        changed, roi::at(here.server->listen().front(), "kitchen").on(*here.client)};
    for (const roi::reference* const each : {&by_name, &by_place}) {
        try {
            each->connect();
            FAIL("was connected");
        } catch (const roi::error& error) {
            CHECK(error.reason() == roi::errc::type_mismatch);
            CHECK(error.outcome() == roi::outcome::not_executed);
        }
    }
}

TEST_CASE("a method that the server does not have is refused, not executed") {
    kitchen_world here;
    static constexpr roi::generated::method unknown{.id = 1, .name = "unknown"};
    try {
        roi::call<>{{here.kitchen.roi_reference(), demo::KitchenClient::roi_interface, unknown},
                    nullptr}
            .get();
        FAIL("was executed");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::method_not_found);
        CHECK(error.outcome() == roi::outcome::not_executed);
        CHECK(error.method() == "demo.Kitchen.unknown");
    }
}

TEST_CASE("arguments that cannot be read are refused, and the method is not run") {
    kitchen_world here;
    constexpr roi::generated::method echo{.id = 0xb7bc3fa0da2353e7, .name = "echo"};
    roi::generated::request request{here.kitchen.roi_reference(),
                                    demo::KitchenClient::roi_interface, echo};
    const roi::generated::sent_field endless{
        nullptr,  // the beginning of a number that does not end
        [](roi::wire::writer& out, std::uint32_t, const void*) { out.put_byte(0xff); }, 1};
    put_all(request, &endless, 1);
    try {
        roi::call<>{request, nullptr}.get();
        FAIL("was executed");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::malformed);
        CHECK(error.outcome() == roi::outcome::not_executed);
    }
    CHECK(here.cook.runs() == 0);
}

}  // namespace
