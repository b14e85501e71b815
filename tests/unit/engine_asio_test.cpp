// The engine on a user's io_context.
#include "support/engine.hpp"

#include <doctest/doctest.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <semaphore>
#include <thread>

using namespace seam;

TEST_CASE("a user's io_context serves and calls, on the thread that runs it") {
    scratch files;
    boost::asio::io_context context;
    const auto user = std::this_thread::get_id();
    std::thread::id served_by;
    auto engine = roi::net::make_engine(context);
    sink objects{[&](incoming one) {
        served_by = std::this_thread::get_id();
        echo(std::move(one));
    }};
    engine->set_sink(&objects);
    const auto where = engine->listen(files.socket());
    const auto to = engine->connect(where);
    call one{echo_it, "here"};
    to->start(one);
    while (!one.ended())
        context.run_one();
    CHECK(one.result() == "here");
    CHECK(served_by == user);
    std::string large(3 << 20, 'l');
    call big{echo_it, large};
    to->start(big);
    while (!big.ended())
        context.run_one();
    CHECK(big.result() == large);
    engine->stop(clock::now());
    context.run();  // returns: nothing of the engine is left in it
}

TEST_CASE("a blocking wait needs nobody to run the user's io_context") {
    scratch files;
    server there;
    boost::asio::io_context context;
    auto engine = roi::net::make_engine(context);
    for (const auto& where :
         {there.engine->listen(files.socket()), there.engine->listen("tcp://127.0.0.1:0")}) {
        for (int i = 0; i < 10; ++i) {
            call one{echo_it, "alone"};
            invoke(*engine->connect(where), one);
            CHECK(one.result() == "alone");
        }
        call late{keep};
        invoke(*engine->connect(where), late, 10ms);
        CHECK(late.failed(errc::deadline_exceeded, outcome::unknown));
    }
    call nobody{echo_it};
    invoke(*engine->connect(files.socket("nobody")), nobody);
    CHECK(nobody.failed(errc::unreachable, outcome::not_executed));
}

TEST_CASE("a user's io_context that several threads run serves many clients") {
    scratch files;
    boost::asio::io_context context;
    auto engine = roi::net::make_engine(context);
    sink objects{echo};
    engine->set_sink(&objects);
    const auto where = engine->listen(files.socket());
    auto busy = boost::asio::make_work_guard(context);
    std::vector<std::thread> runners;
    for (int i = 0; i < 2; ++i)
        runners.emplace_back([&] { context.run(); });
    std::atomic<int> good{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i)
        callers.emplace_back([&] {
            client here;
            const auto to = here.engine->connect(where);
            for (int n = 0; n < 50; ++n) {
                call one{echo_it, std::to_string(n)};
                invoke(*to, one);
                good += one.result() == std::to_string(n) ? 1 : 0;
            }
        });
    for (auto& one : callers)
        one.join();
    CHECK(good == 200);
    engine->stop(clock::now());
    busy.reset();
    for (auto& one : runners)
        one.join();
}

TEST_CASE("answers of a batch go out before a method that may take long") {
    scratch files;
    boost::asio::io_context context;
    auto engine = roi::net::make_engine(context);
    std::binary_semaphore release{0};
    sink objects{[&](incoming one) {
        if (one->header().method == hold) {
            one->answers_first();
            release.acquire();  // on the only thread of the context: nobody takes over here
        }
        echo(std::move(one));
    }};
    engine->set_sink(&objects);
    engine->listen(files.socket());
    auto busy = boost::asio::make_work_guard(context);
    std::thread runner{[&] { context.run(); }};
    {
        const raw_peer peer{files.file()};
        REQUIRE(peer.greet());
        REQUIRE(peer.send_call(1, echo_it, "the first answer, behind Hello"));
        REQUIRE(peer.read_until("the first answer, behind Hello"));
        roi::wire::writer both;
        both.put_raw(raw_peer::call_frame(3, hold, "held").bytes());
        both.put_raw(raw_peer::call_frame(2, echo_it, "not held").bytes());
        REQUIRE(peer.send(both.bytes()));
        CHECK(peer.read_until("not held"));
        release.release();
        CHECK(peer.read_until("held"));
    }
    engine->stop(clock::now());
    busy.reset();
    runner.join();
}
