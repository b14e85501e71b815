// Call sessions: numbered calls whose connection is lost are answered over the next one, run once
// at most, and are told the truth. Two processes, any number of connections, no I/O, no time.
#include "support/session_end.hpp"

#include "core/frame.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace session_end;
using roi::outcome;

/// A client and a server that talk over one connection after the other.
struct world {
    explicit world(limits server_bounds = {}) : bounds{server_bounds}, server{server_bounds} {}
    ~world() { cut(); }

    void connect() {
        a = std::make_unique<end>(side::connector, client, 1, now);
        b = std::make_unique<end>(side::acceptor, server, server_identity, now, bounds);
        b->who.uid = uid;
        b->who.pid = 77;
    }
    /// Both ends learn that the connection is gone; what was on its way is lost.
    void cut() {
        for (auto* one : {a.get(), b.get()}) {
            if (one == nullptr) continue;
            actions todo;
            one->now = now;
            one->session_.close(errc::connection_lost, "cut", todo);
            one->run(todo);
        }
        if (b != nullptr) {
            // What runs goes on, whatever became of its connection.
            for (auto& call : b->calls)
                running.push_back(std::move(call));
            b->calls.clear();
            old.push_back(std::move(b));
        }
        if (a != nullptr) old.push_back(std::move(a));
    }
    void to_server() { b->receive(a->written()); }
    void to_client() { a->receive(b->written()); }
    void settle() {
        for (bool moved = true; moved;) {
            const auto there = a->written();
            b->receive(there);
            const auto back = b->written();
            a->receive(back);
            moved = !there.empty() || !back.empty();
        }
    }
    void pass(std::chrono::milliseconds time) {
        now += time;
        for (auto* one : {a.get(), b.get()})
            if (one != nullptr) one->now = now;
    }
    seam::call& make(std::string_view argument = "x") {
        auto& one = calls.emplace_back(7, argument);
        one.numbered = true;
        return one;
    }
    /// Asks for a call again whose connection was lost, as its owner does.
    seam::call& again(const seam::call& lost, std::string_view argument = "x") {
        auto& one = make(argument);
        one.session = lost.session;
        one.header.sequence = lost.header.sequence;
        return one;
    }
    std::unique_ptr<served_call> take() {
        REQUIRE(b->calls.size() == 1);
        auto call = std::move(b->calls.front());
        b->calls.clear();
        return call;
    }
    static void reply(served_call& call, std::string_view text) {
        roi::wire::writer result;
        result.put_raw(seam::octets(text));
        call.reply(std::move(result));
    }

    limits bounds;
    process client;
    process server;
    std::uint64_t server_identity = 2;
    std::uint32_t uid = 1000;
    time_point now = start_of_time;
    std::deque<seam::call> calls;
    std::vector<std::unique_ptr<end>> old;
    std::vector<std::unique_ptr<served_call>> running;
    std::unique_ptr<end> a;
    std::unique_ptr<end> b;
};

bool lost(const seam::call& one) {
    return one.times == 1 && one.failed(errc::connection_lost, outcome::unknown) && one.session;
}

}  // namespace

TEST_CASE("an answer that was lost with its connection is given again, and the call runs once") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    auto served = w.take();
    w.reply(*served, "once");
    served.reset();
    w.cut();
    REQUIRE(lost(one));

    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(w.b->calls.empty());
    REQUIRE(second.times == 1);
    CHECK(second.result() == "once");
    CHECK(second.answer.from_peer);
}

TEST_CASE("a call that still runs answers over the connection that asked last") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.cut();
    REQUIRE(lost(one));
    REQUIRE(w.running.size() == 1);
    CHECK(!w.running.front()->abandoned());

    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(w.b->calls.empty());
    CHECK(second.times == 0);
    w.reply(*w.running.front(), "late");
    w.settle();
    REQUIRE(second.times == 1);
    CHECK(second.result() == "late");
}

TEST_CASE("a call that never arrived runs when it is asked for again") {
    world w;
    w.connect();
    w.settle();
    auto& one = w.make();
    w.a->start(one);
    static_cast<void>(w.a->written());  // handed to the transport, and lost there
    w.cut();
    REQUIRE(lost(one));

    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    w.reply(*w.take(), "first");
    w.settle();
    CHECK(second.result() == "first");
}

TEST_CASE("a call whose octets were never handed over did not run, and its number is done with") {
    world w;
    w.connect();
    w.settle();
    auto& one = w.make();
    w.a->start(one);
    w.cut();
    REQUIRE(one.times == 1);
    CHECK(one.failed(errc::connection_lost, outcome::not_executed));
    CHECK(one.session == nullptr);
}

TEST_CASE("a server that was started anew does not know the call: unknown, and it is not run") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.cut();
    process other;
    w.server_identity = 3;
    w.a = std::make_unique<end>(side::connector, w.client, 1, w.now);
    w.b = std::make_unique<end>(side::acceptor, other, 3, w.now);
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    REQUIRE(second.times == 1);
    CHECK(second.failed(errc::connection_lost, outcome::unknown));
    CHECK(second.session == nullptr);
    CHECK(w.b->calls.empty());
    w.cut();
}

TEST_CASE("a session that ran out is not attached again, and nothing sent on it runs") {
    limits brief;
    brief.session_lease = 1s;
    world w{brief};
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.cut();
    REQUIRE(w.running.size() == 1);
    w.pass(999ms);
    std::vector<served_call*> abandoned;
    CHECK(w.server.served.expire(w.now, abandoned) == w.now + 1ms);
    CHECK(abandoned.empty());
    w.pass(1ms);
    CHECK(w.server.served.expire(w.now, abandoned) == std::nullopt);
    REQUIRE(abandoned.size() == 1);
    abandoned.front()->abandon();
    CHECK(w.running.front()->abandoned());

    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(second.failed(errc::connection_lost, outcome::unknown));
    CHECK(w.b->calls.empty());
    // New calls have the session that the connection brought.
    auto& fresh = w.make();
    w.a->start(fresh);
    w.settle();
    w.reply(*w.take(), "new");
    w.settle();
    CHECK(fresh.result() == "new");
}

TEST_CASE("the calls of a process that died are abandoned without waiting for their lease") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.cut();
    REQUIRE(w.old.front()->look_after == w.now + 50ms);
    w.pass(50ms);
    std::vector<served_call*> abandoned;
    CHECK(w.server.served.expire(w.now, abandoned) == w.now + 1s);
    CHECK(abandoned.empty());
    w.server.caller_lives = false;
    w.server.served.expire(w.now, abandoned);
    REQUIRE(abandoned.size() == 1);
    abandoned.front()->abandon();
    CHECK(w.running.front()->abandoned());
    CHECK(w.server.served.size() == 0);
}

TEST_CASE("a caller that says farewell ends its session with the connection") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.a->session_.drain("done");
    w.to_server();
    w.cut();
    CHECK(one.failed(errc::connection_lost, outcome::unknown));
    CHECK(one.session == nullptr);
    CHECK(w.running.front()->abandoned());
    CHECK(w.server.served.size() == 0);
}

TEST_CASE("a refused call stays refused, whoever asks again") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.take()->refuse(errc::overloaded, outcome::not_executed, "full");
    w.cut();
    REQUIRE(lost(one));
    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(w.b->calls.empty());
    CHECK(second.failed(errc::overloaded, outcome::not_executed));
    CHECK(second.answer.text == "full");
}

TEST_CASE("a superseded server leaves the call to its successor: no tombstone") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.take()->refuse(errc::superseded, outcome::not_executed, "gone on");
    w.cut();
    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(w.b->calls.size() == 1);
}

TEST_CASE("the number of one call does not give the answer of another") {
    world w;
    w.connect();
    auto& one = w.make("mine");
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "secret");
    w.cut();
    w.connect();
    auto& second = w.again(one, "other");
    w.a->start(second);
    w.settle();
    CHECK(w.b->calls.empty());
    CHECK(second.failed(errc::malformed, outcome::unknown));
}

TEST_CASE("another user is told that there is no such session") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "mine");
    w.cut();
    w.uid = 1001;
    w.connect();
    auto& second = w.again(one);
    w.a->start(second);
    w.settle();
    CHECK(second.failed(errc::connection_lost, outcome::unknown));
    CHECK(w.b->calls.empty());
}

TEST_CASE("attaching ends the connection before, whose late octets count no more") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "one");
    w.settle();
    auto& late = w.make();
    w.a->start(late);
    const auto octets = w.a->written();
    // The client gives the connection up; the server has not noticed.
    auto before = std::move(w.b);
    {
        actions todo;
        w.a->session_.close(errc::connection_lost, "cut", todo);
        w.a->run(todo);
    }
    REQUIRE(lost(late));
    w.old.push_back(std::move(w.a));
    w.connect();
    auto& second = w.again(late);
    w.a->start(second);
    w.settle();
    CHECK(before->times_replaced == 1);
    before->receive(octets);
    CHECK(before->calls.empty());
    w.reply(*w.take(), "two");
    w.settle();
    CHECK(second.result() == "two");
    actions todo;
    before->session_.close(errc::connection_lost, "replaced", todo);
    before->run(todo);
    // The session is the new connection's: the end of the old one changes nothing.
    auto& third = w.make();
    w.a->start(third);
    w.settle();
    w.reply(*w.take(), "three");
    w.settle();
    CHECK(third.result() == "three");
}

TEST_CASE("a cancelled call that has not begun is known not to have run") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.a->cancel(one);
    CHECK(one.times == 0);  // the server is asked
    w.to_server();
    auto served = w.take();
    CHECK(served->abandoned());
    served->refuse(errc::cancelled, outcome::not_executed, "it waited");
    w.to_client();
    CHECK(one.failed(errc::cancelled, outcome::not_executed));
}

TEST_CASE("a cancelled call that runs is unknown as soon as the server says so") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    auto served = w.take();
    served->begins();
    w.a->cancel(one);
    w.settle();
    CHECK(one.failed(errc::cancelled, outcome::unknown));
    w.reply(*served, "too late");
    w.settle();
    CHECK(one.times == 1);
}

TEST_CASE("a call that ran before it could be cancelled has its result") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "ran");
    w.a->cancel(one);
    w.settle();
    REQUIRE(one.times == 1);
    CHECK(one.result() == "ran");
}

TEST_CASE("a server that does not say whether a call began leaves it unknown, soon") {
    limits bounds;
    world w;
    w.connect();
    auto& one = w.make();
    one.deadline = w.now + 1s;
    w.a->start(one);
    w.settle();
    w.pass(1s);
    CHECK(w.a->expire() == w.now + bounds.cancel_answer);
    CHECK(one.times == 0);
    w.pass(bounds.cancel_answer - 1ms);
    w.a->expire();
    CHECK(one.times == 0);
    w.pass(1ms);
    w.a->expire();
    CHECK(one.failed(errc::deadline_exceeded, outcome::unknown));
}

TEST_CASE("what is acknowledged is forgotten, and known not to be new") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "one");
    w.settle();
    const auto used = one.session;
    auto& two = w.make();
    w.a->start(two);  // acknowledges the first
    w.settle();
    w.reply(*w.take(), "two");
    w.settle();

    auto& repeated = w.make();
    repeated.session = used;
    repeated.header.sequence = 1;
    w.a->start(repeated);
    w.settle();
    CHECK(w.b->calls.empty());
    CHECK(repeated.failed(errc::malformed, outcome::unknown));
}

TEST_CASE("one long call keeps its own row, and not those of the calls behind it") {
    limits few;
    few.max_session_rows = 64;
    world w{few};
    w.connect();
    auto& slow = w.make();
    w.a->start(slow);
    w.settle();
    auto slow_served = w.take();
    for (int i = 0; i < 500; ++i) {
        auto& quick = w.make();
        w.a->start(quick);
        w.settle();
        w.reply(*w.take(), "quick");
        w.settle();
        REQUIRE(quick.result() == "quick");
    }
    w.reply(*slow_served, "slow");
    w.settle();
    CHECK(slow.result() == "slow");
}

TEST_CASE("a caller that makes no further call acknowledges its last ones after a second") {
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    w.reply(*w.take(), "one");
    w.settle();
    CHECK(w.a->written().empty());
    w.pass(999ms);
    w.a->expire();
    CHECK(w.a->written().empty());
    w.pass(1ms);
    w.a->expire();
    CHECK(!w.a->session_.acknowledges_at());
    const auto octets = w.a->written();
    CHECK(!octets.empty());
    w.b->receive(octets);
    auto& repeated = w.make();
    repeated.session = one.session;
    repeated.header.sequence = one.header.sequence;
    w.a->start(repeated);
    w.settle();
    CHECK(repeated.failed(errc::malformed, outcome::unknown));
}

TEST_CASE("who asks later is told what became of a call") {
    world w;
    w.connect();
    auto& ran = w.make();
    auto& refused = w.make();
    auto& runs = w.make();
    for (auto* one : {&ran, &refused, &runs})
        w.a->start(*one);
    w.settle();
    REQUIRE(w.b->calls.size() == 3);
    w.reply(*w.b->calls[0], "ran");
    w.b->calls[1]->refuse(errc::overloaded, outcome::not_executed, "full");
    const auto session = w.server.served.find(ran.session->id(), w.b->who);
    REQUIRE(session);
    using fate = callee_session::fate;
    CHECK(session->settle(1) == fate::executed);
    CHECK(session->settle(2) == fate::not_executed);
    CHECK(session->settle(3) == fate::running);
    CHECK(session->settle(4) == fate::not_executed);  // it has not come, and is refused from now on
    incoming::peer other;
    other.uid = 1;
    CHECK(w.server.served.find(ran.session->id(), other) == nullptr);
    auto& fourth = w.make();
    w.a->start(fourth);
    w.b->calls.clear();
    w.settle();
    CHECK(w.b->calls.empty());
    CHECK(fourth.times == 1);
    CHECK(fourth.answer.ran != outcome::executed);
}

// --- limits --------------------------------------------------------------------------------------

TEST_CASE("rows up to the limit; one more is refused and remembered; at twice the limit it ends") {
    limits few;
    few.max_session_rows = 3;
    std::atomic<std::size_t> all{0};
    call_rows rows{few, all};
    for (std::uint64_t n = 1; n <= 3; ++n)
        CHECK(rows.admit(n, n, n) == admission::run);
    CHECK(rows.admit(4, 4, 4) == admission::full);
    CHECK(rows.admit(4, 4, 4) == admission::full);  // refused for ever
    CHECK(rows.admit(5, 5, 5) == admission::full);
    CHECK(rows.admit(6, 6, 6) == admission::full);
    CHECK(rows.admit(7, 7, 7) == admission::flooded);
    rows.acknowledge_below(5);
    CHECK(rows.admit(4, 4, 4) == admission::stale);
    CHECK(rows.admit(7, 7, 7) == admission::run);
}

TEST_CASE("an answer of the limit is kept; one octet more, and only that it ran is known") {
    limits small;
    small.max_kept_reply = 10;
    std::atomic<std::size_t> all{0};
    const std::vector<std::byte> ten(10), eleven(11);
    {
        call_rows rows{small, all};
        REQUIRE(rows.admit(1, 1, 1) == admission::run);
        rows.complete(1, ten);
        CHECK(rows.admit(1, 1, 1) == admission::replay);
        CHECK(all == 10);
        REQUIRE(rows.admit(2, 2, 2) == admission::run);
        rows.complete(2, eleven);
        CHECK(rows.admit(2, 2, 2) == admission::no_reply);
        CHECK(all == 10);
        rows.acknowledge_below(2);
        CHECK(all == 0);
        REQUIRE(rows.admit(3, 3, 3) == admission::run);
        rows.complete(3, ten);
    }
    CHECK(all == 0);
}

TEST_CASE(
    "kept answers up to their limit; then new calls are refused until some are acknowledged") {
    limits small;
    small.max_session_replies = 20;
    std::atomic<std::size_t> all{0};
    const std::vector<std::byte> ten(10);
    call_rows rows{small, all};
    for (std::uint64_t n = 1; n <= 2; ++n) {
        REQUIRE(rows.admit(n, n, n) == admission::run);
        rows.complete(n, ten);
    }
    CHECK(rows.admit(3, 3, 3) == admission::full);
    rows.acknowledge_below(2);
    CHECK(rows.admit(4, 4, 4) == admission::run);
    // What ran already may find no room for its answer: then only that it ran is kept.
    REQUIRE(rows.admit(5, 5, 5) == admission::run);
    rows.complete(4, ten);
    rows.complete(5, ten);
    CHECK(rows.admit(4, 4, 4) == admission::replay);
    CHECK(rows.admit(5, 5, 5) == admission::no_reply);
    CHECK(rows.reply_octets() <= 20);
}

TEST_CASE("the answers of all sessions together have a limit") {
    limits small;
    small.max_all_replies = 10;
    std::atomic<std::size_t> all{0};
    const std::vector<std::byte> ten(10);
    call_rows one{small, all};
    call_rows other{small, all};
    REQUIRE(one.admit(1, 1, 1) == admission::run);
    one.complete(1, ten);
    CHECK(other.admit(1, 1, 1) == admission::full);
    one.acknowledge_below(2);
    CHECK(other.admit(2, 2, 2) == admission::run);
}

TEST_CASE("sessions of one user up to their limit; a further connection goes without") {
    limits few;
    few.max_sessions = 2;
    process first_client;
    process second_client;
    world w{few};
    std::vector<std::unique_ptr<end>> kept;
    for (auto* client : {&first_client, &second_client}) {
        w.connect();
        w.a = std::make_unique<end>(side::connector, *client, 1, w.now);
        w.settle();
        kept.push_back(std::move(w.a));
        kept.push_back(std::move(w.b));
    }
    CHECK(w.server.served.size() == 2);
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    CHECK(w.server.served.size() == 2);
    auto served = w.take();
    CHECK(served->header().sequence == 0);
    w.reply(*served, "plain");
    w.settle();
    CHECK(one.result() == "plain");
    w.cut();
    w.uid = 5;
    w.connect();
    w.settle();
    CHECK(w.server.served.size() == 3);
    w.cut();
    w.a = std::move(kept[0]);
    w.b = std::move(kept[1]);
    w.cut();
    w.a = std::move(kept[2]);
    w.b = std::move(kept[3]);
}

TEST_CASE("a peer that greets and gives no session is given up as one that does not greet") {
    limits bounds;
    world w;
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.to_server();
    const auto octets = w.b->written();
    // Hello without the Session behind it.
    const std::size_t session_size = 4 + 2 + 18 + 3 + 5;
    w.a->receive(std::span{octets}.first(octets.size() - session_size));
    REQUIRE(w.a->session_.is_open());
    CHECK(one.times == 0);
    w.pass(bounds.hello_time - 1ms);
    w.a->expire();
    CHECK(one.times == 0);
    w.pass(1ms);
    w.a->expire();
    CHECK(one.failed(errc::malformed, outcome::not_executed));
}

TEST_CASE("of two connections with one server the later one gives its calls to the earlier") {
    world w;
    w.connect();
    w.settle();
    auto first_a = std::move(w.a);
    auto first_b = std::move(w.b);
    w.connect();
    auto& one = w.make();
    w.a->start(one);
    w.settle();
    CHECK(one.times == 0);
    REQUIRE(w.a->session_.yields());
    SUBCASE("which can be used") {
        actions todo;
        std::vector<session::moved_call> moved;
        w.a->session_.yield(moved, todo);
        w.a->run(todo);
        REQUIRE(moved.size() == 1);
        CHECK(moved.front().call == &one);
        CHECK(one.times == 0);
        CHECK(w.a->session_.refuses_calls());
        CHECK(w.a->session_.own_calls() == 0);
        w.settle();
        CHECK(w.b->calls.empty());
        first_a->start(one);
        first_b->receive(first_a->written());
        REQUIRE(first_b->calls.size() == 1);
        w.reply(*first_b->calls.front(), "there");
        first_a->receive(first_b->written());
        CHECK(one.result() == "there");
    }
    SUBCASE("which has failed meanwhile") {
        actions todo;
        w.a->session_.go_ahead(w.now, todo);
        w.a->run(todo);
        w.settle();
        w.reply(*w.take(), "here");
        w.settle();
        CHECK(one.result() == "here");
    }
    w.cut();
    w.a = std::move(first_a);
    w.b = std::move(first_b);
}

TEST_CASE("intervals join where they touch, and rise with the low-water mark") {
    interval_set set;
    set.add(5, 5);
    set.add(7, 9);
    CHECK(set.all().size() == 2);
    CHECK(set.contains(8));
    CHECK(!set.contains(6));
    set.add(6, 6);
    CHECK(set.all() == std::vector<interval_set::interval>{{5, 9}});
    set.add(20, 30);
    set.add(1, 40);
    CHECK(set.all() == std::vector<interval_set::interval>{{1, 40}});
    CHECK(set.raise(3) == 41);
    CHECK(set.empty());
    set.add(50, 60);
    CHECK(set.raise(45) == 45);
    CHECK(set.raise(55) == 61);
}

TEST_CASE("a repeated call is the same call only where method, object and arguments are") {
    const fingerprint_key key{11, 22};
    const std::vector<std::byte> long_one(10'000, std::byte{1});
    auto changed = long_one;
    changed[4095] = std::byte{2};
    auto beyond = long_one;
    beyond[4096] = std::byte{2};
    const auto base = call_fingerprint(key, 1, 2, 3, long_one.size(), long_one);
    CHECK(base == call_fingerprint(key, 1, 2, 3, long_one.size(), long_one));
    CHECK(base != call_fingerprint(key, 9, 2, 3, long_one.size(), long_one));
    CHECK(base != call_fingerprint(key, 1, 9, 3, long_one.size(), long_one));
    CHECK(base != call_fingerprint(key, 1, 2, 9, long_one.size(), long_one));
    CHECK(base != call_fingerprint(key, 1, 2, 3, long_one.size() + 1, long_one));
    CHECK(base != call_fingerprint(key, 1, 2, 3, changed.size(), changed));
    CHECK(base == call_fingerprint(key, 1, 2, 3, beyond.size(), beyond));
    CHECK(base != call_fingerprint({11, 23}, 1, 2, 3, long_one.size(), long_one));
}
