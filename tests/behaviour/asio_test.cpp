// Calls with Boost.Asio's completion tokens, and server methods that return its coroutines.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/support/world.hpp"

#include <roi/asio.hpp>
#include <roi/codec.hpp>
#include <roi/this_call.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace asio = boost::asio;

namespace demo {

/// A class whose methods are Asio's coroutines.
class Oven {
public:
    asio::awaitable<int> bake(int minutes) {
        asio::steady_timer timer{co_await asio::this_coro::executor};
        timer.expires_after(std::chrono::milliseconds{minutes});
        co_await timer.async_wait(asio::use_awaitable);
        if (minutes < 0) throw std::out_of_range{"minutes"};
        // Still the same served call.
        co_return static_cast<int>(roi::this_call().method().size()) + minutes;
    }
};

namespace {

struct codec : roi::generated::codec<codec> {};
constexpr roi::generated::interface oven_interface {
    .name = "demo.Oven", .published_name = "oven", .fingerprint_high = 3, .fingerprint_low = 4,
    .description = {}
};
constexpr roi::generated::method bake_method{.id = 77, .name = "bake"};

struct bake_arguments {
    int minutes{};
};
void serve_bake(void* object, roi::generated::incoming& call) {
    auto& kept = call.keep<bake_arguments>();
    codec::get_fields(call, roi::generated::field{1, kept.minutes});
    call.decoded();
    roi::generated::finish_with(
        call, static_cast<Oven*>(object)->bake(kept.minutes),
        [](roi::wire::writer& out, const int& result) { codec::put(out, 1, result); });
}
constexpr roi::generated::entry oven_entries[] = {{bake_method, serve_bake}};
constexpr roi::generated::dispatch_table oven_dispatch{.type = &oven_interface,
                                                       .entries = oven_entries};

}  // namespace

roi::generated::exported roi_export(Oven& oven) noexcept {
    return {&oven_dispatch, &oven};
}

}  // namespace demo

namespace {

using namespace std::chrono_literals;
using roi::testing::world;

TEST_CASE("a call completes through use_future") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    std::future<int> sum = kitchen.async_add(2, 3)(asio::use_future);
    CHECK(sum.get() == 5);
    std::future<void> failure = kitchen.async_fail("burnt")(asio::use_future);
    CHECK_THROWS_AS(failure.get(), demo::burnt);
}

TEST_CASE("a call completes through a callback, with all its results") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    std::promise<std::string> told;
    kitchen.async_swap(
        "left", "right")([&](std::exception_ptr thrown, int sum, std::string a, std::string b) {
        told.set_value(thrown ? "failed" : std::to_string(sum) + a + b);
    });
    CHECK(told.get_future().get() == "9rightleft");
}

TEST_CASE("callbacks that wait for each other all run") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    constexpr int count = 5;
    std::mutex mutex;
    std::condition_variable changed;
    int inside = 0;
    int done = 0;
    for (int i = 0; i < count; ++i) {
        kitchen.async_add(i, i)([&](std::exception_ptr, int) {
            std::unique_lock lock{mutex};
            ++inside;
            changed.notify_all();
            changed.wait(lock, [&] { return inside == count; });
            ++done;
            changed.notify_all();
        });
    }
    std::unique_lock lock{mutex};
    CHECK(changed.wait_for(lock, 30s, [&] { return done == count; }));
}

TEST_CASE("a callback that waits holds up no other call of its connection") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    demo::gate door;
    std::promise<void> left;
    std::atomic<int> told{0};
    std::promise<int> last;
    // Answered together, so that the others wait behind the one that waits.
    for (int i = 0; i < 20; ++i) {
        kitchen.async_add(i, 0)([&, i](std::exception_ptr, int) {
            if (i == 0) {
                door.pass();
                left.set_value();
            } else if (++told == 19) {
                last.set_value(i);
            }
        });
    }
    std::future<int> others = last.get_future();
    CHECK(others.wait_for(30s) == std::future_status::ready);
    CHECK(kitchen.add(2, 3) == 5);
    door.open();
    left.get_future().get();
}

TEST_CASE(
    "a callback calls on the connection that told it, blocking and not, as deep as it likes") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    constexpr int chains = 16;
    constexpr int length = 50;
    std::mutex mutex;
    std::condition_variable changed;
    int ended = 0;
    std::atomic<int> wrong{0};
    std::function<void(int)> go_on = [&](int step) {
        kitchen.async_add(step, 1)([&, step](std::exception_ptr thrown, int sum) {
            if (thrown || sum != step + 1) ++wrong;
            if (step % 10 == 3 && kitchen.add(step, step) != 2 * step) ++wrong;
            if (step + 1 < length) return go_on(step + 1);
            const std::lock_guard lock{mutex};
            ++ended;
            changed.notify_all();
        });
    };
    for (int i = 0; i < chains; ++i)
        go_on(0);
    std::unique_lock lock{mutex};
    CHECK(changed.wait_for(lock, 60s, [&] { return ended == chains; }));
    CHECK(wrong == 0);
}

TEST_CASE("each callback is told once when the connection ends among answers") {
    if (!roi::testing::has_threads()) return;
    const world here;
    auto server = std::make_unique<demo::KitchenServer>(roi::publication{}.on(*here.server));
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    constexpr int chains = 32;
    std::mutex mutex;
    std::condition_variable changed;
    int under_way = chains;
    int answered = 0;
    std::function<void()> go_on = [&] {
        kitchen.async_add(1, 1)([&](std::exception_ptr thrown, int) {
            std::unique_lock lock{mutex};
            if (!thrown) {
                if (++answered > 500) changed.notify_all();
                lock.unlock();
                return go_on();
            }
            --under_way;
            changed.notify_all();
        });
    };
    for (int i = 0; i < chains; ++i)
        go_on();
    std::unique_lock lock{mutex};
    CHECK(changed.wait_for(lock, 30s, [&] { return answered > 500; }));
    lock.unlock();
    here.server->stop();  // the calls look for the object again
    here.client->stop();
    lock.lock();
    CHECK(changed.wait_for(lock, 60s, [&] { return under_way == 0; }));
}

TEST_CASE("a callback runs on its executor, which waits for it") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    asio::io_context context;
    std::thread::id ran_on;
    kitchen.async_echo("x")(asio::bind_executor(
        context, [&](std::exception_ptr, std::string) { ran_on = std::this_thread::get_id(); }));
    context.run();
    CHECK(ran_on == std::this_thread::get_id());
}

TEST_CASE("calls are awaited in Asio's coroutines, with and without a token") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    asio::io_context context;
    std::string seen;
    asio::co_spawn(
        context,
        [](const demo::KitchenClient& client, std::string& out) -> asio::awaitable<void> {
            out += std::to_string(co_await client.async_add(1, 2)(asio::use_awaitable));
            auto operation = client.async_echo("deferred")(asio::deferred);
            out += co_await std::move(operation)(asio::use_awaitable);
            const auto [thrown, sum] =
                co_await client.async_add(3, 4)(asio::as_tuple(asio::use_awaitable));
            out += thrown ? "failed" : std::to_string(sum);
            const auto [failed] =
                co_await client.async_fail("odd")(asio::as_tuple(asio::use_awaitable));
            out += failed ? "failed" : "passed";
        }(kitchen, seen),
        asio::detached);
    context.run();
    CHECK(seen == "3deferred7failed");
}

TEST_CASE("a cancellation slot cancels a call") {
    if (!roi::testing::has_threads()) return;
    const world here;
    demo::KitchenServer server{roi::publication{}.on(*here.server)};
    const demo::KitchenClient kitchen{roi::target{}.on(*here.client)};
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr ended;
    kitchen.async_hold()(asio::bind_cancellation_slot(
        signal.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown) {
            ended = std::move(thrown);
        })));
    server.door.await_waiting(1);
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    context.run();
    REQUIRE(ended);
    try {
        std::rethrow_exception(ended);
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::cancelled);
        CHECK(error.outcome() == roi::outcome::unknown);
    }
    server.door.open();
}

TEST_CASE("on a user's io_context that nobody runs, blocking calls drive themselves") {
    if (!roi::testing::has_threads()) return;
    const world here;
    const demo::KitchenServer server{roi::publication{}.on(*here.server)};
    asio::io_context context;
    roi::runtime own{context};
    demo::KitchenClient kitchen{roi::target{}.on(own)};
    CHECK(kitchen.add(1, 2) == 3);
    demo::KitchenClient there{roi::at(here.server->listen().front(), "kitchen").on(own)};
    CHECK(there.echo("x") == "x");
    // Begun without blocking, nothing of it runs; then this thread takes it over.
    roi::call<int> call = demo::KitchenClient{roi::named("kitchen").on(own)}.async_add(3, 4);
    call.start();
    CHECK(call.get() == 7);
    own.stop(0s);
}

TEST_CASE("a server method may be a coroutine of Asio's") {
    if (!roi::testing::has_threads()) return;
    const world here;
    demo::Oven oven;
    const roi::servant servant = roi::publish(oven, roi::publication{}.on(*here.server));
    const roi::reference object{demo::oven_interface, roi::target{}.on(*here.client)};
    const auto bake = [&](int minutes) {
        roi::generated::request call{object, demo::oven_interface, demo::bake_method};
        demo::codec::put_fields(call, roi::generated::field{1, minutes});
        return roi::call<int>{call, demo::codec::result<int>}.get();
    };
    CHECK(bake(5) == 19);
    CHECK_THROWS_AS(bake(-1), std::out_of_range);
}

}  // namespace
