// Registry, store and clock together: many changes in one commit, none seen before it is durable,
// and what becomes of those who wait when the store fails.
#include "service/ledger.hpp"

#include "service/process.hpp"
#include "store/sqlite_store.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace roi::nameserver;
using namespace std::chrono_literals;
using roi::naming::status;

namespace {

/// A memory store whose commits can be held up, refused, or lost.
class gate final : public store {
public:
    std::mutex mutex;
    std::condition_variable changed;
    bool open = true;
    int waiting = 0;
    commit_result result = commit_result::durable;
    int commits = 0;
    std::size_t largest = 0;

    id128 id() const override { return {1, 1}; }
    std::uint64_t revision() const override { return 0; }
    void load(visitor&) override {}
    commit_result commit(const transaction& changes, std::string& why) override {
        std::unique_lock lock{mutex};
        ++waiting;
        changed.notify_all();
        changed.wait(lock, [&] { return open; });
        --waiting;
        ++commits;
        largest = std::max(largest, changes.names.size());
        why = "planted";
        return result;
    }
    commit_result tidy(std::string&) override { return commit_result::durable; }
    std::string describe() const override { return "gate"; }

    void set(bool is_open) {
        const std::lock_guard lock{mutex};
        open = is_open;
        changed.notify_all();
    }
    void wait_for_commit() {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return waiting > 0; });
    }
};

/// Waits for log lines.
struct journal {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;

    log_sink sink() {
        return [this](level, std::string_view event, std::string_view fields) {
            const std::lock_guard lock{mutex};
            lines.push_back(std::string{event} + std::string{fields});
            changed.notify_all();
        };
    }
    void await(const std::string& line) {
        std::unique_lock lock{mutex};
        REQUIRE(changed.wait_for(lock, roi::support::patience, [&] {
            return std::find(lines.begin(), lines.end(), line) != lines.end();
        }));
    }
};

roi::naming::publish_request request(const std::string& name, std::uint64_t instance) {
    roi::naming::publish_request r;
    r.name = name;
    r.endpoints = {"unix:/x"};
    r.instance = {1, instance};
    return r;
}
const caller alice{1000, 4, "alice", 7, true};

bool holds(const ledger& names, const std::string& name) {
    return names.resolve({"/", name, {}, {}}).status == status::ok;
}

}  // namespace

TEST_CASE(
    "a change is seen and answered only after it is durable; those that come meanwhile go "
    "together") {
    auto owned = std::make_unique<gate>();
    gate& g = *owned;
    ledger names{std::move(owned), {}};
    g.set(false);
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        CHECK(names.publish(request("first", 1), alice).status == status::ok);
        ++answered;
    });
    g.wait_for_commit();
    CHECK_FALSE(holds(names, "first"));
    CHECK(answered == 0);
    for (std::uint64_t i = 0; i < 32; ++i) {
        threads.emplace_back([&, i] {
            CHECK(names.publish(request("n" + std::to_string(i), 2), alice).status == status::ok);
            ++answered;
        });
    }
    g.set(true);
    for (std::thread& t : threads)
        t.join();
    CHECK(answered == 33);
    CHECK(names.count().names == 33);
    CHECK(names.count().leases == 2);
    CHECK(g.commits <= 33);
    CHECK(g.largest >= 1);
}

TEST_CASE("what the store refuses is answered so, and is not there") {
    auto owned = std::make_unique<gate>();
    gate& g = *owned;
    ledger names{std::move(owned), {}};
    g.result = commit_result::refused;
    const auto answer = names.publish(request("a", 1), alice);
    CHECK(answer.status == status::store_failed);
    CHECK(answer.text == "the change could not be stored in gate: planted");
    CHECK_FALSE(holds(names, "a"));
    g.result = commit_result::durable;
    CHECK(names.publish(request("a", 1), alice).status == status::ok);
}

TEST_CASE("a store that cannot be trusted ends it: told before anybody is answered") {
    auto owned = std::make_unique<gate>();
    gate& g = *owned;
    std::atomic<bool> told{false};
    ledger::options with;
    with.on_poisoned = [&](const std::string& why) {
        CHECK(why == "planted");
        told = true;
    };
    ledger names{std::move(owned), with};
    g.result = commit_result::poisoned;
    CHECK(names.publish(request("a", 1), alice).status == status::store_failed);
    CHECK(told);
    CHECK(names.publish(request("b", 1), alice).status == status::store_failed);
    CHECK(g.commits == 1);
}

TEST_CASE("changes beyond the limit of those that wait are refused") {
    auto owned = std::make_unique<gate>();
    gate& g = *owned;
    ledger::options with;
    with.waiting = 2;
    ledger names{std::move(owned), with};
    g.set(false);
    std::thread first{[&] { names.publish(request("a", 1), alice); }};
    g.wait_for_commit();
    // Two may wait; whichever of three comes last is refused at once, the others are not.
    std::atomic<int> refused{0};
    std::atomic<int> ended{0};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::thread> three;
    for (std::uint64_t i = 0; i < 3; ++i) {
        three.emplace_back([&, i] {
            const auto answer = names.publish(request("n" + std::to_string(i), 2), alice);
            const std::lock_guard lock{mutex};
            if (answer.status == status::store_failed) {
                CHECK(answer.text == "too many changes are waiting for the disk");
                ++refused;
            }
            ++ended;
            changed.notify_all();
        });
    }
    {
        std::unique_lock lock{mutex};
        REQUIRE(changed.wait_for(lock, roi::support::patience, [&] { return ended == 1; }));
        CHECK(refused == 1);
    }
    g.set(true);
    first.join();
    for (std::thread& t : three)
        t.join();
    CHECK(refused == 1);
}

TEST_CASE("after the stop changes are refused, and those that waited are done") {
    ledger names{make_memory_store(0), {}};
    CHECK(names.publish(request("a", 1), alice).status == status::ok);
    names.stop();
    CHECK(names.publish(request("b", 1), alice).status == status::stopping);
    CHECK(holds(names, "a"));
}

TEST_CASE("leases end and connections end without anybody asking") {
    journal lines;
    ledger::options with;
    with.limits.ttl_min = 1ms;
    with.log = lines.sink();
    ledger names{make_memory_store(0), with};
    auto brief = request("brief", 1);
    brief.ttl_ms = 20;
    CHECK(names.publish(brief, alice).status == status::ok);
    lines.await("expired name=/brief why=lease");
    CHECK_FALSE(holds(names, "brief"));
    CHECK(names.publish(request("held", 2), alice).status == status::ok);
    names.connection_gone(7);
    lines.await("expired name=/held why=\"holder gone\"");
    CHECK_FALSE(holds(names, "held"));
}

TEST_CASE("a process is told from one that ended, and from another of its number") {
    const std::string mine = process_identity(::getpid());
    REQUIRE_FALSE(mine.empty());
    CHECK_FALSE(process_ended(mine));
    CHECK_MESSAGE(process_ended(mine + "0"), "the number is another's now");
    const auto blank = mine.find(' ');
    CHECK_MESSAGE(process_ended("another-boot" + mine.substr(blank)), "before the machine started");
    const auto pid = mine.rfind(' ', mine.rfind(' ') - 1);
    CHECK_MESSAGE(!process_ended(mine.substr(0, blank) + " pid:[1]" + mine.substr(pid)),
                  "in another pid namespace: nobody knows");
    for (const char* none : {"", "x", "a b", "a b c d e f"})
        CHECK_FALSE(process_ended(none));

    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const std::string its = process_identity(child);
    CHECK_FALSE(process_ended(its));
    ::kill(child, SIGKILL);
    siginfo_t how{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &how, WEXITED | WNOWAIT) == 0);
    CHECK_MESSAGE(process_ended(its), "ended, though its parent has not asked yet");
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(process_ended(its));
    CHECK(process_identity(child).empty());
}

TEST_CASE("many threads publish, withdraw and look up, and what is left is in the store") {
    roi::support::temporary_directory dir;
    constexpr std::uint64_t threads = 8;
    constexpr std::uint64_t each = 60;
    {
        ledger names{open_sqlite_store({dir / "data", "test", 0, {}}), {}};
        CHECK(open_connections() == 1);
        std::vector<std::thread> all;
        for (std::uint64_t t = 0; t < threads; ++t) {
            all.emplace_back([&, t] {
                for (std::uint64_t i = 0; i < each; ++i) {
                    const std::string name = std::to_string(t) + "-" + std::to_string(i);
                    CHECK(names.publish(request(name, t + 1), alice).status == status::ok);
                    CHECK(holds(names, name));
                    if (i % 3 == 2) {
                        CHECK(names.withdraw({"/", name, {1, t + 1}}, alice).status == status::ok);
                        CHECK_FALSE(holds(names, name));
                    }
                    CHECK(names.renew({{1, t + 1}, i}, alice).status == status::ok);
                }
            });
        }
        for (std::thread& t : all)
            t.join();
        CHECK(names.count().names == threads * each * 2 / 3);
    }
    ledger names{open_sqlite_store({dir / "data", "test", 0, {}}), {}};
    CHECK(names.count().names == threads * each * 2 / 3);
    CHECK(names.count().leases == threads);
}

TEST_CASE("a log field cannot break its line, whatever a peer is called") {
    CHECK(field("name", "/bank") == " name=/bank");
    CHECK(field("why", "a b") == " why=\"a b\"");
    CHECK(field("why", "a\"b\n\\") == " why=\"a\\\"b?\\\\\"");
    CHECK(field("why", "") == " why=\"\"");
}
