// The engine on real sockets, with threads of its own: calls, endings, threads.
#include "support/engine.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <atomic>
#include <memory>
#include <ostream>
#include <semaphore>
#include <thread>

using namespace seam;

TEST_CASE("a call over each kind of socket comes back with its result") {
    scratch files;
    for (const auto& where :
         {files.socket(), std::string{"tcp://127.0.0.1:0"}, std::string{"tcp://[::1]:0"}}) {
        CAPTURE(where);
        server there;
        client here;
        const auto to = here.engine->connect(there.engine->listen(where));
        for (int i = 0; i < 100; ++i) {
            call one{echo_it, "hello " + std::to_string(i)};
            invoke(*to, one);
            REQUIRE(one.answer.what == kind::result);
            CHECK(one.result() == "hello " + std::to_string(i));
            CHECK(one.times == 1);
        }
    }
}

TEST_CASE("a host name is resolved") {
    server there;
    client here;
    auto where = there.engine->listen("tcp://127.0.0.1:0");
    where.replace(where.find("127.0.0.1"), 9, "localhost");
    call one{echo_it, "by name"};
    invoke(*here.engine->connect(where), one);
    CHECK(one.result() == "by name");
}

TEST_CASE("a call nobody waits for is completed by a thread of the engine") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    std::deque<call> all;
    for (int i = 0; i < 3000; ++i)
        to->start(all.emplace_back(echo_it, std::to_string(i)));
    for (int i = 0; i < 3000; ++i) {
        auto& one = all[static_cast<std::size_t>(i)];
        REQUIRE(one.ended_within());
        CHECK(one.result() == std::to_string(i));
    }
}

TEST_CASE("large messages travel in both directions, several at a time") {
    scratch files;
    for (const auto& where : {files.socket(), std::string{"tcp://127.0.0.1:0"}}) {
        server there;
        client here;
        const auto to = here.engine->connect(there.engine->listen(where));
        std::deque<call> all;
        std::vector<std::string> sent;
        for (std::size_t i = 0; i < 8; ++i) {
            sent.emplace_back((std::size_t{1} << 20) * (i + 1) / 2 + i, static_cast<char>('a' + i));
            to->start(all.emplace_back(echo_it, sent.back()));
        }
        call small{echo_it, "between"};
        invoke(*to, small);
        CHECK(small.result() == "between");
        for (std::size_t i = 0; i < 8; ++i) {
            REQUIRE(all[i].ended_within());
            CHECK(all[i].result() == sent[i]);
        }
    }
}

TEST_CASE("exceptions and refusals arrive as what they are") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    call thrown{throws};
    invoke(*to, thrown);
    REQUIRE(thrown.answer.what == kind::exception);
    REQUIRE(thrown.answer.exceptions.size() == 2);
    CHECK(thrown.answer.exceptions[0].type == "demo.broke");
    CHECK(thrown.answer.exceptions[0].fields == std::vector{std::byte{7}});
    CHECK(thrown.answer.exceptions[1].text == "no money");
    call refused{refuses};
    invoke(*to, refused);
    CHECK(refused.failed(errc::object_not_found, outcome::not_executed));
    CHECK(refused.answer.text == "gone");
    call ignored{ignores};
    invoke(*to, ignored);
    CHECK(ignored.failed(errc::shutting_down, outcome::unknown));
}

TEST_CASE("the server knows who calls") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    call one{keep};
    to->start(one);
    there.arrived.acquire();
    const auto& who = there.kept.at(0)->from();
    CHECK(who.uid == ::getuid());
    CHECK(who.pid == ::getpid());
    CHECK(who.runtime_high == here.engine->runtime_id().high);
    CHECK(who.runtime_low == here.engine->runtime_id().low);
    there.kept.clear();
    CHECK(one.ended_within());
}

TEST_CASE("nobody listens: the call was not executed, and the next connect tries again") {
    scratch files;
    client here;
    auto to = here.engine->connect(files.socket());
    call one{echo_it};
    invoke(*to, one);
    CHECK(one.failed(errc::unreachable, outcome::not_executed));
    CHECK(to->failed());
    server there;
    there.engine->listen(files.socket());
    call again{echo_it, "now"};
    invoke(*here.engine->connect(files.socket()), again);
    CHECK(again.result() == "now");
    call misspelt{echo_it};
    invoke(*here.engine->connect("http://nowhere"), misspelt);
    CHECK(misspelt.failed(errc::invalid_argument, outcome::not_executed));
}

TEST_CASE("one endpoint has one connection") {
    scratch files;
    server there;
    client here;
    const auto where = there.engine->listen(files.socket());
    CHECK(here.engine->connect(where) == here.engine->connect(where));
}

TEST_CASE("a deadline ends a call by itself: waited for, or not") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    call warm{echo_it};
    invoke(*to, warm);
    call waited{keep};
    invoke(*to, waited, 20ms);
    CHECK(waited.failed(errc::deadline_exceeded, outcome::unknown));
    call unwaited{keep};
    unwaited.deadline = clock::now() + 20ms;
    to->start(unwaited);
    CHECK(unwaited.ended_within());
    CHECK(unwaited.failed(errc::deadline_exceeded, outcome::unknown));
    call late{echo_it};
    late.deadline = clock::now() - 1ms;
    to->start(late);
    CHECK(late.failed(errc::deadline_exceeded, outcome::not_executed));
    there.arrived.acquire();
    there.arrived.acquire();
    CHECK(there.kept.at(0)->deadline().has_value());
}

TEST_CASE("cancelling ends the call here and tells the server") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    call one{keep};
    to->start(one);
    there.arrived.acquire();
    std::binary_semaphore told{0};
    there.kept.at(0)->on_abandoned(
        [](void* context) { static_cast<std::binary_semaphore*>(context)->release(); }, &told);
    to->cancel(one);
    CHECK(one.failed(errc::cancelled, outcome::unknown));
    told.acquire();
    CHECK(there.kept.at(0)->abandoned());
    to->cancel(one);
    CHECK(one.times == 1);

    // From another thread, while this one waits.
    call waited{keep};
    waited.will_wait = true;
    to->start(waited);
    std::thread other{[&] {
        there.arrived.acquire();
        to->cancel(waited);
    }};
    to->wait(waited);
    CHECK(waited.failed(errc::cancelled, outcome::unknown));
    other.join();
}

TEST_CASE("the end of a server ends its calls at once, with what is known of them") {
    scratch files;
    client here;
    auto there = std::make_unique<server>();
    const auto to = here.engine->connect(there->engine->listen(files.socket()));
    call sent{keep};
    to->start(sent);
    there->arrived.acquire();
    call waiting{keep};
    waiting.will_wait = true;
    to->start(waiting);
    there->arrived.acquire();
    std::thread killer{[&] {
        there->engine->stop(clock::now());
        there->kept.clear();
    }};
    to->wait(waiting);
    CHECK(waiting.failed(errc::connection_lost, outcome::unknown));
    CHECK(sent.ended_within());
    CHECK(sent.failed(errc::connection_lost, outcome::unknown));
    killer.join();
    call later{echo_it};
    invoke(*to, later);
    CHECK(later.answer.ran == outcome::not_executed);
}

TEST_CASE("a client that goes abandons its calls and is reported gone") {
    scratch files;
    server there;
    auto here = std::make_unique<client>();
    const auto to = here->engine->connect(there.engine->listen(files.socket()));
    call one{keep};
    to->start(one);
    there.arrived.acquire();
    std::binary_semaphore told{0};
    there.kept.at(0)->on_abandoned(
        [](void* context) { static_cast<std::binary_semaphore*>(context)->release(); }, &told);
    here->engine->stop(clock::now());
    CHECK(one.failed(errc::shutting_down, outcome::unknown));
    told.acquire();
    there.kept.clear();
    there.engine->stop(clock::now() + 60s);
    CHECK(there.objects.gone == 1);
}

TEST_CASE("stopping lets calls under way finish and refuses new ones") {
    scratch files;
    server there;
    client here;
    const auto where = there.engine->listen(files.socket());
    const auto to = here.engine->connect(where);
    call one{hold, "finished"};
    to->start(one);
    there.arrived.acquire();
    std::thread stopper{[&] { CHECK(there.engine->stop(clock::now() + 60s)); }};
    // The peer is told before anything else ends.
    while (!to->failed())
        std::this_thread::yield();
    call late{echo_it};
    invoke(*to, late);
    CHECK(late.failed(errc::shutting_down, outcome::not_executed));
    there.release.release();
    CHECK(one.ended_within());
    CHECK(one.result() == "finished");
    stopper.join();
    struct stat found {};
    CHECK(::stat(files.file().c_str(), &found) != 0);
}

TEST_CASE("a method that blocks delays nobody else on its connection") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    std::deque<call> held;
    for (int i = 0; i < 20; ++i)
        to->start(held.emplace_back(hold, "held"));
    for (int i = 0; i < 20; ++i)
        there.arrived.acquire();  // all twenty run at the same time
    call quick{echo_it, "quick"};
    invoke(*to, quick);
    CHECK(quick.result() == "quick");
    there.release.release(20);
    for (auto& one : held) {
        REQUIRE(one.ended_within());
        CHECK(one.result() == "held");
    }
}

TEST_CASE("calls nest back and forth between two processes' engines") {
    scratch files;
    // Each end calls the other with a depth one less, until it is spent.
    struct end {
        std::unique_ptr<roi::net::engine> engine = roi::net::make_engine();
        std::string other;
        sink objects{[this](incoming one) {
            auto depth = text(one->arguments()).size();
            if (depth > 0) {
                call inner{1, std::string(depth - 1, 'x')};
                invoke(*engine->connect(other), inner);
                if (inner.answer.what != kind::result)
                    return one->refuse(inner.answer.code, inner.answer.ran, inner.answer.text);
            }
            one->reply({});
        }};
        ~end() { engine->stop(clock::now() + 60s); }
    };
    end a;
    end b;
    a.engine->set_sink(&a.objects);
    b.engine->set_sink(&b.objects);
    b.other = a.engine->listen(files.socket("a"));
    a.other = b.engine->listen(files.socket("b"));
    for (const std::size_t depth : {0u, 1u, 2u, 7u, 40u}) {
        CAPTURE(depth);
        call one{1, std::string(depth, 'x')};
        invoke(*a.engine->connect(a.other), one);
        CHECK(one.answer.what == kind::result);
    }
    std::vector<std::thread> all;
    std::atomic<int> good{0};
    for (int i = 0; i < 6; ++i)
        all.emplace_back([&] {
            for (int n = 0; n < 20; ++n) {
                call one{1, std::string(6, 'x')};
                invoke(*a.engine->connect(a.other), one);
                good += one.answer.what == kind::result ? 1 : 0;
            }
        });
    for (auto& one : all)
        one.join();
    CHECK(good == 120);
}

TEST_CASE("many threads share one connection: leaders, followers, cancellers and deadlines") {
    scratch files;
    for (const auto& where : {files.socket(), std::string{"tcp://127.0.0.1:0"}}) {
        server there;
        client here;
        const auto to = here.engine->connect(there.engine->listen(where));
        std::atomic<int> good{0};
        std::atomic<int> ended{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 8; ++i)
            all.emplace_back([&, i] {
                for (int n = 0; n < 200; ++n) {
                    const std::string sent = std::to_string(i) + "/" + std::to_string(n);
                    call one{echo_it, sent};
                    if (i % 4 == 3) {  // not waited for, and cancelled right away
                        to->start(one);
                        to->cancel(one);
                        one.ended_within();
                        ended += one.times;
                        good +=
                            one.answer.what == kind::result || one.answer.code == errc::cancelled;
                        continue;
                    }
                    if (i % 4 == 2) {
                        invoke(*to, one, std::chrono::microseconds{n});
                        good += one.answer.what == kind::result ||
                                one.answer.code == errc::deadline_exceeded;
                    } else {
                        invoke(*to, one);
                        good += one.answer.what == kind::result && one.result() == sent;
                    }
                    ended += one.times;
                }
            });
        for (auto& one : all)
            one.join();
        CHECK(good == 1600);
        CHECK(ended == 1600);
    }
}

TEST_CASE("stopping a server under load ends every call exactly once") {
    scratch files;
    for (int round = 0; round < 5; ++round) {
        auto there = std::make_unique<server>();
        client here;
        const auto where = there->engine->listen(files.socket());
        std::atomic<int> started{0};
        std::atomic<int> ended{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 4; ++i)
            all.emplace_back([&] {
                for (int n = 0; n < 300; ++n) {
                    call one{echo_it, "x"};
                    ++started;
                    invoke(*here.engine->connect(where), one);
                    ended += one.times;
                    if (one.answer.what != kind::result) return;
                }
            });
        while (started < 50)
            std::this_thread::yield();
        there->engine->stop(clock::now() + 60s);
        for (auto& one : all)
            one.join();
        CHECK(ended == started);
    }
}

TEST_CASE("a socket file of a dead process is replaced, that of a living one refused") {
    scratch files;
    {
        const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        files.file().copy(at.sun_path, sizeof at.sun_path - 1);
        REQUIRE(::bind(dead, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
        ::close(dead);
    }
    server first;
    CHECK(first.engine->listen(files.socket()) == files.socket());
    server second;
    try {
        second.engine->listen(files.socket());
        FAIL("two servers listen on one path");
    } catch (const roi::error& refused) {
        CHECK(refused.reason() == errc::name_taken);
        CHECK(refused.outcome() == outcome::not_executed);
    }
    first.engine->unlisten(files.socket());
    CHECK(second.engine->listen(files.socket()) == files.socket());
    CHECK(second.engine->endpoints() == std::vector{files.socket()});
    CHECK_THROWS_AS(second.engine->listen("unix:"), roi::error);
    CHECK_THROWS_AS(second.engine->listen("tcp://127.0.0.1:99999"), roi::error);
    CHECK_THROWS_AS(second.engine->listen("unix:/nonexistent/directory/s"), roi::error);
}

TEST_CASE("timers run, and do not run once cancelled") {
    client here;
    auto& on = here.engine->executor();
    std::binary_semaphore ran{0};
    auto release = [](void* context) { static_cast<std::binary_semaphore*>(context)->release(); };
    on.start_timer(on.now() + 1ms, release, &ran);
    ran.acquire();
    std::binary_semaphore never{0};
    const auto far = on.start_timer(on.now() + 1h, release, &never);
    CHECK(on.cancel_timer(far));
    CHECK_FALSE(on.cancel_timer(far));
    std::binary_semaphore worked{0};
    REQUIRE(on.post(release, &worked));
    worked.acquire();
    CHECK_FALSE(on.on_worker());
}

TEST_CASE("a callback that blocks is taken over from, and those after it are left to workers") {
    struct teller final : roi::core::outgoing {
        teller(roi::core::executor& by, std::binary_semaphore& until) : on(by), door(until) {
            header.method = echo_it;
        }
        void completed(roi::core::answer&&) noexcept override {
            runs_here = on.run_here(
                [](void* self) {
                    static_cast<teller*>(self)->door.acquire();
                    static_cast<teller*>(self)->ran.release();
                },
                this);
            told.release();
        }
        roi::core::executor& on;
        std::binary_semaphore& door;
        std::atomic<bool> runs_here{false};
        std::binary_semaphore told{0};
        std::binary_semaphore ran{0};
    };
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    roi::core::executor& on = here.engine->executor();
    std::binary_semaphore door{0};
    teller first{on, door};
    CHECK_FALSE(on.run_here([](void*) {}, nullptr));  // nothing is read on this thread
    to->start(first);
    first.told.acquire();
    CHECK(first.runs_here);
    teller second{on, door};
    to->start(second);
    second.told.acquire();  // while the first one blocks
    CHECK_FALSE(second.runs_here);
    door.release();
    first.ran.acquire();
}

TEST_CASE("a thread that waits is told at once that its call was cancelled") {
    scratch files;
    server there;
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    auto soonest = clock::duration::max();
    for (int i = 0; i < 10; ++i) {
        call waited{keep};
        waited.will_wait = true;
        to->start(waited);
        clock::time_point cancelled;
        std::thread other{[&] {
            there.arrived.acquire();  // the other thread has hardly begun to wait
            cancelled = clock::now();
            to->cancel(waited);
        }};
        to->wait(waited);
        const auto told = clock::now();
        other.join();
        soonest = std::min(soonest, told - cancelled);
    }
    CHECK(soonest < 5ms);  // mostly some 50 us; a busy machine may be late now and then
}
