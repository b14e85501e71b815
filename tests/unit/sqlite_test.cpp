// The rules for a database file: one connection, no write after a failed sync, whoever swallowed
// the error, and nothing changed in a file that is refused.
#include "sqlite/database.hpp"

#include "support/failing_sync.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

using namespace roi::sqlite;
using roi::support::failing_sync;
using roi::support::temporary_directory;

namespace {

database_options in(const temporary_directory& dir) {
    database_options out;
    out.file = dir / "x.db";
    out.lock = dir / "x.db-lock";
    out.owner = "test, pid 4711";
    return out;
}

std::string refusal(const database_options& with) {
    try {
        database db{with};
    } catch (const error& e) {
        return e.what();
    }
    return "was opened";
}

bool says(const std::string& text, const char* part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

bool exec(sqlite3* db, const char* sql) {
    return sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

void commit(database& db, const char* sql) {
    std::string why;
    REQUIRE(db.begin(why));
    REQUIRE(exec(db.handle(), sql));
    REQUIRE(db.commit(why) == result::done);
}

int exit_code_of(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a file has one connection, whatever way and name a second one comes by") {
    temporary_directory dir;
    database db{in(dir)};
    commit(db, "CREATE TABLE t(x)");
    CHECK(open_connections() == 1);
    CHECK(says(refusal(in(dir)), "is in use by test, pid 4711"));

    std::filesystem::create_symlink(dir / "x.db", dir / "y.db");
    auto other = in(dir);
    other.file = dir / "y.db";
    other.lock = dir / "y.db-lock";
    CHECK(says(refusal(other), "is in use by another process"));

    sqlite3* plain = nullptr;
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &plain) == SQLITE_OK);
    CHECK_FALSE(exec(plain, "SELECT * FROM t"));
    sqlite3_close(plain);
    CHECK(open_connections() == 1);
    // What the log would need for a second connection is not even there.
    CHECK_FALSE(std::filesystem::exists(dir / "x.db-shm"));
}

TEST_CASE("a connection keeps its rules, whatever statements ask for") {
    temporary_directory dir;
    database db{in(dir)};
    commit(db, "CREATE TABLE t(x)");
    exec(db.handle(), "PRAGMA locking_mode=NORMAL");
    exec(db.handle(), "PRAGMA mmap_size=1000000");
    commit(db, "INSERT INTO t VALUES(1)");
    sqlite3* plain = nullptr;
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &plain) == SQLITE_OK);
    CHECK_FALSE(exec(plain, "SELECT * FROM t"));
    sqlite3_close(plain);
    CHECK(db.value_of("PRAGMA journal_mode") == "wal");
    CHECK(db.value_of("PRAGMA synchronous") == "2");
    CHECK(db.value_of("PRAGMA trusted_schema") == "0");
}

TEST_CASE("each commit is one sync of the log, and a checkpoint empties it") {
    temporary_directory dir;
    database db{in(dir)};
    commit(db, "CREATE TABLE t(x)");
    const auto before = db.syncs();
    for (int i = 0; i < 10; ++i)
        commit(db, "INSERT INTO t VALUES(1)");
    CHECK(db.syncs() == before + 10);
    CHECK(db.log_pages() >= 10);
    std::string why;
    CHECK(db.checkpoint(why) == result::done);
    CHECK(db.log_pages() == 0);
}

TEST_CASE("a failed sync that a statement swallowed poisons the database all the same") {
    temporary_directory dir;
    std::string why;
    {
        failing_sync disk;
        database db{in(dir)};
        commit(db, "CREATE TABLE t(x); INSERT INTO t VALUES('kept')");
        REQUIRE(db.checkpoint(why) == result::done);
        REQUIRE(exec(db.handle(), "PRAGMA cache_size=5"));
        disk.fail_once("x.db-wal");
        REQUIRE(db.begin(why));
        // Spills pages into the log, which begins anew and is synced for that.
        const bool went_well =
            exec(db.handle(),
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
                 "INSERT INTO t SELECT randomblob(1000) FROM n");
        CHECK_FALSE(went_well);
        CHECK(disk.has_failed());
        // The one who ran it did not look, and goes on.
        CHECK(db.commit(why) == result::poisoned);
        CHECK_FALSE(db.begin(why));
        CHECK(db.checkpoint(why) == result::poisoned);
    }
    database db{in(dir)};
    CHECK(db.value_of("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a sync that fails while the database is closed is known to the next start, too") {
    temporary_directory dir;
    std::uint64_t node = 0;
    const auto number = [&] {
        struct stat found {};
        ::stat((dir / "x.db").c_str(), &found);
        return found.st_ino;
    };
    {
        failing_sync disk;
        database db{in(dir)};
        commit(db, "CREATE TABLE t(x); INSERT INTO t VALUES('kept')");
        node = number();
        disk.fail_once("x.db");  // of the copy that is made when it is closed
    }
    database db{in(dir)};
    CHECK_MESSAGE(number() != node, "written anew");
    CHECK(db.value_of("SELECT count(*) FROM t") == "1");
}

TEST_CASE("a transaction that a statement rolled back is refused, and the next one is not") {
    temporary_directory dir;
    database db{in(dir)};
    commit(db, "CREATE TABLE t(x UNIQUE)");
    std::string why;
    REQUIRE(db.begin(why));
    REQUIRE(exec(db.handle(), "INSERT INTO t VALUES(1)"));
    CHECK_FALSE(exec(db.handle(), "INSERT OR ROLLBACK INTO t VALUES(1)"));
    CHECK(db.commit(why) == result::refused);
    CHECK(says(why, "rolled back"));
    commit(db, "INSERT INTO t VALUES(2)");
    CHECK(db.value_of("SELECT group_concat(x) FROM t") == "2");
}

TEST_CASE("a commit that breaks a deferred promise is refused") {
    temporary_directory dir;
    database db{in(dir)};
    db.run("PRAGMA foreign_keys=ON");
    commit(db,
           "CREATE TABLE p(id INTEGER PRIMARY KEY); "
           "CREATE TABLE c(p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED)");
    std::string why;
    REQUIRE(db.begin(why));
    REQUIRE(exec(db.handle(), "INSERT INTO c VALUES(7)"));
    CHECK(db.commit(why) == result::refused);
    CHECK(says(why, "FOREIGN KEY"));
    CHECK_FALSE(db.in_transaction());
    CHECK(db.value_of("SELECT count(*) FROM c") == "0");
}

TEST_CASE("a forked child can neither commit nor, at its end, close the file behind our back") {
    temporary_directory dir;
    std::string why;
    {
        auto db = std::make_unique<database>(in(dir));
        commit(*db, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        CHECK(exit_code_of([&] {
                  if (db->begin(why)) {
                      exec(db->handle(), "INSERT INTO t VALUES(2)");
                      if (db->commit(why) == result::done) return 1;
                  }
                  db.reset();  // would copy the log into the file, and remove it
                  return 0;
              }) == 0);
        CHECK(std::filesystem::exists(dir / "x.db-wal"));
        commit(*db, "INSERT INTO t VALUES(3)");
    }
    database db{in(dir)};
    CHECK(db.value_of("SELECT group_concat(x) FROM t") == "1,3");
}

TEST_CASE("a statement that outlives the database does no harm") {
    temporary_directory dir;
    sqlite3_stmt* left = nullptr;
    {
        database db{in(dir)};
        commit(db, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
        sqlite3_prepare_v2(db.handle(), "SELECT * FROM t", -1, &left, nullptr);
        CHECK(sqlite3_step(left) == SQLITE_ROW);
    }
    // Its connection is still there, and so is its lock.
    CHECK(says(refusal(in(dir)), "is in use by test, pid 4711"));
    sqlite3_finalize(left);
}

TEST_CASE("rows keep their numbers when the file is written anew") {
    temporary_directory dir;
    std::string why;
    {
        failing_sync disk;
        database db{in(dir)};
        commit(db,
               "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3); DELETE FROM t WHERE x = 2");
        disk.fail_once("x.db-wal");
        REQUIRE(db.begin(why));
        REQUIRE(exec(db.handle(), "INSERT INTO t VALUES(4)"));
        CHECK(db.commit(why) == result::poisoned);
        CHECK_MESSAGE(says(why, "disk I/O error"), why);
    }
    database db{in(dir)};
    CHECK(db.value_of("SELECT rowid FROM t WHERE x = 3") == "3");
}

TEST_CASE("a note stays beside the database, also when a start is refused") {
    temporary_directory dir;
    { database{in(dir)}.set_note("7 apples"); }
    auto picky = in(dir);
    picky.inspect = [](const database& db) {
        db.refuse(problem::older_copy, "is not what it was");
    };
    picky.advice = [](problem kind) {
        return std::string{kind == problem::older_copy ? ". Look for the other" : ""};
    };
    CHECK(refusal(picky) ==
          "the store " + (dir / "x.db").string() + " is not what it was. Look for the other");
    database db{in(dir)};
    CHECK(db.note() == "7 apples");
}

TEST_CASE("functions that the tables need are there before the tables are checked") {
    temporary_directory dir;
    auto with = in(dir);
    with.extend = [](sqlite3* db) {
        sqlite3_create_function(
            db, "even", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC, nullptr,
            [](sqlite3_context* c, int, sqlite3_value** v) {
                sqlite3_result_int(c, sqlite3_value_int(v[0]) % 2 == 0);
            },
            nullptr, nullptr);
    };
    std::string why;
    {
        failing_sync disk;
        database db{with};
        commit(db, "CREATE TABLE t(x CHECK(even(x))); INSERT INTO t VALUES(2)");
        disk.fail_once("x.db-wal");
        REQUIRE(db.begin(why));
        REQUIRE(exec(db.handle(), "INSERT INTO t VALUES(4)"));
        CHECK(db.commit(why) == result::poisoned);
    }
    for (int i = 0; i < 2; ++i) {
        database db{with};
        CHECK_FALSE(exec(db.handle(), "INSERT INTO t VALUES(3)"));
    }
}

TEST_CASE("what is no database, or on a network, is refused before it is touched") {
    temporary_directory dir;
    std::ofstream{dir / "x.db"} << std::string(8192, 'x');
    CHECK(says(refusal(in(dir)), "is not a SQLite file. It was left as it is"));
    CHECK(std::filesystem::file_size(dir / "x.db") == 8192);
    CHECK(open_connections() == 0);

    temporary_directory empty;
    auto far = in(empty);
    far.type_of_file_system = [](const auto&) { return 0xFF534D42L; };
    CHECK(says(refusal(far), "is on CIFS: locks and syncs cannot be trusted there"));
    CHECK(std::filesystem::is_empty(empty.path()));
}
