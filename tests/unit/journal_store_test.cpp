// The journal in a SQLite file: what comes back, what is used again, what a method may do with the
// connection, and which files are refused.
#include "journal/checksum.hpp"
#include "journal/places.hpp"
#include "journal/sqlite_journal.hpp"

#include "fault/faulty_disk.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <array>
#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace roi;
using namespace roi::journaling;
using roi::fault::faulty_disk;
using roi::fault::survival;
using roi::support::temporary_directory;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span{text});
}
std::string text(std::span<const std::byte> b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}
bool says(const std::string& all, const char* part) {
    CAPTURE(all);
    return all.find(part) != std::string::npos;
}

/// All that a journal holds, as text that can be compared.
struct content final : journal_store::visitor {
    std::map<std::pair<stored::id, std::uint64_t>, std::string> calls;
    std::map<stored::id, stored::session> sessions;
    std::map<std::uint64_t, std::string> posts;
    std::string rest;

    explicit content(journal_store& from) { from.load(*this); }
    void on_session(stored::session&& one) override { sessions[one.id] = one; }
    void on_call(const stored::call& one) override {
        CHECK(sessions.count(one.session) == 1);
        std::ostringstream out;
        out << one.object.high << ' ' << one.object.low << ' ' << one.fingerprint << ' '
            << static_cast<int>(one.state) << ' ' << text(one.reply);
        calls[{one.session, one.sequence}] = out.str();
    }
    void on_post(const stored::post& p) override {
        std::ostringstream out;
        out << p.key << ' ' << p.scope << ' ' << p.name << ' ' << p.endpoint << ' ' << p.object.low
            << ' ' << p.interface_name << ' ' << p.interface_fingerprint.low << ' ' << p.method
            << ' ' << text(p.arguments) << ' ' << p.made_ms << " | "
            << static_cast<int>(p.progress.state) << ' ' << p.progress.session.low << ' '
            << p.progress.sequence << ' ' << p.progress.journal.low << ' '
            << p.progress.journal_epoch << ' ' << text(p.progress.answer);
        posts[p.id] = out.str();
    }
    void on_client(const stored::client& one) override {
        rest += "client " + std::to_string(one.id.low) + " " + std::to_string(one.epoch) + "; ";
    }
    void on_value(std::string_view name, std::span<const std::byte> value) override {
        rest += "value " + std::string{name} + " " + text(value) + "; ";
    }

    std::string all() const {
        std::ostringstream out;
        for (const auto& [id, s] : sessions) {
            out << "session " << id.low << ' ' << s.key.low << ' ' << s.client.low << ' '
                << s.client_epoch << ' ' << s.nonce << ' ' << s.principal << ' ' << s.last_used_ms
                << ' ' << s.is_durable << ' ' << s.done.below;
            for (const auto& r : s.done.above)
                out << " +" << r.first << '-' << r.last;
            out << '\n';
        }
        for (const auto& [key, value] : calls)
            out << key.first.low << '/' << key.second << ": " << value << '\n';
        for (const auto& [key, value] : posts)
            out << "post " << key << ": " << value << '\n';
        return out.str() + rest;
    }
};

constexpr stored::id ann{1, 11};
constexpr stored::id bob{2, 22};

stored::session session(const stored::id& id) {
    stored::session s;
    s.id = id;
    s.key = {3, 33};
    s.client = {4, 44};
    s.client_epoch = 5;
    s.nonce = 6;
    s.principal = "uid:1000";
    s.last_used_ms = 1'700'000'000'000;
    s.is_durable = true;
    return s;
}

stored::call call(const stored::id& of, std::uint64_t sequence, std::string_view reply = "yes") {
    return {of, sequence, {7, 77}, 88, stored::call_state::done, bytes(reply)};
}

/// A disk in memory and the journal on it.
struct fixture {
    faulty_disk disk{1};
    sqlite_journal_options with = [this] {
        sqlite_journal_options out;
        out.file = "/sim/x.db";
        out.owner = "test, pid 4711";
        out.reserve = 64 << 10;
        out.on = &disk;
        return out;
    }();
    std::unique_ptr<journal_store> store;
    std::string why;

    journal_store& open() {
        store.reset();
        store = open_sqlite_journal(with);
        return *store;
    }
    std::string refusal() {
        try {
            open();
            content all{*store};
        } catch (const journal_error& e) {
            store.reset();
            return e.what();
        }
        return "was opened";
    }
    void crash(survival how = survival::nothing) {
        disk.lose_power();
        store.reset();
        disk.restart(how);
    }
    template <class Body>
    void commit(Body&& body) {
        REQUIRE(store->begin(why));
        body(*store);
        REQUIRE(store->commit(why) == commit_result::durable);
    }
    sqlite3* db() { return static_cast<sqlite3*>(store->native_handle()); }
    bool exec(const char* sql) {
        char* message = nullptr;
        const bool good = sqlite3_exec(db(), sql, nullptr, nullptr, &message) == SQLITE_OK;
        why = message ? message : "";
        sqlite3_free(message);
        return good;
    }
    std::string value(const char* sql) {
        sqlite3_stmt* s = nullptr;
        REQUIRE(sqlite3_prepare_v2(db(), sql, -1, &s, nullptr) == SQLITE_OK);
        std::string out;
        if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0)) {
            out = reinterpret_cast<const char*>(sqlite3_column_text(s, 0));
        }
        sqlite3_finalize(s);
        return out;
    }
};

void put_one_of_each(journal_store& s) {
    s.put_session(session(ann));
    s.put_session(session(bob));
    s.put_call(call(ann, 1), {});
    s.put_call({ann, 2, {7, 77}, 89, stored::call_state::refused, {}}, {});
    s.put_call({bob, 9, {}, 90, stored::call_state::intent, {}}, {7, {}});
    s.put_post({.id = 5,
                .key = "order 7",
                .scope = "/team",
                .name = "bank",
                .endpoint = "unix:/run/x",
                .object = {1, 2},
                .interface_name = "demo.Bank",
                .interface_fingerprint = {3, 4},
                .method = 99,
                .arguments = bytes("args"),
                .made_ms = 1'700'000'000'001});
    s.put_progress(5, {.state = stored::post_state::sent,
                       .session = {5, 6},
                       .sequence = 3,
                       .journal = {7, 8},
                       .journal_epoch = 2,
                       .answer = bytes("x")});
    s.put_client({{8, 88}, 4});
    s.put_value("generation", bytes("12"));
}

}  // namespace

TEST_CASE("a journal gives back what was committed, after a loss of power as well") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) { put_one_of_each(s); });
    const std::string expected =
        "session 11 33 44 5 6 uid:1000 1700000000000 1 1\n"
        "session 22 33 44 5 6 uid:1000 1700000000000 1 7\n"
        "11/1: 7 77 88 1 yes\n"
        "11/2: 7 77 89 3 \n"
        "22/9: 0 0 90 4 \n"
        "post 5: order 7 /team bank unix:/run/x 2 demo.Bank 4 99 args 1700000000001 | 2 6 3 8 2 x\n"
        "client 88 4; value generation 12; ";
    CHECK(content{f.open()}.all() == expected);
    f.crash();
    CHECK(content{f.open()}.all() == expected);

    f.commit([](journal_store& s) {
        s.put_call({bob, 9, {}, 90, stored::call_state::done, bytes("late")}, {9, {}});
        s.delete_session(ann);
        s.delete_post(5);
        s.delete_client({8, 88});
        s.delete_value("generation");
    });
    f.crash();
    CHECK(content{f.open()}.all() ==
          "session 22 33 44 5 6 uid:1000 1700000000000 1 9\n22/9: 0 0 90 1 late\n");
}

TEST_CASE("a journal keeps its identity, and each opening is a new epoch") {
    fixture f;
    const auto first = f.open().who();
    CHECK(first.epoch == 1);
    CHECK(first.journal != stored::id{});
    const auto second = f.open().who();
    CHECK(second.journal == first.journal);
    CHECK(second.epoch == 2);
    f.crash();
    CHECK(f.open().who().epoch == 3);
}

TEST_CASE("places of acknowledged calls are used again, so that a busy session has few rows") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) {
        s.put_session(session(ann));
        s.put_session(session(bob));
    });
    for (std::uint64_t i = 1; i <= 500; ++i) {
        f.commit([&](journal_store& s) {
            s.put_call(call(ann, i), {i, {}});
            s.put_call(call(bob, i), {i < 3 ? 1 : i - 2, {}});
        });
    }
    CHECK(f.value("SELECT count(*) FROM roi_calls") == "4");
    f.crash();
    const content all{f.open()};
    CHECK(all.calls.size() == 4);
    CHECK(all.calls.count({ann, 500}) == 1);
    CHECK(all.calls.count({bob, 498}) == 1);
    // And go on being used by the one who knows them from the file only.
    for (std::uint64_t i = 501; i <= 510; ++i) {
        f.commit([&](journal_store& s) { s.put_call(call(ann, i), {i, {}}); });
    }
    CHECK(f.value("SELECT count(*) FROM roi_calls") == "4");
}

TEST_CASE("what was acknowledged out of order never comes back, however its place was used again") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) {
        s.put_session(session(ann));
        // The first takes long; those behind it come and go.
        for (std::uint64_t i = 1; i <= 4; ++i)
            s.put_call(call(ann, i), {});
    });
    f.commit([](journal_store& s) { s.put_call(call(ann, 5), {1, {{2, 3}}}); });
    f.commit([](journal_store& s) { s.put_call(call(ann, 6), {1, {{2, 5}}}); });
    f.crash();
    {
        const content all{f.open()};
        CHECK(all.sessions.at(ann).done == stored::acknowledged{1, {{2, 5}}});
        CHECK(all.calls.size() == 2);
        CHECK(all.calls.count({ann, 1}) == 1);
        CHECK(all.calls.count({ann, 6}) == 1);
    }
    f.commit([](journal_store& s) { s.put_call(call(ann, 7), {7, {}}); });
    const content all{f.open()};
    CHECK(all.sessions.at(ann).done == stored::acknowledged{7, {}});
    CHECK(all.calls.size() == 1);
}

TEST_CASE("an idle session's acknowledgement gives its places back") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) {
        s.put_session(session(ann));
        for (std::uint64_t i = 1; i <= 100; ++i)
            s.put_call(call(ann, i), {});
    });
    f.commit([](journal_store& s) { s.acknowledge(ann, {101, {}}); });
    CHECK(f.value("SELECT count(*) FROM roi_calls") == "4");
    f.crash();
    const content all{f.open()};
    CHECK(all.calls.empty());
    CHECK(all.sessions.at(ann).done.below == 101);
}

TEST_CASE("what is undone is undone in the places, too") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) {
        s.put_session(session(ann));
        s.put_call(call(ann, 1), {});
    });
    REQUIRE(f.store->begin(f.why));
    const int outer = f.store->savepoint();
    CHECK(outer == 1);
    f.store->put_call(call(ann, 2), {2, {}});
    const int inner = f.store->savepoint();
    CHECK(inner == 2);
    f.store->put_session(session(bob));
    f.store->put_call(call(bob, 1), {});
    f.store->put_call(call(ann, 3), {3, {}});
    f.store->delete_session(ann);
    f.store->roll_back_to(inner);
    f.store->put_call(call(ann, 4), {3, {}});
    f.store->roll_back_to(outer);  // the inner one goes with it
    f.store->put_call(call(ann, 5), {});
    f.store->release(outer);
    REQUIRE(f.store->commit(f.why) == commit_result::durable);

    REQUIRE(f.store->begin(f.why));
    f.store->put_call(call(ann, 6), {6, {}});
    f.store->delete_session(ann);
    CHECK(f.store->roll_back(f.why) == commit_result::refused);
    f.commit([](journal_store& s) { s.put_call(call(ann, 7), {}); });

    const content all{f.open()};
    CHECK(all.sessions.size() == 1);
    std::set<std::uint64_t> found;
    for (const auto& each : all.calls)
        found.insert(each.first.second);
    CHECK(found == std::set<std::uint64_t>{1, 5, 7});
}

TEST_CASE("the user's tables and the journal's change together, or not at all") {
    fixture f;
    f.open();
    f.commit([&](journal_store& s) {
        REQUIRE(f.exec("CREATE TABLE t(x)"));
        s.put_session(session(ann));
    });
    REQUIRE(f.store->begin(f.why));
    REQUIRE(f.exec("INSERT INTO t VALUES(1)"));
    f.store->put_call(call(ann, 1), {});
    f.crash(survival::everything);
    CHECK(content{f.open()}.calls.empty());
    CHECK(f.value("SELECT count(*) FROM t") == "0");
    f.commit([&](journal_store& s) {
        REQUIRE(f.exec("INSERT INTO t VALUES(1)"));
        s.put_call(call(ann, 1), {});
    });
    f.crash();
    CHECK(content{f.open()}.calls.size() == 1);
    CHECK(f.value("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a method changes its own tables as it likes, and nothing that the journal lives by") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) { s.put_session(session(ann)); });
    REQUIRE(f.store->begin(f.why));
    const int here = f.store->savepoint();
    for (const char* good :
         {"CREATE TABLE t(x UNIQUE)", "CREATE INDEX i ON t(x)", "INSERT INTO t VALUES(1)",
          "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET x = x; END", "SAVEPOINT mine",
          "UPDATE t SET x = 2", "ROLLBACK TO mine", "RELEASE mine",
          "SELECT count(*) FROM roi_calls", "PRAGMA user_version=5", "PRAGMA table_info(t)",
          "PRAGMA defer_foreign_keys=1", "ALTER TABLE t ADD COLUMN y", "DROP TRIGGER g"}) {
        CHECK_MESSAGE(f.exec(good), good << ": " << f.why);
    }
    for (const char* bad : {"COMMIT",
                            "ROLLBACK",
                            "BEGIN",
                            "END",
                            "ROLLBACK TO roi1",
                            "RELEASE roi1",
                            "DELETE FROM roi_calls",
                            "UPDATE ROI_sessions SET below = 9",
                            "DROP TABLE roi_meta",
                            "INSERT INTO roi_values VALUES('a', 'b', 1)",
                            "CREATE TABLE roi_mine(x)",
                            "CREATE TRIGGER h AFTER INSERT ON roi_calls BEGIN SELECT 1; END",
                            "CREATE TRIGGER h AFTER INSERT ON t BEGIN DELETE FROM roi_calls; END",
                            "ALTER TABLE roi_calls ADD COLUMN z",
                            "ALTER TABLE t RENAME TO roi_t",
                            "CREATE INDEX j ON roi_calls(state)",
                            "ATTACH '/sim/y.db' AS y",
                            "PRAGMA journal_mode=DELETE",
                            "PRAGMA Synchronous=OFF",
                            "PRAGMA wal_checkpoint",
                            "PRAGMA writable_schema=1",
                            "PRAGMA query_only=1",
                            "PRAGMA locking_mode=NORMAL"}) {
        // The trigger itself can be made; what fails is what it does.
        const bool worked = f.exec(bad) && f.exec("INSERT INTO t(x) VALUES(random())");
        CHECK_MESSAGE(!worked, bad);
    }
    // After all these changes of the tables, ours are used as before.
    f.store->put_call(call(ann, 1), {});
    f.store->release(here);
    REQUIRE(f.store->commit(f.why) == commit_result::durable);
    CHECK(f.value("PRAGMA synchronous") == "2");
    CHECK(content{f.open()}.calls.size() == 1);
    CHECK(f.value("PRAGMA user_version") == "5");
}

TEST_CASE("a method that lost its transaction cannot commit by itself") {
    fixture f;
    f.open();
    f.commit([&](journal_store& s) {
        REQUIRE(f.exec("CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES(1)"));
        s.put_session(session(ann));
    });
    REQUIRE(f.store->begin(f.why));
    f.store->savepoint();
    CHECK_FALSE(f.exec("INSERT OR ROLLBACK INTO t VALUES(1)"));
    CHECK_FALSE(f.store->in_transaction());
    // It does not look, and goes on.
    CHECK_FALSE(f.exec("INSERT INTO t VALUES(2)"));
    CHECK_THROWS_AS(f.store->put_call(call(ann, 1), {}), journal_error);
    CHECK_THROWS_AS(f.store->savepoint(), journal_error);
    CHECK_THROWS_AS(f.store->release(1), journal_error);
    CHECK(f.store->commit(f.why) == commit_result::refused);
    CHECK(f.value("SELECT count(*) FROM t") == "1");
    f.commit([](journal_store& s) { s.put_call(call(ann, 1), {}); });
}

TEST_CASE("a savepoint that breaks a deferred promise cannot be released, and can be undone") {
    fixture f;
    f.with.extend = [](sqlite3* db) {
        sqlite3_exec(db, "PRAGMA foreign_keys=ON", nullptr, nullptr, nullptr);
    };
    f.open();
    f.commit([&](journal_store&) {
        REQUIRE(
            f.exec("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p(id) "
                   "DEFERRABLE INITIALLY DEFERRED)"));
    });
    f.commit([&](journal_store& s) {
        const int first = s.savepoint();
        REQUIRE(f.exec("INSERT INTO c VALUES(7)"));
        CHECK_THROWS_WITH_AS(s.release(first), "FOREIGN KEY constraint failed", journal_error);
        s.roll_back_to(first);
        s.release(first);
        const int second = s.savepoint();
        REQUIRE(f.exec("INSERT INTO c VALUES(8); INSERT INTO p VALUES(8)"));
        s.release(second);
    });
    CHECK(f.value("SELECT group_concat(p) FROM c") == "8");
}

TEST_CASE("an older copy that was put back is refused; accepted, it begins anew") {
    temporary_directory dir;
    sqlite_journal_options with;
    with.file = dir / "x.db";
    stored::id original;
    {
        auto s = open_sqlite_journal(with);
        original = s->who().journal;
        std::string why;
        REQUIRE(s->begin(why));
        put_one_of_each(*s);
        REQUIRE(s->commit(why) == commit_result::durable);
    }
    std::filesystem::copy_file(dir / "x.db", dir / "copy");
    { open_sqlite_journal(with); }
    std::filesystem::remove(dir / "x.db");
    std::filesystem::copy_file(dir / "copy", dir / "x.db");
    for (int i = 0; i < 2; ++i) {
        std::string text;
        try {
            open_sqlite_journal(with);
        } catch (const journal_error& e) {
            text = e.what();
        }
        CHECK(says(text, "is an older copy of itself: it was opened 1 times, and the original 2"));
        CHECK(says(text, "accept_data_loss"));
    }
    with.accept_data_loss = true;
    auto s = open_sqlite_journal(with);
    CHECK(s->who().journal != original);
    const content all{*s};
    // Nobody can know any more what those clients had called.
    CHECK(all.sessions.empty());
    CHECK(all.calls.empty());
    REQUIRE(all.posts.size() == 1);
    CHECK(says(all.posts.at(5), "| 5 0 0 0 0 "));
    CHECK(all.rest == "value generation 12; ");
    s.reset();
    with.accept_data_loss = false;
    CHECK_NOTHROW(open_sqlite_journal(with));
}

TEST_CASE("a file that lost its journal, or has another one, is refused") {
    fixture f;
    f.open();
    f.store.reset();
    f.disk.remove("/sim/x.db");
    CHECK(says(f.refusal(), "had one before: it was replaced by another file"));
    f.with.accept_data_loss = true;
    const auto second = f.open().who();
    CHECK(second.epoch == 1);
    f.with.accept_data_loss = false;
    CHECK(f.refusal() == "was opened");
}

TEST_CASE("a database that was there before keeps what it is") {
    temporary_directory dir;
    sqlite3* plain = nullptr;
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &plain) == SQLITE_OK);
    REQUIRE(sqlite3_exec(plain,
                         "CREATE TABLE t(x); INSERT INTO t VALUES(5); PRAGMA user_version=3; "
                         "PRAGMA application_id=77",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(plain);
    sqlite_journal_options with;
    with.file = dir / "x.db";
    { content{*open_sqlite_journal(with)}; }
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &plain) == SQLITE_OK);
    const auto value = [&](const char* sql) {
        std::string out;
        sqlite3_exec(
            plain, sql,
            [](void* to, int, char** v, char**) {
                *static_cast<std::string*>(to) = v[0];
                return 0;
            },
            &out, nullptr);
        return out;
    };
    CHECK(value("SELECT x FROM t") == "5");
    CHECK(value("PRAGMA user_version") == "3");
    CHECK(value("PRAGMA application_id") == "77");
    CHECK(value("SELECT epoch FROM roi_meta") == "1");
    sqlite3_close(plain);
}

TEST_CASE("a journal of a newer version, or with tables of others, is left alone") {
    temporary_directory dir;
    const auto make = [&](const char* name, const char* sql) {
        sqlite3* plain = nullptr;
        REQUIRE(sqlite3_open((dir / name).c_str(), &plain) == SQLITE_OK);
        CHECK(sqlite3_exec(plain, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
        sqlite3_close(plain);
    };
    const auto refusal = [&](const char* name) -> std::string {
        sqlite_journal_options with;
        with.file = dir / name;
        try {
            open_sqlite_journal(with);
        } catch (const journal_error& e) {
            return e.what();
        }
        return "was opened";
    };
    CHECK(refusal("newer") == "was opened");
    make("newer", "UPDATE roi_meta SET version = 2");
    CHECK(says(refusal("newer"), "made by a newer version (format 2, this one knows 1)"));
    make("damaged",
         "CREATE TABLE roi_meta(one, version, journal, epoch, sum);"
         "INSERT INTO roi_meta VALUES(1, 1, x'00', 4, 5)");
    CHECK(says(refusal("damaged"), "is corrupt (its identity is damaged)"));
    make("other", "CREATE TABLE roi_sessions(x)");
    CHECK(says(refusal("other"), "has tables roi_* that are none of a journal"));
    CHECK(says(refusal("no/such/directory"), "cannot be written"));
    sqlite_journal_options with;
    with.file = dir / "newer2";
    with.type_of_file_system = [](const auto&) { return 0x6969L; };
    CHECK_THROWS_WITH_AS(open_sqlite_journal(with),
                         ("the journal " + (dir / "newer2").string() +
                          " is on NFS: locks and syncs cannot be trusted there. Give a file on a "
                          "local disk")
                             .c_str(),
                         journal_error);
}

TEST_CASE("the second who wants a journal is told who has it") {
    fixture f;
    f.open();
    try {
        open_sqlite_journal(f.with);
        FAIL("was opened");
    } catch (const journal_error& e) {
        CHECK(says(e.what(), "is in use by test, pid 4711. One process at a time"));
    }
}

TEST_CASE("a bit that flips in the file is noticed, or is where nothing is") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) {
        put_one_of_each(s);
        s.put_call(call(ann, 3, std::string(6'000, 'r')), {});
    });
    const std::string expected = content{f.open()}.all();
    f.store.reset();  // all of it is in the file now
    const faulty_disk::image whole = f.disk.take_image();
    std::size_t noticed = 0;
    std::size_t harmless = 0;
    // Every 23rd byte, another bit each time. What SQLite can tell from elsewhere may be wrong.
    for (std::size_t at = 0; at < whole.at("x.db").size(); at += 23) {
        const int bit = static_cast<int>(at / 23 % 8);
        faulty_disk::image damaged = whole;
        damaged["x.db"][at] ^= std::byte{1} << bit;
        f.disk.put_image(damaged);
        try {
            const content all{f.open()};
            CHECK_MESSAGE(all.all() == expected, "byte " << at << ", bit " << bit);
            ++harmless;
        } catch (const journal_error&) {
            ++noticed;
        }
        f.store.reset();
    }
    f.disk.put_image(whole);
    MESSAGE(noticed << " flips were noticed, " << harmless << " did no harm");
    CHECK(noticed > 100);
    CHECK(content{f.open()}.all() == expected);
}

TEST_CASE("a full disk refuses calls and takes acknowledgements, until there is room") {
    fixture f;
    f.with.idle_pages = 1;
    f.with.reserve = 256 << 10;
    f.open();
    f.commit([&](journal_store& s) {
        REQUIRE(f.exec("CREATE TABLE t(x)"));
        s.put_session(session(ann));
        for (std::uint64_t i = 1; i <= 20; ++i)
            s.put_call(call(ann, i, std::string(3'000, 'r')), {});
    });
    f.disk.set_capacity(f.disk.used() + 10'000);
    REQUIRE(f.store->begin(f.why));
    bool went_well = true;
    for (int i = 0; i < 40; ++i)
        went_well = went_well && f.exec("INSERT INTO t VALUES(randomblob(3000))");
    const commit_result how = f.store->commit(f.why);
    CHECK(how == commit_result::refused);
    CHECK(says(f.why, "No space left on device"));
    CHECK(f.store->is_short_of_room());
    // What was set aside is enough for these.
    f.commit([](journal_store& s) { s.acknowledge(ann, {21, {}}); });
    CHECK(f.value("SELECT count(*) FROM roi_calls") == "0");
    f.disk.set_capacity(0);
    CHECK(f.store->tidy(journal_store::pace::idle, f.why) == commit_result::durable);
    CHECK_FALSE(f.store->is_short_of_room());
    f.commit([&](journal_store&) { CHECK(f.exec("INSERT INTO t VALUES(randomblob(3000))")); });
    f.crash();
    const content all{f.open()};
    CHECK(all.calls.empty());
    CHECK(f.value("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a journal opens on a full disk with the help of what it set aside") {
    fixture f;
    f.open();
    f.commit([](journal_store& s) { put_one_of_each(s); });
    f.store.reset();
    f.disk.set_capacity(f.disk.used());
    CHECK(f.open().is_short_of_room());
    f.store.reset();
    f.disk.set_capacity(f.disk.used());
    CHECK(says(f.refusal(), "cannot be written"));
    f.disk.set_capacity(0);
    CHECK(f.refusal() == "was opened");
}

TEST_CASE("checksums are CRC32C, with the processor's instruction and without") {
    CHECK(crc32c(bytes("123456789")) == 0xE3069283U);
    CHECK(crc32c_by_table(bytes("123456789")) == 0xE3069283U);
    std::string all;
    for (int i = 0; i < 300; ++i) {
        const std::uint32_t whole = crc32c(bytes(all));
        CHECK(whole == crc32c_by_table(bytes(all)));
        const std::size_t half = all.size() / 3;
        CHECK(crc32c(bytes(std::string_view{all}.substr(half)),
                     crc32c(bytes(std::string_view{all}.substr(0, half)))) == whole);
        CHECK(crc32c_by_table(bytes(std::string_view{all}.substr(half)),
                              crc32c_by_table(bytes(std::string_view{all}.substr(0, half)))) ==
              whole);
        all += static_cast<char>(i * 7);
    }
    // Bytes that moved from one field to the next are another sum.
    CHECK((checksum{} << std::string_view{"ab"} << std::string_view{"c"}).value() !=
          (checksum{} << std::string_view{"a"} << std::string_view{"bc"}).value());
}
