// Names as data: who may hold one, what its address and generation do, and when it goes. Time is
// what the test says it is.
#include "registry/registry.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace roi::nameserver;
using namespace std::chrono_literals;
using roi::naming::publish_mode;
using roi::naming::status;

namespace {

constexpr caller alice{1000, 41, "alice", 1, true};
constexpr std::uint64_t far = 7;  // some connection

struct world {
    std::uint64_t minted = 0;
    roi::nameserver::limits most;
    std::unique_ptr<store> keeps = make_memory_store(1'700'000'000'000);
    registry names;
    std::chrono::nanoseconds boot = 1000s;

    explicit world(roi::nameserver::limits with = {})
        : most(with),
          names({with,
                 [this] {
                     return id128{99, ++minted};
                 },
                 {}}) {
        names.load(*keeps, now());
    }

    moment now() const { return {boot, 1'700'000'000'000}; }
    void commit() {
        std::string why;
        const transaction changes = names.staged();
        if (!changes.empty()) REQUIRE(keeps->commit(changes, why) == commit_result::durable);
        names.commit(now());
    }

    static roi::naming::publish_request request(std::string name, std::uint64_t instance) {
        roi::naming::publish_request r;
        r.name = std::move(name);
        r.endpoints = {"unix:/run/" + std::to_string(instance)};
        r.instance = {1, instance};
        r.holder = {"bank_server", 41, "", -1, "host1"};
        return r;
    }
    roi::naming::publish_answer publish(const roi::naming::publish_request& r,
                                        const caller& who = alice) {
        const auto answer = names.publish(r, who, now());
        commit();
        return answer;
    }
    roi::naming::publish_answer publish(std::string name, std::uint64_t instance,
                                        const caller& who = alice) {
        return publish(request(std::move(name), instance), who);
    }
    status renew(std::uint64_t instance, std::uint64_t number, const caller& who = alice) {
        return names.renew({{1, instance}, number}, who, now()).status;
    }
    std::vector<std::string> expire(std::chrono::nanoseconds lag = 0s) {
        auto done = names.expire(now(), lag);
        commit();
        return done.removed;
    }
    bool holds(const std::string& path) const {
        return names.lookup("/", path).status == status::ok;
    }
    roi::naming::entry entry(const std::string& path) const {
        return names.lookup("/", path).entry;
    }
};

}  // namespace

TEST_CASE("a name is held by one instance, and the second is told by whom") {
    world w;
    const auto first = w.publish("bank", 1);
    CHECK(first.status == status::ok);
    CHECK(first.address == id128{99, 1});
    const auto second = w.publish("bank", 2);
    CHECK(second.status == status::taken);
    CHECK(second.text ==
          "/bank is published by bank_server (pid 41, user alice, host host1) at "
          "unix:/run/1");
    CHECK(second.held_by.pid == 41);
    CHECK(w.entry("bank").address == first.address);
    CHECK(w.entry("bank").locations.at(0).generation == first.generation);
}

TEST_CASE("the same request again changes nothing") {
    world w;
    const auto first = w.publish("bank", 1);
    const auto again = w.publish("bank", 1);
    CHECK(again.status == status::ok);
    CHECK(again.address == first.address);
    CHECK(again.generation == first.generation);
    CHECK(w.names.at().revision == first.at.revision);
}

TEST_CASE("a new location keeps the address and raises the generation") {
    world w;
    const auto first = w.publish("bank", 1);
    auto moved = world::request("bank", 1);
    moved.endpoints = {"tcp://10.0.0.7:4000"};
    const auto second = w.publish(moved);
    CHECK(second.address == first.address);
    CHECK(second.generation > first.generation);
    CHECK(w.names.lease_count() == 1);
}

TEST_CASE("withdraw and create replace the address") {
    world w;
    const auto first = w.publish("bank", 1);
    CHECK(w.names.withdraw({"/", "bank", {1, 2}}, alice).status == status::ok);
    w.commit();
    CHECK_MESSAGE(w.holds("bank"), "another instance's withdrawal touches nothing");
    w.names.withdraw({"/", "bank", {1, 1}}, alice);
    w.commit();
    CHECK_FALSE(w.holds("bank"));
    CHECK(w.names.lease_count() == 0);
    const auto second = w.publish("bank", 1);
    CHECK(second.address != first.address);
    CHECK(second.generation > first.generation);
}

TEST_CASE("a renewing instance gets the address back that it had, where the name is free") {
    world w;
    auto back = world::request("bank", 1);
    back.mode = publish_mode::renew;
    back.address = {5, 6};
    CHECK(w.publish(back).address == id128{5, 6});
    auto rival = world::request("bank", 2);
    rival.mode = publish_mode::renew;
    rival.address = {7, 8};
    CHECK(w.publish(rival).status == status::taken);
}

TEST_CASE("takeover needs the present generation and the holder's user") {
    world w;
    const auto first = w.publish("bank", 1);
    auto take = world::request("bank", 2);
    take.mode = publish_mode::takeover;
    take.if_generation = first.generation + 1;
    CHECK(w.publish(take).status == status::superseded);
    take.if_generation = first.generation;
    caller bob = alice;
    bob.uid = 1001;
    CHECK(w.publish(take, bob).status == status::denied);
    const auto taken = w.publish(take);
    CHECK(taken.status == status::ok);
    CHECK(taken.address == first.address);
    CHECK(taken.generation > first.generation);
    CHECK_MESSAGE(w.renew(1, 1) == status::not_found, "the old instance holds nothing any more");
    CHECK(w.publish("bank", 1).status == status::taken);
    auto nothing = world::request("other", 2);
    nothing.mode = publish_mode::takeover;
    CHECK(w.publish(nothing).status == status::superseded);
}

TEST_CASE("the token of an instance is worth nothing to another user") {
    world w;
    w.publish("bank", 1);
    caller bob = alice;
    bob.uid = 1001;
    auto steal = world::request("bank", 1);
    steal.endpoints = {"unix:/run/evil"};
    CHECK(w.publish(steal, bob).status == status::denied);
}

TEST_CASE("who may not publish is told why") {
    world w;
    caller anonymous;
    const auto denied = w.publish("bank", 1, anonymous);
    CHECK(denied.status == status::denied);
    CHECK(denied.text.find("--insecure") != std::string::npos);
    CHECK(w.names.withdraw({"/", "bank", {1, 1}}, anonymous).status == status::denied);
}

TEST_CASE("shared names hold several instances of one interface") {
    world w;
    auto a = world::request("bank", 1);
    auto b = world::request("bank", 2);
    a.shared = b.shared = true;
    const auto first = w.publish(a);
    const auto second = w.publish(b);
    CHECK(second.status == status::ok);
    CHECK(second.address == first.address);
    CHECK(w.entry("bank").locations.size() == 2);
    CHECK(w.publish("bank", 3).status == status::taken);
    auto other = world::request("bank", 4);
    other.shared = true;
    other.type = {"demo.Shop", {1, 1}};
    other.description = {std::byte{1}};
    CHECK(w.publish(other).status == status::type_mismatch);
    w.names.withdraw({"/", "bank", {1, 1}}, alice);
    w.commit();
    CHECK(w.entry("bank").locations.size() == 1);
}

TEST_CASE("lookups walk outward, and an inner name overrides") {
    world w;
    w.publish("bank", 1);
    w.publish("/team/bank", 2);
    w.publish("/team/alice/shop", 3);
    CHECK(w.names.lookup("/team/alice", "bank").entry.scope == "/team");
    CHECK(w.names.lookup("/team", "bank").entry.scope == "/team");
    CHECK(w.names.lookup("/other", "bank").entry.scope == "/");
    CHECK(w.names.lookup("", "bank").entry.scope == "/");
    CHECK(w.names.lookup("/team/alice", "/bank").entry.scope == "/");
    const auto missing = w.names.lookup("/team", "shop");
    CHECK(missing.status == status::not_found);
    CHECK(missing.text == "no server is published as 'shop' in /team or further out");
}

TEST_CASE("names that could deceive, or exceed a limit, are refused") {
    std::string why;
    const auto parse = [&](std::string_view scope, std::string_view name) {
        return full_name::parse(scope, name, why);
    };
    for (const char* bad :
         {"", "/", "a//b", "a/", "..", "./a", "a\nb", "a\x7f", "\xC2\x80", "e\xCC\x81",
          "\xE1\x84\x80\xE1\x85\xA1", "\xE2\x84\xAB", "\xff", "\xC0\x80", "\xED\xA0\x80",
          "a\xE2\x80\xAE", "a\xE2\x80\x8B", "\xF4\x90\x80\x80", "\xE2\x82"}) {
        CAPTURE(std::string{bad});
        CHECK_FALSE(parse("/", bad));
    }
    CHECK_FALSE(parse("team", "a"));
    CHECK(parse("/team", "K\xC3\xB6ln \xF0\x9F\x98\x80")->scope() == "/team");
    CHECK(parse("/", std::string(255, 'x')));
    CHECK_FALSE(parse("/", std::string(256, 'x')));
    CHECK(why == "a part of 256 bytes; the limit is 255");
    CHECK(parse("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15", "16"));
    CHECK_FALSE(parse("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15", "16/17"));
    CHECK(why == "more than 16 parts");
}

TEST_CASE("records are refused one byte past their limit") {
    world w;
    auto big = world::request("bank", 1);
    int key = 0;
    const auto size = [&] {
        roi::nameserver::record r;
        r.address = {99, 1};
        r.attributes = big.attributes;
        stored_location l{big.endpoints,
                          big.instance,
                          w.names.at().revision + 1,
                          big.ttl_ms,
                          {"bank_server", 41, "alice", 1000, "host1"},
                          1'700'000'000'000};
        r.locations = {l};
        return encode("/bank", r).size();
    };
    while (size() + 520 < w.most.record_bytes) {
        big.attributes[std::to_string(1000 + key++)] = std::string(480, 'v');
    }
    std::string& last = big.attributes["last"];
    last = std::string(150, 'v');
    while (size() < w.most.record_bytes)
        last += 'v';
    REQUIRE(size() == w.most.record_bytes);
    CHECK(w.names.publish(big, alice, w.now()).status == status::ok);
    w.names.discard();
    last += 'v';
    const auto refused = w.publish(big);
    CHECK(refused.status == status::invalid);
    CHECK(refused.text.find("a record of 65537 bytes; the limit is 65536") != std::string::npos);
}

TEST_CASE("each other limit of a publication is refused one past it, with the number") {
    world w;
    const auto says = [&](roi::naming::publish_request r, const char* part) {
        const auto answer = w.publish(r);
        CAPTURE(answer.text);
        CHECK(answer.status == status::invalid);
        CHECK(answer.text.find(part) != std::string::npos);
    };
    auto r = world::request("bank", 1);
    r.ttl_ms = 5'000;
    CHECK(w.publish(r).status == status::ok);
    r.ttl_ms = 600'000;
    CHECK(w.publish(r).status == status::ok);
    r.ttl_ms = 4'999;
    says(r, "from 5000 to 600000 ms");
    r.ttl_ms = 600'001;
    says(r, "from 5000 to 600000 ms");
    r = world::request("bank", 1);
    r.endpoints.assign(32, "unix:/x");
    CHECK(w.publish(r).status == status::ok);
    r.endpoints.emplace_back("unix:/x");
    says(r, "33 endpoints; the limit is 32");
    r.endpoints = {"unix:" + std::string(507, 'x')};
    CHECK(w.publish(r).status == status::ok);
    r.endpoints = {"unix:" + std::string(508, 'x')};
    says(r, "513 bytes; the limit is 512");
    r.endpoints = {"http://evil"};
    says(r, "neither unix: nor tcp://");
    r.endpoints.clear();
    says(r, "no endpoint");
    r = world::request("bank", 1);
    r.instance = {};
    says(r, "no token");
    r = world::request("bank", 1);
    r.holder.program = "a\x1b[2Jb";
    says(r, "control character");
    r = world::request("bank", 1);
    r.type = {"demo.Bank", {3, 4}};
    r.description.resize(w.most.description_bytes + 1);
    says(r, "a description of 4194305 bytes; the limit is 4194304");
}

TEST_CASE("the number of names has a limit") {
    roi::nameserver::limits two;
    two.names = 2;
    world w{two};
    CHECK(w.publish("a", 1).status == status::ok);
    CHECK(w.publish("b", 1).status == status::ok);
    const auto third = w.publish("c", 1);
    CHECK(third.status == status::invalid);
    CHECK(third.text.find("holds 2 names already") != std::string::npos);
}

TEST_CASE("descriptions are asked for once, checked, and kept once per fingerprint") {
    world w;
    int checked = 0;
    registry names({{},
                    [] {
                        return id128{1, 1};
                    },
                    [&](const roi::naming::interface_id&, std::span<const std::byte> bytes) {
                        ++checked;
                        return bytes.size() == 3 ? std::nullopt
                                                 : std::optional<std::string>{"not three bytes"};
                    }});
    names.load(*w.keeps, w.now());
    auto r = world::request("bank", 1);
    r.type = {"demo.Bank", {3, 4}};
    CHECK(names.publish(r, alice, w.now()).status == status::need_description);
    r.description.resize(2);
    CHECK(names.publish(r, alice, w.now()).status == status::invalid);
    r.description.resize(3);
    CHECK(names.publish(r, alice, w.now()).status == status::ok);
    auto second = world::request("bank2", 2);
    second.type = r.type;
    CHECK(names.publish(second, alice, w.now()).status == status::ok);
    CHECK(names.staged().descriptions.size() == 1);
    names.commit(w.now());
    CHECK(checked == 2);
    REQUIRE(names.description({3, 4}));
    CHECK(names.description({3, 4})->size() == 3);
    CHECK_FALSE(names.description({3, 5}));
}

TEST_CASE("descriptions that no name uses are dropped when there are many") {
    roi::nameserver::limits few;
    few.spare_descriptions = 4;
    world w{few};
    for (std::uint64_t i = 1; i <= 40; ++i) {
        auto r = world::request("bank", i);
        r.type = {"demo.Bank", {0, i}};
        r.description = {std::byte{1}};
        CHECK(w.publish(r).status == status::ok);
        w.names.withdraw({"/", "bank", {1, i}}, alice);
        w.commit();
    }
    int kept = 0;
    for (std::uint64_t i = 1; i <= 40; ++i)
        kept += w.names.description({0, i}) ? 1 : 0;
    CHECK(kept <= 6);
    CHECK(kept >= 1);
}

TEST_CASE("a lease that is renewed stays, one that is not ends with all its names") {
    world w;
    w.publish("a", 1);
    w.publish("b", 1);
    w.publish("c", 2);
    w.boot += 10s;
    CHECK(w.renew(2, 1) == status::ok);
    w.boot += 5s - 1ns;
    CHECK(w.expire().empty());
    w.boot += 1ns;
    CHECK(w.expire() == std::vector<std::string>{"/a", "/b"});
    CHECK_FALSE(w.holds("a"));
    CHECK(w.holds("c"));
    CHECK(w.renew(1, 1) == status::not_found);
    CHECK(w.names.next_expiry() == 1025s);
}

TEST_CASE("a renewal tells the holder what it holds, and late copies prolong nothing") {
    world w;
    const auto a = w.publish("a", 1);
    const auto b = w.publish("b", 1);
    auto answer = w.names.renew({{1, 1}, 5}, alice, w.now());
    CHECK(answer.names == 2);
    CHECK(answer.digest == a.generation + b.generation);
    w.boot += 14s;
    CHECK_MESSAGE(w.renew(1, 4) == status::ok, "a copy of an older renewal is answered");
    w.boot += 1s;
    CHECK(w.expire().size() == 2);
}

TEST_CASE("the end of the holder's connection ends its names at once") {
    world w;
    caller first = alice;
    first.connection = far;
    w.publish("a", 1, first);
    w.publish("b", 2);
    CHECK(w.names.connection_gone(far) == std::vector<std::string>{"/a"});
    w.commit();
    CHECK_FALSE(w.holds("a"));
    CHECK(w.holds("b"));
    CHECK(w.publish("late", 3, first).status == status::denied);
}

TEST_CASE("a holder that renews over a new connection outlives the old one") {
    world w;
    caller first = alice;
    first.connection = far;
    w.publish("a", 1, first);
    caller second = alice;
    second.connection = far + 1;
    CHECK(w.renew(1, 1, second) == status::ok);
    CHECK(w.names.connection_gone(far).empty());
    w.commit();
    CHECK(w.holds("a"));
    CHECK(w.names.connection_gone(far + 1).size() == 1);
}

TEST_CASE("after a restart a holder whose process has ended is gone, others get their full lease") {
    auto keeps = make_memory_store(1'700'000'000'000);
    std::uint64_t minted = 0;
    std::string ended;
    registry::options with;
    with.mint = [&] { return id128{99, ++minted}; };
    with.process_ended = [&](const std::string& process) { return process == ended; };
    const moment at{1000s, 1'700'000'000'000};
    const auto as = [](std::string process, std::uint64_t connection) {
        return caller{1000, 41, "alice", connection, true, std::move(process)};
    };
    std::vector<std::pair<std::uint64_t, std::string>> kept;
    {
        registry before{with};
        before.load(*keeps, at);
        for (std::uint64_t i = 1; i <= 4; ++i) {
            const auto who = as("process " + std::to_string(i), i);
            REQUIRE(before.publish(world::request("n" + std::to_string(i), i), who, at).status ==
                    status::ok);
        }
        for (const auto& n : before.staged().names)
            kept.emplace_back(n.created, n.value.value_or(""));
        CHECK_MESSAGE(before.absent(10).empty(), "nothing was loaded");
    }
    struct image final : store {
        std::vector<std::pair<std::uint64_t, std::string>>* all = nullptr;
        id128 id() const override { return {1, 1}; }
        std::uint64_t revision() const override { return ~std::uint64_t{0} >> 1; }
        void load(visitor& to) override {
            for (const auto& [created, value] : *all)
                to.on_name(created, value);
        }
        commit_result commit(const transaction&, std::string&) override {
            return commit_result::durable;
        }
        commit_result tidy(std::string&) override { return commit_result::durable; }
        std::string describe() const override { return "image"; }
    } loaded;
    loaded.all = &kept;
    registry names{with};
    names.load(loaded, at);

    // One renews over a new connection: it is there again, whatever its process is said to be.
    CHECK(names.renew({{1, 1}, 1}, as("process 1", 11), at).status == status::ok);
    std::set<std::string> absent;
    for (int round = 0; round < 2; ++round) {
        for (const auto& each : names.absent(2))
            absent.insert(each.process);
    }
    CHECK(absent == std::set<std::string>{"process 2", "process 3", "process 4"});

    CHECK(names.holders_gone({{1, 1}, {1, 2}}) == std::vector<std::string>{"/n2"});
    names.commit(at);
    CHECK(names.lookup("/", "n1").status == status::ok);
    CHECK(names.lookup("/", "n2").status == status::not_found);
    CHECK(names.renew({{1, 2}, 1}, as("process 2", 12), at).status == status::not_found);

    // Whoever wants the name of another does not wait for the next look.
    CHECK(names.publish(world::request("n3", 5), as("process 5", 5), at).status == status::taken);
    ended = "process 3";
    CHECK(names.publish(world::request("n3", 5), as("process 5", 5), at).status == status::ok);
    names.commit(at);
    CHECK(names.lookup("/", "n3").entry.locations.at(0).endpoints.at(0) == "unix:/run/5");
    ended = "process 1";
    CHECK(names.publish(world::request("n1", 6), as("process 6", 6), at).status == status::taken);

    // Those that were heard of have their lease, the one that was not has the grace as well.
    CHECK(names.expire({1000s + 14s, 0}, 0s).removed.empty());
    CHECK(names.expire({1000s + 19s, 0}, 0s).removed.size() == 2);
    names.commit({1000s + 19s, 0});
    CHECK(names.expire({1000s + 21s, 0}, 0s).removed == std::vector<std::string>{"/n4"});
}

TEST_CASE("what one batch publishes and loses leaves nothing behind") {
    world w;
    caller one = alice;
    one.connection = far;
    CHECK(w.names.publish(world::request("a", 1), one, w.now()).status == status::ok);
    CHECK(w.names.connection_gone(far).size() == 1);
    CHECK(w.names.staged().empty());
    w.commit();
    CHECK_FALSE(w.holds("a"));
    CHECK(w.names.lease_count() == 0);
}

TEST_CASE("a name that ends and is published anew in one batch keeps a working lease") {
    world w;
    caller one = alice;
    one.connection = far;
    w.publish("a", 1, one);
    w.names.connection_gone(far);
    caller two = alice;
    two.connection = far + 1;
    CHECK(w.names.publish(world::request("a", 1), two, w.now()).status == status::ok);
    const transaction both = w.names.staged();
    CHECK_MESSAGE(both.names.size() == 2, "the old row goes, the new one comes");
    w.commit();
    CHECK(w.holds("a"));
    CHECK(w.renew(1, 1, two) == status::ok);
    w.boot += 15s;
    CHECK(w.expire().size() == 1);
}

TEST_CASE("many leases ending at once are given another TTL, once") {
    world w;
    for (std::uint64_t i = 1; i <= 10; ++i)
        w.publish("n" + std::to_string(i), i);
    w.boot += 10s;
    for (std::uint64_t i = 1; i <= 6; ++i)
        w.renew(i, 1);
    w.boot += 5s;
    CHECK_MESSAGE(w.expire().empty(), "four of ten are too many to believe");
    w.boot += 10s;
    w.renew(1, 2);
    for (std::uint64_t i = 2; i <= 6; ++i)
        w.renew(i, 2);
    w.boot += 5s;
    CHECK_MESSAGE(w.expire().size() == 4, "but not a second time");
}

TEST_CASE("three of ten leases ending at once are believed") {
    world w;
    for (std::uint64_t i = 1; i <= 10; ++i)
        w.publish("n" + std::to_string(i), i);
    w.boot += 10s;
    for (std::uint64_t i = 1; i <= 7; ++i)
        w.renew(i, 1);
    w.boot += 5s;
    CHECK(w.expire().size() == 3);
}

TEST_CASE("a name server that was itself late accuses nobody") {
    world w;
    w.publish("a", 1);
    w.boot += 15s;
    CHECK(w.expire(3750ms + 1ns).empty());
    CHECK(w.names.next_expiry() == w.boot + 15s);
    w.boot += 15s;
    CHECK(w.expire(3750ms).size() == 1);
}

TEST_CASE("what the store refuses has not happened, and may happen later") {
    world w;
    const auto first = w.publish("a", 1);
    const auto before = w.names.at().revision;
    w.names.publish(world::request("b", 1), alice, w.now());
    w.names.withdraw({"/", "a", {1, 1}}, alice);
    w.names.discard();
    CHECK(w.holds("a"));
    CHECK_FALSE(w.holds("b"));
    CHECK(w.names.at().revision == before);
    w.boot += 15s;
    auto due = w.names.expire(w.now(), 0s);
    CHECK(due.removed.size() == 1);
    CHECK_MESSAGE(w.renew(1, 1) == status::not_found, "too late while its removal is under way");
    w.names.discard();
    CHECK_MESSAGE(w.renew(1, 2) == status::ok, "but not when the store refused it");
    CHECK(w.entry("a").locations.at(0).generation == first.generation);
}

TEST_CASE("a new store begins ahead of the one it replaces") {
    CHECK(first_revision(1'700'000'001'000) == first_revision(1'700'000'000'000) + 1000 * 1024);
    world w;
    CHECK(w.publish("a", 1).generation == first_revision(1'700'000'000'000) + 1);
}

TEST_CASE("lists come in pages, of a scope and what is inside it") {
    roi::nameserver::limits few;
    few.list_passed = 2;
    world w{few};
    for (const char* name : {"/a", "/team/a", "/team/alice/ab", "/team/b", "/teams/a"}) {
        w.publish(name, 1);
    }
    int pages = 0;
    const auto paths = [&](roi::naming::list_request r) {
        std::string all;
        for (pages = 1;; ++pages) {
            const auto page = w.names.list(r);
            REQUIRE(page.status == status::ok);
            for (const auto& e : page.entries) {
                all += (e.scope == "/" ? "" : e.scope) + "/" + e.name + " ";
            }
            if (!page.more) return all;
            r.after = page.next;
        }
    };
    CHECK(paths({"/", "", "", 2}) == "/a /team/a /team/alice/ab /team/b /teams/a ");
    CHECK(paths({"/team", "", "", 1}) == "/team/a /team/alice/ab /team/b ");
    CHECK(paths({"/team", "a", "", 1}) == "/team/a /team/alice/ab ");
    CHECK(paths({"/none", "", "", 1}).empty());
    CHECK(w.names.list({"none", "", "", 1}).status == status::invalid);
    CHECK(paths({"/", "zzz", "", 9}).empty());
    CHECK(pages == 3);
}
