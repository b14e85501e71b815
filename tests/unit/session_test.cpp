// The session step by step: what goes in, what comes out, and the invariants at the end of each.
#include "core/session.hpp"

#include "support/seam.hpp"
#include "support/session_end.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace {

using namespace roi::core;
using roi::errc;
using roi::outcome;
using session_end::end;
using session_end::start_of_time;
using namespace std::chrono_literals;
using kind = answer::kind;

/// A call that outlives every session.
template <class... Arguments>
seam::call& make(Arguments&&... arguments) {
    static std::deque<seam::call> all;
    return all.emplace_back(std::forward<Arguments>(arguments)...);
}

struct pair {
    explicit pair(limits client = {}, limits server = {})
        : a{side::connector, client}, b{side::acceptor, server} {}
    /// Carries octets until none wait, in pieces of at most `piece`.
    void settle(std::size_t piece = SIZE_MAX) {
        for (bool moved = true; moved;) {
            const auto there = a.written();
            b.receive(there, piece);
            const auto back = b.written();
            a.receive(back, piece);
            moved = !there.empty() || !back.empty();
        }
    }
    end a;
    end b;
};

std::vector<std::byte> raw(std::initializer_list<const roi::wire::writer*> frames,
                           bool greet = true) {
    std::vector<std::byte> out;
    if (greet) {
        for (const auto one : preface)
            out.push_back(static_cast<std::byte>(one));
        hello_frame hello;
        hello.version_min = hello.version_max = 1;
        hello.chunks = true;
        hello.max_calls = 100;
        roi::wire::writer frame;
        put_hello(frame, hello);
        out.insert(out.end(), frame.bytes().begin(), frame.bytes().end());
    }
    for (const auto* one : frames)
        out.insert(out.end(), one->bytes().begin(), one->bytes().end());
    return out;
}

roi::wire::writer call_octets(std::uint64_t id, std::string_view arguments = {},
                              std::uint64_t total = 0) {
    roi::wire::writer out;
    out.put_raw(seam::octets(arguments));
    put_call(out, id, {}, total);
    return out;
}

}  // namespace

TEST_CASE("both ends greet, and a call goes there and back, cut anywhere") {
    for (const std::size_t piece : {1u, 2u, 5u, 1000u}) {
        CAPTURE(piece);
        pair both;
        auto& one = make(7, "argument");
        one.deadline = start_of_time + 5s;
        both.a.start(one);  // waits for Hello
        both.settle(piece);
        REQUIRE(both.b.calls.size() == 1);
        auto& served = *both.b.calls[0];
        CHECK(served.header().method == 7);
        CHECK(served.header().time_left == 5s);
        CHECK(served.deadline() == start_of_time + 5s);
        CHECK(seam::text(served.arguments()) == "argument");
        roi::wire::writer result;
        result.put_raw(seam::octets("result"));
        served.reply(std::move(result));
        CHECK(both.b.session_.served_calls() == 0);
        both.settle(piece);
        REQUIRE(one.times == 1);
        CHECK(one.result() == "result");
        CHECK(both.a.session_.quiet());
        CHECK(both.b.session_.quiet());
    }
}

TEST_CASE("the acceptor says nothing before it has seen the preface") {
    end b{side::acceptor};
    CHECK(b.written().empty());
    std::vector<std::byte> first7;
    for (const auto one : preface)
        first7.push_back(static_cast<std::byte>(one));
    b.receive(std::span{first7}.first(7));
    CHECK(b.written().empty());
    b.receive(std::span{first7}.last(1));
    CHECK(b.written().size() > 8);
}

TEST_CASE("foreign octets get a line of text and the end, at an acceptor only") {
    end b{side::acceptor};
    b.receive(seam::octets("GET / HTTP/1.1\r\n\r\n"));
    const auto out = b.written();
    CHECK(seam::text(out).starts_with("This is a ROI endpoint"));
    CHECK(b.session_.now_in() == session::state::closing);
    end a{side::connector};
    a.written();
    a.receive(seam::octets("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(a.written().empty());
    CHECK(a.session_.now_in() == session::state::closing);
}

TEST_CASE("a peer of another version gets GoAway and learns which versions there are") {
    end b{side::acceptor};
    hello_frame hello;
    hello.version_min = 2;
    hello.version_max = 3;
    roi::wire::writer frame;
    put_hello(frame, hello);
    auto bytes = raw({}, false);
    for (const auto one : preface)
        bytes.push_back(static_cast<std::byte>(one));
    bytes.insert(bytes.end(), frame.bytes().begin(), frame.bytes().end());
    b.receive(bytes);
    CHECK(b.session_.now_in() == session::state::closing);
    CHECK(b.session_.reason() == errc::not_supported);
    const auto out = b.written();
    CHECK(seam::text(out).find("version 1 of the protocol, the other 2 to 3") != std::string::npos);

    // The other side of it: the call was not executed.
    end a{side::connector};
    auto& one = make(1);
    a.start(one);
    roi::wire::writer away;
    put_go_away(away, 0, errc::not_supported, "no");
    auto answer = raw({}, false);
    for (const auto octet : preface)
        answer.push_back(static_cast<std::byte>(octet));
    answer.insert(answer.end(), away.bytes().begin(), away.bytes().end());
    a.receive(answer);
    CHECK(one.failed(errc::not_supported, outcome::not_executed));
}

TEST_CASE(
    "anything before Hello, a second Hello, and an id that does not grow end the connection") {
    roi::wire::writer ping;
    put_ping(ping, 1);
    std::vector<std::byte> early;
    for (const auto one : preface)
        early.push_back(static_cast<std::byte>(one));
    early.insert(early.end(), ping.bytes().begin(), ping.bytes().end());
    const auto first = call_octets(5);
    const auto same = call_octets(5);
    roi::wire::writer hello;
    hello_frame again;
    again.version_min = again.version_max = 1;
    put_hello(hello, again);
    for (const auto& bad : {early, raw({&hello}), raw({&first, &same})}) {
        end b{side::acceptor};
        b.receive(bad);
        CHECK(b.session_.now_in() == session::state::closing);
        CHECK(b.session_.reason() == errc::malformed);
        CHECK(seam::text(b.written()).find("broke the protocol") != std::string::npos);
    }
}

TEST_CASE("Hello must come in time") {
    end b{side::acceptor};
    CHECK(b.expire() == start_of_time + 10s);
    b.now += 10s;
    b.expire();
    CHECK(b.session_.now_in() == session::state::closing);
    pair in_time;
    in_time.settle();
    in_time.a.now += 11s;
    CHECK(in_time.a.expire() == std::nullopt);
    CHECK(in_time.a.session_.is_open());
}

TEST_CASE("a lost connection says of each call whether it can have run") {
    // Each call is started, and the connection is cut after `cut` octets of it were written.
    for (std::size_t cut = 0; cut < 40; ++cut) {
        pair both;
        both.settle();
        auto& one = make(1, "argument");
        both.a.start(one);
        const auto sent = both.a.written(cut);
        both.a.close();
        REQUIRE(one.times == 1);
        CHECK(one.failed(errc::connection_lost,
                         sent.empty() ? outcome::not_executed : outcome::unknown));
    }
    // Never connected, and never sent.
    end alone{side::connector};
    auto& waiting = make(1);
    alone.start(waiting);
    alone.written();
    alone.close();
    CHECK(waiting.failed(errc::unreachable, outcome::not_executed));
    auto& late = make(1);
    alone.start(late);
    CHECK(late.answer.ran == outcome::not_executed);
}

TEST_CASE("a call cancelled or expired before it was written is withdrawn, and was not executed") {
    pair both;
    both.settle();
    auto& kept = make(1, "kept");
    auto& cancelled = make(1, "cancelled");
    auto& expired = make(1, "expired");
    expired.deadline = start_of_time + 1s;
    both.a.start(kept);
    both.a.start(cancelled);
    both.a.start(expired);
    both.a.cancel(cancelled);
    CHECK(cancelled.failed(errc::cancelled, outcome::not_executed));
    both.a.now += 1s;
    both.a.expire();
    CHECK(expired.failed(errc::deadline_exceeded, outcome::not_executed));
    both.settle();
    REQUIRE(both.b.calls.size() == 1);
    CHECK(seam::text(both.b.calls[0]->arguments()) == "kept");
    both.b.calls[0]->reply({});
    both.settle();
    CHECK(kept.answer.what == kind::result);
}

TEST_CASE(
    "a call cancelled after it was written may have run; the peer is told, a late answer ignored") {
    pair both;
    both.settle();
    auto& one = make(1);
    both.a.start(one);
    both.settle();
    int told = 0;
    both.b.calls.at(0)->on_abandoned([](void* context) { ++*static_cast<int*>(context); }, &told);
    both.a.cancel(one);
    CHECK(one.failed(errc::cancelled, outcome::unknown));
    both.a.cancel(one);
    both.settle();
    CHECK(told == 1);
    CHECK(both.b.calls[0]->abandoned());
    both.b.calls[0]->on_abandoned([](void* context) { ++*static_cast<int*>(context); }, &told);
    CHECK(told == 2);  // at once: it has happened
    both.b.calls[0]->reply({});
    both.settle();
    CHECK(one.times == 1);
}

TEST_CASE("GoAway: calls above the last accepted were not executed, those under way go on") {
    pair both;
    both.settle();
    auto& before = make(1);
    both.a.start(before);
    both.settle();
    both.b.session_.drain("stopping");
    auto& crossing = make(2);
    both.a.start(crossing);
    both.settle();
    CHECK(crossing.failed(errc::shutting_down, outcome::not_executed));
    CHECK(both.b.calls.size() == 1);
    auto& after = make(3);
    both.a.start(after);
    CHECK(after.failed(errc::shutting_down, outcome::not_executed));
    CHECK(both.a.session_.refuses_calls());
    both.b.calls[0]->reply({});
    both.settle();
    CHECK(before.answer.what == kind::result);
    CHECK(both.b.session_.quiet());
}

TEST_CASE("calls at the peer's limit wait here; a peer that ignores our limit is refused") {
    limits narrow;
    narrow.max_calls = 2;
    pair both{{}, narrow};
    static std::deque<seam::call> all;  // outlives the sessions
    for (int i = 0; i < 3; ++i)
        both.a.start(all.emplace_back(1, std::to_string(i)));
    both.settle();
    REQUIRE(both.b.calls.size() == 2);
    both.b.calls[0]->reply({});
    both.settle();
    REQUIRE(both.b.calls.size() == 3);
    CHECK(all[0].times == 1);

    end b{side::acceptor, narrow};
    const auto c1 = call_octets(1);
    const auto c2 = call_octets(2);
    const auto c3 = call_octets(3);
    b.receive(raw({&c1, &c2}));
    CHECK(b.calls.size() == 2);
    b.written();
    b.receive(c3.bytes());
    CHECK(b.calls.size() == 2);
    CHECK(seam::text(b.written()).find("more than 2 unanswered calls") != std::string::npos);
    CHECK(b.session_.is_open());
}

TEST_CASE("own calls that wait have a limit") {
    limits narrow;
    narrow.max_waiting_calls = 2;
    end a{side::connector, narrow};
    static std::deque<seam::call> all;  // outlives the sessions
    for (int i = 0; i < 3; ++i)
        a.start(all.emplace_back(1));
    CHECK(all[1].times == 0);
    CHECK(all[2].failed(errc::overloaded, outcome::not_executed));
}

TEST_CASE("large messages go in parts, small frames between them") {
    limits small_parts;
    small_parts.chunk = 1000;
    pair both{small_parts, small_parts};
    both.settle();
    const std::string big(10'500, 'b');
    auto& large = make(1, big);
    auto& fits = make(2, std::string(1000, 'f'));
    both.a.start(large);
    both.a.start(fits);
    // The first write holds the small frames and one part only.
    auto first = both.a.session_.output();
    CHECK(first[1].size() == 1000);
    both.a.session_.wrote(0);
    both.settle(77);
    REQUIRE(both.b.calls.size() == 2);
    CHECK(seam::text(both.b.calls[0]->arguments()) == std::string(1000, 'f'));
    CHECK(seam::text(both.b.calls[1]->arguments()) == big);
    for (auto& one : both.b.calls)
        seam::echo(std::move(one));
    both.settle(77);
    CHECK(large.result() == big);
    CHECK(fits.result() == std::string(1000, 'f'));
}

TEST_CASE("two large messages share the connection part by part") {
    limits small_parts;
    small_parts.chunk = 1000;
    pair both{small_parts, small_parts};
    both.settle();
    auto& one = make(1, std::string(5000, '1'));
    auto& two = make(2, std::string(2000, '2'));
    both.a.start(one);
    both.a.start(two);
    both.settle();
    REQUIRE(both.b.calls.size() == 2);
    CHECK(both.b.calls[0]->header().method == 2);
}

TEST_CASE("cancelling a large call in the middle frees what was received of it") {
    limits small_parts;
    small_parts.chunk = 1000;
    pair both{small_parts, small_parts};
    both.settle();
    auto& large = make(1, std::string(100'000, 'b'));
    both.a.start(large);
    both.b.receive(both.a.written(20'500));
    both.a.cancel(large);
    CHECK(large.failed(errc::cancelled, outcome::unknown));
    both.settle();
    CHECK(both.b.calls.empty());
    CHECK(both.b.session_.quiet());
    CHECK(both.a.session_.quiet());
    auto& next = make(2);
    both.a.start(next);
    both.settle();
    CHECK(both.b.calls.size() == 1);
}

TEST_CASE("a peer's announcements and parts are held to the limits") {
    limits narrow;
    narrow.max_message = 5000;
    narrow.max_partial = 6000;
    auto part = [](std::uint64_t id, std::size_t size) {
        roi::wire::writer out;
        out.put_raw(std::vector<std::byte>(size, std::byte{1}));
        roi::wire::writer head;
        put_chunk_head(head, id, false, size);
        roi::wire::writer whole;
        whole.put_raw(out.bytes());
        whole.put_raw(head.bytes());
        return whole;
    };
    {  // at the limit, and one above
        end b{side::acceptor, narrow};
        const auto fits = call_octets(1, {}, 5000);
        const auto above = call_octets(2, {}, 5001);
        const auto data = part(1, 5000);
        b.receive(raw({&fits, &above, &data}));
        REQUIRE(b.calls.size() == 1);
        CHECK(b.calls[0]->arguments().size() == 5000);
        CHECK(seam::text(b.written()).find("limit of 5000 octets") != std::string::npos);
    }
    {  // more octets than announced
        end b{side::acceptor, narrow};
        const auto call = call_octets(1, {}, 100);
        const auto data = part(1, 101);
        b.receive(raw({&call, &data}));
        CHECK(b.session_.reason() == errc::malformed);
    }
    {  // too many half messages: the one that exceeds is refused, the other lives
        end b{side::acceptor, narrow};
        const auto one = call_octets(1, {}, 5000);
        const auto two = call_octets(2, {}, 5000);
        const auto data1 = part(1, 4000);
        const auto data2 = part(2, 2001);
        const auto rest = part(1, 1000);
        b.receive(raw({&one, &two, &data1, &data2, &rest}));
        REQUIRE(b.calls.size() == 1);
        CHECK(b.calls[0]->id() == 1);
        CHECK(seam::text(b.written()).find("half-received") != std::string::npos);
    }
    {  // parts of nothing are skipped
        end b{side::acceptor, narrow};
        const auto data = part(77, 5000);
        const auto call = call_octets(1);
        b.receive(raw({&data, &call}));
        CHECK(b.calls.size() == 1);
    }
}

TEST_CASE("a one-way call ends when it is written, and nothing comes back") {
    pair both;
    both.settle();
    auto& one = make(1, "go");
    one.header.flags = flag_oneway;
    both.a.start(one);
    CHECK(one.answer.what == kind::result);
    both.settle();
    REQUIRE(both.b.calls.size() == 1);
    both.b.calls[0]->reply({});
    CHECK(both.b.written().empty());
}

TEST_CASE("a call that is dropped unanswered is answered all the same") {
    pair both;
    both.settle();
    auto& one = make(1);
    both.a.start(one);
    both.settle();
    both.b.calls.clear();
    both.settle();
    CHECK(one.failed(errc::shutting_down, outcome::unknown));
}

TEST_CASE("a ping is answered with the state of the calls it asks for") {
    pair both;
    both.settle();
    auto& one = make(1);
    both.a.start(one);
    both.settle();
    REQUIRE(both.b.calls.size() == 1);
    both.b.calls[0]->add_progress(2);
    both.b.calls[0]->add_progress(3);
    // Ping{nonce 99, calls {1, 77}}: the first is the one above, the other is unknown.
    const std::byte calls[] = {std::byte{1}, std::byte{77}};
    roi::wire::writer ping;
    ping.put_bytes_field(2, calls, sizeof calls);
    ping.put_varint_field(1, 99);
    ping.close(5, 0);
    ping.put_fixed32(static_cast<std::uint32_t>(ping.size()));
    both.b.receive(ping.bytes());
    const auto pong = both.b.written();
    // Pong{nonce 99, {id 1, RUNNING, progress 5}, {id 77, UNKNOWN}}
    const std::uint8_t expected[] = {0x10, 0, 0,    0, 0x32, 0x0e, 0x08, 99,   0x12, 0x06,
                                     0x08, 1, 0x10, 2, 0x20, 5,    0x12, 0x02, 0x08, 77};
    CHECK(std::ranges::equal(pong, std::as_bytes(std::span{expected})));
    both.a.receive(pong);
    CHECK(both.a.session_.last_pong() == 99);
}

TEST_CASE("with much unwritten no further call of ours is written") {
    limits narrow;
    narrow.write_buffer = 1000;
    pair both{narrow, {}};
    both.settle();
    static std::deque<seam::call> all;  // outlives the sessions
    for (int i = 0; i < 10; ++i)
        both.a.start(all.emplace_back(1, std::string(300, 'x')));
    CHECK(both.a.session_.congested());
    CHECK(both.a.session_.has_waiting());
    both.settle();
    CHECK(both.b.calls.size() == 10);
}

TEST_CASE("the table of calls finds what it holds after any order of inserts and erases") {
    call_table<int> table{42};
    std::vector<std::uint64_t> present;
    std::uint64_t seed = 7;
    auto next = [&] { return seed = seed * 6364136223846793005u + 1442695040888963407u; };
    for (int step = 0; step < 20'000; ++step) {
        if (present.empty() || (next() >> 33) % 5 < 3) {
            const auto id = (next() >> 40) + 1;
            if (table.find(id) != nullptr) continue;
            table.insert(id, static_cast<int>(id & 0xFFFF));
            present.push_back(id);
        } else {
            const auto at = (next() >> 33) % present.size();
            CHECK(table.erase(present[at]));
            present[at] = present.back();
            present.pop_back();
        }
        if (present.size() > 300) {
            for (const auto id : present)
                REQUIRE(table.erase(id));
            present.clear();
        }
    }
    CHECK(table.size() == present.size());
    for (const auto id : present) {
        REQUIRE(table.find(id) != nullptr);
        CHECK(*table.find(id) == static_cast<int>(id & 0xFFFF));
    }
    CHECK(table.find(0) == nullptr);
}

TEST_CASE(
    "results that a caller does not read are kept up to a limit, and one beyond is not sent") {
    limits server;
    server.max_unwritten = 400'000;
    pair two{{}, server};
    std::vector<seam::call*> all;
    for (int i = 0; i < 4; ++i)
        two.a.start(*all.emplace_back(&make(1)));
    two.settle();
    REQUIRE(two.b.calls.size() == 4);
    const auto reply = [&](std::size_t call, std::size_t size) {
        roi::wire::writer result;
        result.put_space(size);
        two.b.calls[call]->reply(std::move(result));
    };
    reply(0, 200'000);
    reply(1, 200'000);  // at the limit
    reply(2, 200'001);  // one past it
    reply(3, 10);       // a small one goes out as ever
    two.settle();
    CHECK(all[0]->answer.result.size() == 200'000);
    CHECK(all[1]->answer.result.size() == 200'000);
    CHECK(all[2]->failed(errc::message_too_large, outcome::executed));
    CHECK(all[3]->answer.what == kind::result);
    two.b.calls.clear();
    auto& next = make(1);
    two.a.start(next);
    two.settle();
    reply(0, 500'000);  // alone it may be larger
    two.settle();
    CHECK(next.answer.result.size() == 500'000);
}

TEST_CASE("large results that wait make a session congested until they are written") {
    limits server;
    server.write_large = 200'000;
    pair two{{}, server};
    auto& first = make(1);
    auto& second = make(1);
    two.a.start(first);
    two.a.start(second);
    two.settle();
    roi::wire::writer result;
    result.put_space(200'000);
    two.b.calls[0]->reply(std::move(result));
    CHECK_FALSE(two.b.session_.congested());  // at the limit
    roi::wire::writer more;
    more.put_space(200'000);
    two.b.calls[1]->reply(std::move(more));
    CHECK(two.b.session_.congested());
    two.settle();
    CHECK_FALSE(two.b.session_.congested());
    CHECK(second.answer.result.size() == 200'000);
}

TEST_CASE("the arguments of calls under way are bounded, until their calls are gone") {
    limits server;
    server.max_served = 1000;
    pair two{{}, server};
    auto& first = make(1, std::string(400, 'x'));
    auto& fits = make(1, std::string(600, 'x'));
    auto& beyond = make(1, "x");
    for (auto* one : {&first, &fits, &beyond})
        two.a.start(*one);
    two.settle();
    CHECK(beyond.failed(errc::overloaded, outcome::not_executed));
    REQUIRE(two.b.calls.size() == 2);
    two.b.calls[0]->reply({});
    two.settle();
    CHECK(first.answer.what == kind::result);
    auto& still = make(1, "x");  // the answered call still has its arguments
    two.a.start(still);
    two.settle();
    CHECK(still.failed(errc::overloaded, outcome::not_executed));
    two.b.calls.clear();
    auto& large = make(1, std::string(1001, 'x'));  // alone it may be larger
    two.a.start(large);
    two.settle();
    REQUIRE(two.b.calls.size() == 1);
    two.b.calls[0]->reply({});
    two.settle();
    CHECK(large.answer.what == kind::result);
}

TEST_CASE("a peer that asks and asks and does not read is given up") {
    limits server;
    server.max_small_unwritten = 10'000;
    pair two{{}, server};
    two.settle();
    for (int i = 0; i < 10'000 && two.b.session_.is_open(); ++i) {
        two.a.session_.ping(static_cast<std::uint64_t>(i));
        two.b.receive(two.a.written());  // and what two.b answers is not read
    }
    CHECK(two.b.session_.reason() == errc::malformed);
    CHECK(two.b.session_.reason_text().find("does not read") != std::string::npos);
}
