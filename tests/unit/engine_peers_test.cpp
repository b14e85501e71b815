// The engine at its limits, and against peers that are foreign, silent, deaf, many, or mean.
#include "support/engine.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <random>
#include <thread>

using namespace seam;

TEST_CASE("with every thread inside a method further calls are refused, and served again later") {
    scratch files;
    roi::net::engine_options few;
    few.limits.max_workers = 2;
    server there{few};
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    std::deque<call> held;
    int running = 0;
    int refused = 0;
    while (refused < 3) {
        REQUIRE(running < 64);
        auto& one = held.emplace_back(hold, "held");
        to->start(one);
        // Either it is refused, or it runs.
        for (;;) {
            if (one.ended()) {
                CHECK(one.failed(errc::overloaded, outcome::not_executed));
                ++refused;
                break;
            }
            if (there.arrived.try_acquire_for(1ms)) {
                ++running;
                break;
            }
        }
    }
    CHECK(running >= 2);
    there.release.release(running);
    for (auto& one : held)
        CHECK(one.ended_within());
    call again{echo_it, "again"};
    invoke(*to, again);
    CHECK(again.result() == "again");
}

TEST_CASE("foreign bytes are answered with a line of text and the connection closed") {
    scratch files;
    server there;
    there.engine->listen(files.socket());
    const raw_peer foreign{files.file()};
    REQUIRE(foreign.send("GET / HTTP/1.1\r\n\r\n"));
    const auto got = foreign.read_all();
    CHECK(got.find("ROI endpoint") != std::string::npos);
    CHECK(got.back() == '\n');
}

TEST_CASE("a peer that says nothing is closed when the time for Hello is over") {
    scratch files;
    roi::net::engine_options hasty;
    hasty.limits.hello_time = 20ms;
    server there{hasty};
    there.engine->listen(files.socket());
    CHECK(raw_peer{files.file()}.read_all().empty());  // returns only when the other end closes
}

TEST_CASE("a peer that never reads is given up without harm to others") {
    scratch files;
    roi::net::engine_options hasty;
    hasty.limits.write_time = 100ms;
    server there{hasty};
    client here;
    const auto where = there.engine->listen(files.socket());
    // The raw end sends real calls and stops reading.
    const raw_peer deaf{files.file()};
    REQUIRE(deaf.greet());
    const std::string argument(32'000, 'x');
    std::uint64_t id = 1;
    while (id < 4000 && deaf.send_call(id, echo_it, argument))
        ++id;
    CHECK(id < 4000);  // closed by the server, as it should be
    call one{echo_it, "fine"};
    invoke(*here.engine->connect(where), one);
    CHECK(one.result() == "fine");
}

TEST_CASE("more calls than the server admits wait at the client") {
    scratch files;
    roi::net::engine_options narrow;
    narrow.limits.max_calls = 4;
    server there{narrow};
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    std::deque<call> all;
    for (int i = 0; i < 10; ++i)
        to->start(all.emplace_back(keep, std::to_string(i)));
    for (int i = 0; i < 10; ++i) {
        there.arrived.acquire();
        incoming one;
        {
            std::lock_guard hold_it{there.mutex};
            CHECK(there.kept.size() <= 4);
            one = std::move(there.kept.front());
            there.kept.erase(there.kept.begin());
        }
        echo(std::move(one));
    }
    for (auto& one : all) {
        REQUIRE(one.ended_within());
        CHECK(one.answer.what == kind::result);
    }
}

TEST_CASE("a message at the limit passes, one above it is never sent, nor such a result") {
    scratch files;
    roi::net::engine_options narrow;
    narrow.limits.max_message = 300'000;
    server there{narrow};
    client here;
    const auto to = here.engine->connect(there.engine->listen(files.socket()));
    call fits{echo_it, std::string(300'000, 'x')};
    invoke(*to, fits);
    CHECK(fits.answer.what == kind::result);
    call above{echo_it, std::string(300'001, 'x')};
    invoke(*to, above);
    CHECK(above.failed(errc::message_too_large, outcome::not_executed));

    server wide;
    client small{narrow};
    const auto back = small.engine->connect(wide.engine->listen(files.socket("w")));
    call kept{keep};
    back->start(kept);
    wide.arrived.acquire();
    roi::wire::writer result;
    result.put_raw(octets(std::string(300'001, 'x')));
    wide.kept.at(0)->reply(std::move(result));
    CHECK(kept.ended_within());
    CHECK(kept.failed(errc::message_too_large, outcome::executed));
}

TEST_CASE("what a peer asks for and does not read stays bounded, and comes when it reads") {
    scratch files;
    constexpr std::size_t large = 1 << 20;
    constexpr std::uint64_t calls = 200;
    roi::net::engine_options options;
    options.limits.write_large = 4 * large;
    auto engine = roi::net::make_engine(options);
    std::atomic<std::uint64_t> made{0};
    std::atomic<std::uint64_t> read{0};
    std::atomic<std::uint64_t> most_ahead{0};
    const std::string result(large, 'r');
    sink objects{[&](incoming one) {
        const auto ahead = ++made - read;
        for (auto most = most_ahead.load(); ahead > most;)
            if (most_ahead.compare_exchange_weak(most, ahead)) break;
        roi::wire::writer out;
        out.put_raw(octets(result));
        one->reply(std::move(out));
    }};
    engine->set_sink(&objects);
    engine->listen(files.socket());
    const raw_peer deaf{files.file()};
    REQUIRE(deaf.greet());
    for (std::uint64_t id = 1; id <= calls; ++id)
        REQUIRE(deaf.send_call(id, 1));
    for (; read < calls; ++read)
        REQUIRE(deaf.read_away(large));
    CHECK(made == calls);
    // What waits, what the kernel holds, and one on its way into either.
    CHECK(most_ahead <= 4 + 2 + 2);
    engine->stop(clock::now());
}

TEST_CASE("a peer that stops in the middle of a frame harms nobody and ends with the server") {
    scratch files;
    server there;
    client here;
    const auto where = there.engine->listen(files.socket());
    const auto frame = raw_peer::call_frame(1, echo_it, std::string(1000, 'x'));
    std::vector<raw_peer> halves;
    // In the preface, in Hello, in a length, in a frame.
    CHECK(halves.emplace_back(files.file()).send("\x89RO"));
    CHECK(halves.emplace_back(files.file()).send("\x89ROI\r\n\x1a\n\x40"));
    for (const std::size_t size : {std::size_t{2}, frame.size() / 2}) {
        const auto& peer = halves.emplace_back(files.file());
        CHECK(peer.greet());
        CHECK(peer.send(frame.bytes().first(size)));
    }
    call one{echo_it, "fine"};
    invoke(*here.engine->connect(where), one);
    CHECK(one.result() == "fine");
    here.engine->stop(clock::now() + 60s);
    CHECK(there.engine->stop(clock::now() + 60s));
    for (const auto& peer : halves)
        peer.read_all();  // each has been closed
}

TEST_CASE("a connection above the limit is closed at once, and there is room again when some end") {
    scratch files;
    roi::net::engine_options few;
    few.limits.max_connections = 20;
    server there{few};
    const auto where = there.engine->listen(files.socket());
    std::vector<raw_peer> flood;
    for (int i = 0; i < 20; ++i)
        REQUIRE(flood.emplace_back(files.file()).greet());
    for (const auto& peer : flood)
        REQUIRE(peer.read_away(1));  // its Hello: it was accepted
    CHECK(raw_peer{files.file()}.read_all().empty());
    client here;
    call refused{echo_it};
    invoke(*here.engine->connect(where), refused);
    CHECK(refused.answer.ran == outcome::not_executed);
    flood.clear();
    for (;;) {  // the server finds out when it reads
        call one{echo_it, "room"};
        invoke(*here.engine->connect(where), one);
        if (one.answer.what == kind::result) break;
        REQUIRE(one.answer.ran == outcome::not_executed);
    }
}

TEST_CASE("random octets in the place of frames end their connection and nothing else") {
    scratch files;
    server there;
    client here;
    const auto where = there.engine->listen(files.socket());
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int i = 0; i < 200; ++i) {
        const raw_peer peer{files.file()};
        std::string garbage(1 + random() % 3000, '\0');
        for (char& each : garbage)
            each = static_cast<char>(random());
        if (i % 2 == 0) {
            REQUIRE(peer.greet());
            // A length that fits, so that what follows is taken for a frame.
            const auto size = static_cast<std::uint32_t>(garbage.size() - 4 * (garbage.size() > 4));
            if (garbage.size() > 4) std::memcpy(garbage.data(), &size, sizeof size);
        }
        (void)peer.send(garbage);
        ::shutdown(peer.fd(), SHUT_WR);
        peer.read_all();  // returns: the server has closed
    }
    call one{echo_it, "fine"};
    invoke(*here.engine->connect(where), one);
    CHECK(one.result() == "fine");
}

TEST_CASE("without free descriptors a server serves on, says so once, and accepts when it can") {
    scratch files;
    static std::atomic<int> said{0};
    said = 0;
    roi::net::engine_options options;
    options.log = [](void*, roi::net::log_level, std::string_view line) {
        said += line.find("cannot accept") != std::string_view::npos ? 1 : 0;
    };
    server there{options};
    client here;
    const auto where = there.engine->listen(files.socket());
    const auto to = here.engine->connect(where);
    call warm{echo_it};
    invoke(*to, warm);

    std::vector<raw_peer> waiting(20);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const int free_one = ::dup(waiting.back().fd());
    REQUIRE(free_one >= 0);
    ::close(free_one);
    const rlimit tight{static_cast<rlim_t>(free_one) + 2, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    for (const auto& peer : waiting) {
        REQUIRE(peer.connect(files.file()));
        REQUIRE(peer.greet());
    }
    for (int i = 0; said == 0; ++i) {
        call one{echo_it, "served on"};
        invoke(*to, one);
        REQUIRE(one.result() == "served on");
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    for (const auto& peer : waiting)
        CHECK(peer.read_away(1));  // each is accepted at last, and greeted
    CHECK(said == 1);
}
