// Objects with a journal: their methods take effect once, over lost connections and restarts, and
// nobody sees what the store does not have. Whole runtimes, over Unix sockets, in one process.
#include "till.hpp"
#include "till.roi.hpp"

#include <roi/query.hpp>
#include <roi/runtime.hpp>

#include "support/process.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using tests::TillClient;
using tests::TillServer;

/// A directory of its own, and a server that can be ended and started again on the same file.
struct shop {
    shop() {
        std::string path = std::filesystem::temp_directory_path() / "roi-journal-XXXXXX";
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        directory = path;
        endpoint = "unix:" + path + "/till";
        open();
    }
    ~shop() {
        close();
        std::filesystem::remove_all(directory);
    }
    void open() {
        runtime.emplace(roi::runtime_options{.listen = {endpoint}, .drain_limit = 1s});
        store.emplace(directory / "till.db");
        till.emplace(roi::as("till").in("local:").on(*runtime), *store);
    }
    void close() {
        till.reset();
        runtime.reset();
        store.reset();
    }
    TillClient client(roi::runtime& on) const {
        return TillClient{roi::at(endpoint, "till").on(on)};
    }
    std::int64_t stored(const std::string& account) {
        std::int64_t cents = 0;
        store->run([&](roi::transaction& tx) {
            sqlite3_stmt* get = nullptr;
            REQUIRE(sqlite3_prepare_v2(tx.sqlite(), "SELECT cents FROM balance WHERE account = ?",
                                       -1, &get, nullptr) == SQLITE_OK);
            sqlite3_bind_text(get, 1, account.c_str(), -1, SQLITE_TRANSIENT);
            if (sqlite3_step(get) == SQLITE_ROW) cents = sqlite3_column_int64(get, 0);
            sqlite3_finalize(get);
        });
        return cents;
    }

    std::filesystem::path directory;
    std::string endpoint;
    std::optional<roi::runtime> runtime;
    std::optional<roi::journal> store;
    std::optional<TillServer> till;
};

}  // namespace

TEST_CASE("an exactly-once call changes the store, and what the method throws undoes it") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    CHECK(till.add("a", 5) == 5);
    CHECK(till.add("a", 2) == 7);
    CHECK(here.stored("a") == 7);
    CHECK_THROWS_AS(till.add_and_throw("a", 100), std::runtime_error);
    // Members are read again: they show what the store has.
    CHECK(till.balance("a") == 7);
    CHECK(here.stored("a") == 7);
    try {
        till.add("a", -10);
        FAIL("there was enough");
    } catch (const tests::too_little& error) {
        CHECK(error.missing == 3);
    }
    CHECK(till.balance("a") == 7);
    CHECK(till.add_plainly("a", 1) == 8);
    CHECK(here.stored("a") == 8);
}

TEST_CASE("many calls at once take effect once each") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            auto own = till;
            for (int i = 0; i < 50; ++i)
                own.add("all", 1);
        });
    for (auto& each : threads)
        each.join();
    CHECK(till.balance("all") == 400);
    CHECK(here.stored("all") == 400);
    CHECK(till.runs() == 400);
}

TEST_CASE("the state, and the client object, live on over a restart of the server") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    CHECK(till.add("a", 5) == 5);
    here.close();
    auto waiting = till.async_add("a", 1);
    waiting.start();
    here.open();
    CHECK(waiting.get() == 6);
    CHECK(till.add("a", 1) == 7);
    CHECK(till.runs() == 2);
}

TEST_CASE("a call whose server ended before it could answer is answered by the next one") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    CHECK(till.add("a", 5) == 5);
    // All connections end while the method runs: its answer goes nowhere.
    std::atomic<bool> ended{false};
    here.till->on_add([&] {
        if (ended) return;
        here.runtime->stop(0s);
        ended = true;
        ended.notify_all();
    });
    auto call = till.async_add("a", 2);
    call.start();
    ended.wait(false);
    here.close();
    here.open();
    CHECK(call.get() == 7);
    CHECK(till.balance("a") == 7);
    CHECK(here.stored("a") == 7);
}

TEST_CASE("no call is made inside of a transaction, at once and not after a deadline") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    const auto said = till.call_out(here.endpoint);
    CHECK(said.find("inside of a transaction") != std::string::npos);
}

TEST_CASE("an answer above the limit is sent once, and known to have been executed later") {
    shop here;
    roi::runtime mine;
    auto till = here.client(mine);
    CHECK(till.large(1'000'000).size() == 1'000'000);
    CHECK(till.add("a", 1) == 1);
}

TEST_CASE("a journal that another process holds is refused, with its holder named") {
    shop here;
    CHECK_THROWS_AS(roi::journal{here.directory / "till.db"}, roi::journal_error);
}
