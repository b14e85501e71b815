// One object, many calls: who runs when, who may enter again, and who waits for whom.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/support/world.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roi::testing::world;

struct kitchen_world : world {
    demo::KitchenServer cook{roi::publication{}.on(*server)};
    demo::KitchenServer other{roi::as("other").on(*server)};
    demo::KitchenClient kitchen{roi::target{}.on(*client)};
    demo::KitchenClient second{roi::named("other").on(*client)};
    ~kitchen_world() {
        cook.door.open();
        other.door.open();
    }
};

TEST_CASE("one object runs one method at a time, in the order of the calls") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<> holder = here.kitchen.async_hold().start();
    here.cook.door.await_waiting(1);
    std::vector<roi::call<int>> calls;
    for (int i = 0; i < 50; ++i)
        calls.push_back(here.kitchen.async_add(i, 1).start());
    CHECK(here.cook.runs() == 1);
    here.cook.door.open();
    holder.get();
    for (int i = 0; i < 50; ++i)
        CHECK(calls[static_cast<std::size_t>(i)].get() == i + 1);
    CHECK(here.cook.most_inside() == 1);
}

TEST_CASE("methods marked concurrent run alongside others") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    std::vector<roi::call<>> calls;
    calls.push_back(here.kitchen.async_hold().start());
    for (int i = 0; i < 3; ++i)
        calls.push_back(here.kitchen.async_hold_together().start());
    here.cook.door.await_waiting(4);
    here.cook.door.open();
    for (roi::call<>& each : calls)
        each.get();
    CHECK(here.cook.most_inside() == 4);
}

TEST_CASE("a method that waits delays no other object, and no concurrent method") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<> holder = here.kitchen.async_hold().start();
    here.cook.door.await_waiting(1);
    roi::call<> worker = here.second.async_hold_on_worker().start();
    here.other.door.await_waiting(1);
    // Both objects are held; a third answers over the same connection.
    const demo::KitchenServer third{roi::as("third").on(*here.server)};
    demo::KitchenClient free{roi::named("third").on(*here.client)};
    for (int i = 0; i < 20; ++i)
        CHECK(free.add(i, i) == 2 * i);
    here.cook.door.open();
    here.other.door.open();
    holder.get();
    worker.get();
}

TEST_CASE("more calls than the queue holds are refused, not executed") {
    if (!roi::testing::has_threads()) return;
    world here;
    std::shared_ptr<roi::runtime> small = roi::testing::make_runtime({.max_queued_per_object = 5});
    demo::KitchenServer cook{roi::publication{}.on(*small)};
    demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    roi::call<> holder = kitchen.async_hold().start();
    cook.door.await_waiting(1);
    std::vector<roi::call<int>> queued;
    for (int i = 0; i < 5; ++i)
        queued.push_back(kitchen.async_add(i, 0).start());
    const roi::result<int> refused = kitchen.async_add(9, 9).get(roi::as_result);
    REQUIRE(refused.error());
    CHECK(refused.error()->reason() == roi::errc::overloaded);
    CHECK(refused.outcome() == roi::outcome::not_executed);
    cook.door.open();
    holder.get();
    for (int i = 0; i < 5; ++i)
        CHECK(queued[static_cast<std::size_t>(i)].get() == i);
}

TEST_CASE("a method calls other objects, of its own process too") {
    kitchen_world here;
    CHECK(here.kitchen.ask("other", "hello") == "hello");
    const demo::KitchenServer far{roi::as("far").on(*here.client)};
    CHECK(here.kitchen.ask("far", "there") == "there");
}

TEST_CASE("a call that comes back to an object of its own chain enters it again") {
    kitchen_world here;
    CHECK(here.kitchen.bounce("kitchen", "other", 1) == 1);
    CHECK(here.kitchen.bounce("kitchen", "other", 6) == 6);
    CHECK(here.cook.runs() == 1 + 4);
    CHECK(here.other.runs() == 1 + 3);
}

TEST_CASE("a method can call back into an object of its caller's process") {
    kitchen_world here;
    const demo::KitchenServer caller{roi::as("caller").on(*here.client)};
    CHECK(here.kitchen.bounce("kitchen", "caller", 5) == 5);
}

TEST_CASE("tasks enter their object again as well") {
    kitchen_world here;
    CHECK(here.kitchen.bounce_later("kitchen", "other", 6) == 6);
}

TEST_CASE("a chain of calls has a limit: 64 objects may wait, one more is refused") {
    kitchen_world here;
    CHECK(here.kitchen.bounce_later("kitchen", "other", 64) == 64);
    try {
        here.kitchen.bounce_later("kitchen", "other", 65);
        FAIL("went deeper");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::overloaded);
        CHECK(error.outcome() == roi::outcome::executed);
    }
    CHECK(here.kitchen.add(1, 2) == 3);
}

TEST_CASE("a call of another chain does not enter while the holder waits") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    here.kitchen.nothing();
    roi::call<> outer = here.kitchen.async_ask_to_hold("other", 0).start();
    here.other.door.await_waiting(1);
    // The kitchen waits for the other one; it is held all the same.
    const roi::result<int> refused =
        here.kitchen.with({.deadline = 50ms}).async_add(1, 1).get(roi::as_result);
    REQUIRE(refused.error());
    CHECK(refused.error()->reason() == roi::errc::deadline_exceeded);
    here.other.door.open();
    outer.get();
    CHECK(here.kitchen.add(1, 1) == 2);
}

TEST_CASE("a deadlock of two chains ends at a deadline, and the error names both objects") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<> one = here.kitchen.with({.deadline = 1s}).async_hold_and_ask("other").start();
    here.cook.door.await_waiting(1);
    roi::call<> two = here.second.async_hold_and_ask("kitchen").start();
    here.other.door.await_waiting(1);
    here.cook.door.open();
    here.other.door.open();
    const roi::result<void> ended = one.get(roi::as_result);
    REQUIRE(ended.error());
    CHECK(ended.error()->reason() == roi::errc::deadline_exceeded);
    const std::string text = ended.error()->what();
    CHECK(text.find("'kitchen'") != std::string::npos);
    CHECK(text.find("'other'") != std::string::npos);
    // The other chain goes on as soon as the first has let its object go.
    two.get();
    CHECK(here.kitchen.add(1, 1) == 2);
    CHECK(here.second.add(1, 1) == 2);
}

TEST_CASE("tasks suspend: many wait at once without a thread, each object still serves in turn") {
    kitchen_world here;
    CHECK(here.kitchen.add_later(2, 3, 5) == 5);
    CHECK(here.kitchen.ask_later("other", "soup") == "soup demo.Kitchen.ask_later");
    CHECK_THROWS_AS(here.kitchen.fail_later("burnt"), demo::burnt);
    // A suspended task keeps its object.
    roi::call<int> task = here.kitchen.async_add_later(1, 2, 50).start();
    roi::call<int> after = here.kitchen.async_add(3, 4).start();
    CHECK(after.get() == 7);
    CHECK(task.has_ended());
    CHECK(task.get() == 3);
    CHECK(here.cook.most_inside() == 1);
}

TEST_CASE("a task that waits is woken when its caller gives up") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    roi::call<> task = here.kitchen.async_wait_later().start();
    while (here.cook.runs() == 0)
        std::this_thread::yield();
    task.cancel();
    CHECK_FALSE(task.get(roi::as_result));
    CHECK(here.kitchen.add(1, 2) == 3);
}

roi::task<int> sum_of(demo::KitchenClient kitchen, int count) {
    std::vector<roi::call<int>> calls;
    for (int i = 0; i < count; ++i)
        calls.push_back(kitchen.async_add(i, 0).start());
    int sum = 0;
    for (roi::call<int>& each : calls)
        sum += co_await each;
    const roi::result<void> failed = co_await kitchen.async_fail("odd")(roi::as_result);
    co_return failed ? -1 : sum;
}

TEST_CASE("a client fans calls out in a coroutine") {
    if (!roi::testing::has_threads()) return;
    kitchen_world here;
    CHECK(roi::run(sum_of(here.kitchen, 20)) == 190);
}

}  // namespace
