// Batches of works: who is told what and when, what a bad one does to the others, limits, and the
// thread.
#include "journal/batch_writer.hpp"
#include "journal/sqlite_journal.hpp"

#include "fault/faulty_disk.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace roi;
using namespace roi::journaling;
using namespace std::chrono_literals;
using roi::fault::failure;
using roi::fault::faulty_disk;
using roi::fault::survival;

namespace {

using threading = batch_writer::options::threading;

/// Does what it is told, and writes down what it hears.
struct deed final : work {
    std::function<verdict(journal_store&, int)> body;
    std::vector<std::string>& log;
    std::string name;
    std::size_t bytes = 0;
    bool frees = false;

    deed(std::vector<std::string>& to, std::string what,
         std::function<verdict(journal_store&, int)> how)
        : body{std::move(how)}, log{to}, name{std::move(what)} {}
    verdict run(journal_store& store, int savepoint) override { return body(store, savepoint); }
    void committed() noexcept override { log.push_back(name + " committed"); }
    void not_committed(refusal why, std::string_view text) noexcept override {
        static constexpr const char* names[] = {"undone",  "failed",     "refused",
                                                "no room", "overloaded", "stopping"};
        log.push_back(name + " " + names[static_cast<int>(why)] +
                      (text.empty() ? "" : ": " + std::string{text}));
    }
    void poisoned() noexcept override { log.push_back(name + " poisoned"); }
    std::size_t size() const noexcept override { return bytes; }
    bool frees_room() const noexcept override { return frees; }
};

using lines = std::vector<std::string>;

sqlite3* db_of(journal_store& store) {
    return static_cast<sqlite3*>(store.native_handle());
}

std::function<work::verdict(journal_store&, int)> sql(std::string text) {
    return [text = std::move(text)](journal_store& store, int) {
        if (sqlite3_exec(db_of(store), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            throw std::runtime_error{sqlite3_errmsg(db_of(store))};
        }
        return work::verdict::keep;
    };
}

/// A journal in memory and its writer, which runs when it is told.
struct fixture {
    explicit fixture(batch_writer::options options = {}) {
        with.file = "/sim/x.db";
        with.reserve = 64 << 10;
        with.on = &disk;
        options.threads = threading::none;
        options.now = [this] { return now; };
        options.on_batch = [this](const batch_writer::batch& b) { batches.push_back(b); };
        options.on_poisoned = [this](const std::string& why) { log.push_back("poison: " + why); };
        options.on_trouble = [this](const std::string& why) { log.push_back("trouble: " + why); };
        options.on_slow = [this](const work& one, std::chrono::nanoseconds took) {
            log.push_back(static_cast<const deed&>(one).name + " took " +
                          std::to_string(took / 1ms) + " ms");
        };
        writer = std::make_unique<batch_writer>(open_sqlite_journal(with), std::move(options));
        add("tables", sql("CREATE TABLE t(x UNIQUE)"));
        writer->run_batch();
        log.clear();
        batches.clear();
    }
    deed& add(std::string name, std::function<work::verdict(journal_store&, int)> body) {
        deed& made = deeds.emplace_back(log, std::move(name), std::move(body));
        writer->submit(made);
        return made;
    }
    std::string rows() { return value(writer->store(), "SELECT group_concat(x) FROM t"); }
    static std::string value(journal_store& store, const char* text) {
        sqlite3_stmt* s = nullptr;
        sqlite3_prepare_v2(db_of(store), text, -1, &s, nullptr);
        std::string out = "error";
        if (sqlite3_step(s) == SQLITE_ROW) {
            const unsigned char* found = sqlite3_column_text(s, 0);
            out = found ? reinterpret_cast<const char*>(found) : "";
        }
        sqlite3_finalize(s);
        return out;
    }
    lines heard() { return std::exchange(log, {}); }

    faulty_disk disk{1};
    sqlite_journal_options with;
    batch_writer::clock::time_point now{};
    lines log;
    std::vector<batch_writer::batch> batches;
    std::deque<deed> deeds;
    std::unique_ptr<batch_writer> writer;
};

/// Waits on a real writer's thread for one work.
struct waited final : work {
    std::function<verdict(journal_store&)> body;
    std::atomic<int> heard{0};  // 1: committed, 2: not

    explicit waited(std::function<verdict(journal_store&)> how) : body{std::move(how)} {}
    verdict run(journal_store& store, int) override { return body(store); }
    void committed() noexcept override { tell(1); }
    void not_committed(refusal, std::string_view) noexcept override { tell(2); }
    void poisoned() noexcept override { tell(3); }
    void tell(int what) noexcept {
        heard = what;
        heard.notify_all();
    }
    int wait() {
        heard.wait(0);
        return heard;
    }
};

}  // namespace

TEST_CASE("works that were submitted together share one commit, and hear of it in their order") {
    fixture f;
    f.add("a", sql("INSERT INTO t VALUES(1)"));
    f.add("b", sql("INSERT INTO t VALUES(2)"));
    f.add("c", sql("INSERT INTO t VALUES(3)"));
    CHECK(f.heard().empty());
    CHECK(f.writer->run_batch() == 3);
    CHECK(f.heard() == lines{"a committed", "b committed", "c committed"});
    REQUIRE(f.batches.size() == 1);
    CHECK(f.batches[0].works == 3);
    CHECK(f.batches[0].kept == 3);
    CHECK(f.writer->run_batch() == 0);
    CHECK(f.rows() == "1,2,3");
}

TEST_CASE("a work that fails or asks for it is undone alone") {
    fixture f;
    f.add("a", sql("INSERT INTO t VALUES(1)"));
    f.add("b", [](journal_store& store, int at) {
        sql("INSERT INTO t VALUES(2)")(store, at);
        return work::verdict::undo;
    });
    f.add("c", [](journal_store& store, int at) {
        sql("INSERT INTO t VALUES(3)")(store, at);
        store.savepoint();  // left behind
        sql("INSERT INTO t VALUES(1)")(store, at);
        return work::verdict::keep;
    });
    f.add("d", [](journal_store& store, int at) {
        sql("INSERT INTO t VALUES(4)")(store, at);
        store.roll_back_to(at);
        sql("INSERT INTO t VALUES(5)")(store, at);
        return work::verdict::keep;
    });
    f.add("e", [](journal_store&, int) -> work::verdict { throw 7; });
    f.writer->run_batch();
    CHECK(f.heard() == lines{"a committed", "b undone", "c failed: UNIQUE constraint failed: t.x",
                             "d committed", "e failed: an exception that is no std::exception"});
    CHECK(f.rows() == "1,5");
    CHECK(f.batches[0].kept == 2);
}

TEST_CASE("an error that ends the transaction takes those before it along, and not those behind") {
    fixture f;
    f.add("a", sql("INSERT INTO t VALUES(1)"));
    f.add("b", [](journal_store& store, int at) {
        sql("INSERT INTO t VALUES(2)")(store, at);
        return work::verdict::undo;
    });
    f.add("c", sql("INSERT INTO t VALUES(3); INSERT OR ROLLBACK INTO t VALUES(3)"));
    f.add("d", sql("INSERT INTO t VALUES(4)"));
    CHECK(f.writer->run_batch() == 3);
    CHECK(f.writer->run_batch() == 1);
    const lines heard = f.heard();
    REQUIRE(heard.size() == 5);
    CHECK(heard[0].starts_with("trouble: the transaction was rolled back"));
    CHECK(heard[1].starts_with("a refused: the transaction was rolled back"));
    CHECK(heard[2].starts_with("b refused: "));
    CHECK(heard[3].starts_with("c refused: "));
    CHECK(heard[4] == "d committed");
    CHECK(f.rows() == "4");
}

TEST_CASE("a batch has at most so many works, and so many bytes") {
    batch_writer::options with;
    with.most_works = 3;
    with.most_bytes = 100;
    fixture f{with};
    for (int i = 0; i < 7; ++i)
        f.add("w", sql("SELECT 1"));
    CHECK(f.writer->run_batch() == 3);
    CHECK(f.writer->run_batch() == 3);
    CHECK(f.writer->run_batch() == 1);
    for (const std::size_t bytes : {99, 1, 100, 5}) {
        f.add("w", sql("SELECT 1")).bytes = bytes;
    }
    CHECK(f.writer->run_batch() == 2);
    CHECK(f.writer->run_batch() == 1);
    CHECK(f.writer->run_batch() == 1);
}

TEST_CASE("one work more than may wait is refused at once, and not run") {
    batch_writer::options with;
    with.most_waiting = 2;
    fixture f{with};
    for (const char* name : {"a", "b", "c"})
        f.add(name, sql("SELECT 1"));
    CHECK(f.heard() == lines{"c overloaded: too many calls wait for the journal"});
    f.writer->run_batch();
    CHECK(f.heard() == lines{"a committed", "b committed"});
    f.add("d", sql("SELECT 1"));
    f.writer->stop();
    f.add("e", sql("SELECT 1"));
    CHECK(f.heard() == lines{"d committed", "e stopping: the journal is about to end"});
}

TEST_CASE("a work that takes longer than it should is reported") {
    fixture f;
    f.add("quick", [&](journal_store&, int) {
        f.now += 50ms;
        return work::verdict::keep;
    });
    f.add("slow", [&](journal_store&, int) {
        f.now += 51ms;
        return work::verdict::keep;
    });
    f.writer->run_batch();
    CHECK(f.heard() == lines{"slow took 51 ms", "quick committed", "slow committed"});
    CHECK(f.batches[0].ran == 101ms);
}

TEST_CASE("after a failed sync nobody is answered, and the process is told first") {
    fixture f;
    f.add("a", sql("INSERT INTO t VALUES(1)"));
    f.writer->run_batch();
    f.heard();
    f.add("b", sql("INSERT INTO t VALUES(2)"));
    f.add("c", [&](journal_store&, int) {
        f.add("later", sql("INSERT INTO t VALUES(4)"));
        return work::verdict::keep;
    });
    // Which of them is the sync is found out by a run beside this one.
    {
        fixture twin;
        twin.add("a", sql("INSERT INTO t VALUES(1)"));
        twin.writer->run_batch();
        const std::size_t from = twin.disk.trace().size();
        REQUIRE(from == f.disk.trace().size());
        twin.add("b", sql("INSERT INTO t VALUES(2)"));
        twin.add("c", sql("SELECT 1"));
        twin.writer->run_batch();
        for (std::size_t i = from; i < twin.disk.trace().size(); ++i) {
            if (twin.disk.trace()[i] == "sync x.db-wal") {
                f.disk.plan(failure::io_error, i + 1);
            }
        }
    }
    f.writer->run_batch();
    const lines heard = f.heard();
    REQUIRE(heard.size() == 4);
    CHECK(heard[0].starts_with("poison: disk I/O error"));
    CHECK(heard[1] == "b poisoned");
    CHECK(heard[2] == "c poisoned");
    CHECK(heard[3] == "later poisoned");
    f.add("d", sql("INSERT INTO t VALUES(3)"));
    CHECK(f.heard() == lines{"d poisoned"});
    CHECK(f.writer->run_batch() == 0);
    f.writer->stop();
}

TEST_CASE("on a full disk only what frees room runs, and the rest again once there is some") {
    fixture f;
    f.add("fill", sql("INSERT INTO t SELECT randomblob(3000) FROM t"));
    for (int i = 0; i < 20; ++i)
        f.add("row", sql("INSERT INTO t VALUES(randomblob(3000))"));
    f.writer->run_batch();
    f.heard();
    f.disk.set_capacity(f.disk.used() + 20'000);
    f.add("big", sql("INSERT INTO t VALUES(randomblob(50000))"));
    f.writer->run_batch();
    CHECK(f.heard().back().find("No space left on device") != std::string::npos);
    f.add("call", sql("SELECT 1"));
    f.add("free", sql("DELETE FROM t WHERE rowid < 5")).frees = true;
    CHECK(f.writer->run_batch() == 2);
    CHECK(f.heard() == lines{"call no room: the disk is full; calls are taken again when there is "
                             "room",
                             "free committed"});
    // Not before a while has passed: else what was set aside would be taken back at once.
    f.disk.set_capacity(0);
    f.writer->tidy(journal_store::pace::busy);
    CHECK(f.writer->store().is_short_of_room());
    f.now += 300ms;
    f.writer->tidy(journal_store::pace::busy);
    CHECK_FALSE(f.writer->store().is_short_of_room());
    f.add("call", sql("SELECT 1"));
    f.writer->run_batch();
    CHECK(f.heard() == lines{"call committed"});
}

TEST_CASE("the writer's thread runs what many threads submit, each in its order") {
    roi::support::temporary_directory dir;
    sqlite_journal_options with;
    with.file = dir / "x.db";
    with.reserve = 4096;
    constexpr int threads = 8;
    constexpr int each = 25;
    {
        batch_writer writer{open_sqlite_journal(with)};
        waited tables{[&](journal_store& s) {
            CHECK(writer.is_running_here());
            return sql("CREATE TABLE t(thread, n)")(s, 1);
        }};
        CHECK_FALSE(writer.is_running_here());
        writer.submit(tables);
        REQUIRE(tables.wait() == 1);
        std::atomic<int> committed{0};
        std::vector<std::thread> all;
        for (int t = 0; t < threads; ++t) {
            all.emplace_back([&, t] {
                for (int n = 0; n < each; ++n) {
                    waited one{[&, n](journal_store& s) {
                        return sql("INSERT INTO t VALUES(" + std::to_string(t) + ", " +
                                   std::to_string(n) + ")")(s, 1);
                    }};
                    writer.submit(one);
                    if (one.wait() == 1) ++committed;
                }
            });
        }
        for (std::thread& t : all)
            t.join();
        CHECK(committed == threads * each);
    }
    auto store = open_sqlite_journal(with);
    CHECK(fixture::value(*store, "SELECT count(*) FROM t") == std::to_string(threads * each));
    CHECK(fixture::value(*store,
                         "SELECT count(*) FROM t a JOIN t b ON a.thread = b.thread AND a.n < b.n "
                         "AND a.rowid > b.rowid") == "0");
}

TEST_CASE("works that come while a batch runs make up the next one") {
    roi::support::temporary_directory dir;
    sqlite_journal_options with;
    with.file = dir / "x.db";
    with.reserve = 4096;
    std::vector<std::size_t> batches;
    batch_writer::options options;
    options.on_batch = [&](const batch_writer::batch& b) { batches.push_back(b.works); };
    {
        batch_writer writer{open_sqlite_journal(with), options};
        std::atomic<int> runs{0};
        std::atomic<int> may_end{0};
        waited first{[&](journal_store&) {
            runs = 1;
            runs.notify_all();
            may_end.wait(0);
            return work::verdict::keep;
        }};
        writer.submit(first);
        runs.wait(0);
        std::deque<waited> more;
        for (int i = 0; i < 10; ++i) {
            more.emplace_back([](journal_store&) { return work::verdict::keep; });
            writer.submit(more.back());
        }
        may_end = 1;
        may_end.notify_all();
        for (waited& each : more)
            CHECK(each.wait() == 1);
    }
    CHECK(batches == std::vector<std::size_t>{1, 10});
}

TEST_CASE("to stop a writer finishes what waits") {
    roi::support::temporary_directory dir;
    sqlite_journal_options with;
    with.file = dir / "x.db";
    with.reserve = 4096;
    std::deque<waited> all;
    batch_writer writer{open_sqlite_journal(with), {}};
    for (int i = 0; i < 50; ++i) {
        all.emplace_back([](journal_store& s) {
            return sql("CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES(1)")(s, 1);
        });
        writer.submit(all.back());
    }
    writer.stop();
    for (waited& each : all)
        CHECK(each.heard == 1);
    waited late{[](journal_store&) { return work::verdict::keep; }};
    writer.submit(late);
    CHECK(late.heard == 2);
}
