// The SQLite store: what was acknowledged survives a kill, and what cannot be opened or written is
// refused with a sentence that says what to do.
#include "store/sqlite_store.hpp"

#include "registry/registry.hpp"
#include "support/failing_sync.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>
#include <string>

using namespace roi::nameserver;
using roi::support::temporary_directory;

namespace {

constexpr std::int64_t now_ms = 1'700'000'000'000;

std::unique_ptr<store> open_in(const std::filesystem::path& where) {
    return open_sqlite_store({where, "roi-nameserver, pid 4711", now_ms, {}});
}

std::string refusal(const std::filesystem::path& where) {
    try {
        open_in(where);
    } catch (const store_error& e) {
        return e.what();
    }
    return "was opened";
}

bool says(const std::string& text, const char* part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

struct seen final : store::visitor {
    std::map<std::uint64_t, std::string> names;
    std::map<id128, std::size_t> descriptions;
    void on_name(std::uint64_t created, std::string_view value) override { names[created] = value; }
    void on_description(const id128& f, std::span<const std::byte> v) override {
        descriptions[f] = v.size();
    }
};

transaction one(std::uint64_t revision, std::uint64_t created, std::optional<std::string> value) {
    transaction t;
    t.revision = revision;
    t.names.push_back({created, "/" + std::to_string(created), std::move(value)});
    return t;
}

/// Runs `body` in a child that ends by its own will or by a signal; returns how it ended.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

std::uint64_t file_number(const std::filesystem::path& file) {
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    return found.st_ino;
}

void sql(const std::filesystem::path& file, const char* text) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

}  // namespace

TEST_CASE("a store gives back what was committed, with its identity and revision") {
    temporary_directory dir;
    id128 identity;
    {
        auto s = open_in(dir / "data");
        identity = s->id();
        CHECK(s->revision() == first_revision(now_ms));
        CHECK(open_connections() == 1);
        std::string why;
        transaction t = one(100, 7, "seven");
        t.descriptions.push_back({{1, 2}, std::make_shared<const std::vector<std::byte>>(5)});
        CHECK(s->commit(t, why) == commit_result::durable);
        CHECK(s->commit(one(101, 8, "eight"), why) == commit_result::durable);
        CHECK(s->commit(one(102, 7, "new seven"), why) == commit_result::durable);
        CHECK(s->commit(one(103, 8, std::nullopt), why) == commit_result::durable);
    }
    CHECK(open_connections() == 0);
    auto s = open_in(dir / "data");
    CHECK(s->id() == identity);
    CHECK(s->revision() == 103);
    seen all;
    s->load(all);
    CHECK(all.names == std::map<std::uint64_t, std::string>{{7, "new seven"}});
    CHECK(all.descriptions == std::map<id128, std::size_t>{{{1, 2}, 5}});
}

TEST_CASE("only its owner can read a store") {
    temporary_directory dir;
    auto s = open_in(dir / "data");
    std::string why;
    REQUIRE(s->commit(one(1, 1, "secret"), why) == commit_result::durable);
    for (const char* file : {"names.db", "names.db-wal", "lock"}) {
        const auto mode = std::filesystem::status(dir / "data" / file).permissions();
        CAPTURE(file);
        CHECK((mode & std::filesystem::perms(077)) == std::filesystem::perms::none);
    }
}

TEST_CASE("what was acknowledged before a kill -9 is there after it, at any moment of many") {
    temporary_directory dir;
    std::uint64_t acknowledged = 0;
    std::uint64_t revision = 0;
    for (int round = 0; round < 25; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            // Commits as fast as it can, and reports each once it is durable.
            auto s = open_in(dir / "data");
            std::string why;
            for (std::uint64_t r = s->revision() + 1;; ++r) {
                if (s->commit(one(r, r, std::to_string(r)), why) != commit_result::durable) {
                    ::_exit(2);
                }
                if (::write(ends[1], &r, sizeof r) != sizeof r) ::_exit(3);
                (void)s->tidy(why);
            }
        }
        ::close(ends[1]);
        // Killed when a different number of commits was reported each time, so somewhere within the
        // next one.
        for (int i = 0; i <= round * 7; ++i) {
            std::uint64_t r = 0;
            REQUIRE(::read(ends[0], &r, sizeof r) == sizeof r);
            acknowledged = r;
        }
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        for (std::uint64_t r = 0; ::read(ends[0], &r, sizeof r) == sizeof r;)
            acknowledged = r;
        ::close(ends[0]);

        auto s = open_in(dir / "data");
        seen all;
        s->load(all);
        CHECK(s->revision() >= acknowledged);
        CHECK_MESSAGE(s->revision() <= acknowledged + 1, "one commit may have been unreported");
        CHECK(s->revision() > revision);
        revision = s->revision();
        CHECK(all.names.size() == revision - first_revision(now_ms));
        CHECK(all.names.rbegin()->second == std::to_string(revision));
    }
}

TEST_CASE("a store that cannot grow refuses the change, keeps the rest, and recovers") {
    temporary_directory dir;
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto s = open_in(dir / "data");
        std::string why;
        if (s->commit(one(10, 1, "kept"), why) != commit_result::durable) return 10;
        const auto size = std::filesystem::file_size(dir / "data" / "names.db-wal");
        rlimit most{size, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &most);
        if (s->commit(one(11, 2, std::string(100'000, 'x')), why) != commit_result::refused) {
            return 11;
        }
        if (why.empty()) return 12;
        if (s->revision() != 10) return 13;
        most.rlim_cur = RLIM_INFINITY;
        ::setrlimit(RLIMIT_FSIZE, &most);
        return s->commit(one(12, 3, "later"), why) == commit_result::durable ? 0 : 14;
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    auto s = open_in(dir / "data");
    seen all;
    s->load(all);
    CHECK(all.names == std::map<std::uint64_t, std::string>{{1, "kept"}, {3, "later"}});
    CHECK(s->revision() == 12);
}

TEST_CASE("a full disk refuses the change, and a store that does not fit is not made") {
    temporary_directory dir;
    if (::mount("none", dir.path().c_str(), "tmpfs", 0, "size=256k") != 0) {
        MESSAGE("not root: a full file system cannot be made here");
        return;
    }
    {
        auto s = open_in(dir / "data");
        std::string why;
        CHECK(s->commit(one(1, 1, "kept"), why) == commit_result::durable);
        CHECK(s->commit(one(2, 2, std::string(400'000, 'x')), why) == commit_result::refused);
        CHECK(says(why, "full"));
        CHECK(s->commit(one(3, 3, "small"), why) == commit_result::durable);
    }
    {
        auto s = open_in(dir / "data");
        seen all;
        s->load(all);
        CHECK(all.names == std::map<std::uint64_t, std::string>{{1, "kept"}, {3, "small"}});
    }
    std::filesystem::remove_all(dir / "data");
    std::ofstream{dir / "filler"} << std::string(255 * 1024, 'x');
    CHECK(says(refusal(dir / "data"), "cannot be "));
    CHECK(::umount(dir.path().c_str()) == 0);
}

TEST_CASE("a failed sync ends the store; the next start writes all of it anew") {
    temporary_directory dir;
    const auto data = dir / "data";
    std::string why;
    std::uint64_t node = 0;
    {
        roi::support::failing_sync disk;
        auto s = open_in(data);
        REQUIRE(s->commit(one(10, 1, "kept"), why) == commit_result::durable);
        disk.fail_once("names.db-wal");
        CHECK(s->commit(one(11, 2, "nobody knows"), why) == commit_result::poisoned);
        CHECK(disk.has_failed());
        CHECK_MESSAGE(s->commit(one(12, 3, "later"), why) == commit_result::poisoned,
                      "the sync would succeed now, and say nothing of the lost page");
        CHECK(s->revision() == 10);
        CHECK(s->tidy(why) == commit_result::durable);
        node = file_number(data / "names.db");
    }
    {
        auto s = open_in(data);
        CHECK_MESSAGE(file_number(data / "names.db") != node, "another file");
        CHECK(open_connections() == 1);
        const auto mode = std::filesystem::status(data / "names.db").permissions();
        CHECK((mode & std::filesystem::perms(077)) == std::filesystem::perms::none);
        seen all;
        s->load(all);
        CHECK(all.names.at(1) == "kept");
        CHECK(all.names.count(3) == 0);
        CHECK(s->commit(one(12, 3, "later"), why) == commit_result::durable);
        node = file_number(data / "names.db");
    }
    auto s = open_in(data);
    CHECK_MESSAGE(file_number(data / "names.db") == node, "once is enough");
    seen all;
    s->load(all);
    CHECK(all.names.at(3) == "later");
}

TEST_CASE("a failed sync of the file itself ends the store, too") {
    temporary_directory dir;
    std::string why;
    {
        roi::support::failing_sync disk;
        auto s = open_in(dir / "data");
        std::uint64_t r = 1;
        for (; r <= 300; ++r) {
            REQUIRE(s->commit(one(r, r, std::string(40'000, 'x')), why) == commit_result::durable);
        }
        disk.fail_once("names.db");
        CHECK(s->tidy(why) == commit_result::poisoned);
        CHECK(s->commit(one(r, r, "x"), why) == commit_result::poisoned);
    }
    auto s = open_in(dir / "data");
    seen all;
    s->load(all);
    CHECK(all.names.size() == 300);
}

TEST_CASE("a store that cannot be rewritten after a failed sync is refused, and kept") {
    temporary_directory dir;
    const auto data = dir / "data";
    std::string why;
    {
        roi::support::failing_sync disk;
        auto s = open_in(data);
        REQUIRE(s->commit(one(10, 1, "kept"), why) == commit_result::durable);
        disk.fail_once("names.db-wal");
        CHECK(s->commit(one(11, 2, "nobody knows"), why) == commit_result::poisoned);
    }
    // Something stands where the new file would.
    std::filesystem::create_directories(data / "names.db.rewriting" / "x");
    for (int i = 0; i < 2; ++i) {
        const std::string text = refusal(data);
        CHECK(says(text, "has to be rewritten, for the disk failed when it was last written"));
        CHECK(says(text, "--data"));
        CHECK(open_connections() == 0);
    }
    std::filesystem::remove_all(data / "names.db.rewriting");
    auto s = open_in(data);
    seen all;
    s->load(all);
    CHECK(all.names.at(1) == "kept");
}

TEST_CASE("a start that was killed while it replaced the store is finished by the next") {
    temporary_directory dir;
    const auto data = dir / "data";
    std::string why;
    {
        auto s = open_in(data);
        REQUIRE(s->commit(one(10, 1, "kept"), why) == commit_result::durable);
    }
    // As after the rename that decides, and before the old log is gone.
    std::filesystem::copy_file(data / "names.db", data / "names.db.rewritten");
    std::ofstream{data / "names.db-wal"} << "the old log";
    std::ofstream{data / "names.db"} << "the old file";
    auto s = open_in(data);
    seen all;
    s->load(all);
    CHECK(all.names == std::map<std::uint64_t, std::string>{{1, "kept"}});
    CHECK_FALSE(std::filesystem::exists(data / "names.db.rewritten"));
}

TEST_CASE("a second process is told who has the store") {
    temporary_directory dir;
    auto s = open_in(dir / "data");
    const std::string text = refusal(dir / "data");
    CHECK(says(text, "is in use by roi-nameserver, pid 4711"));
    CHECK(open_connections() == 1);
}

TEST_CASE("a store held through SQLite alone is found locked, too") {
    temporary_directory dir;
    open_in(dir / "data");
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((dir / "data" / "names.db").c_str(), &other) == SQLITE_OK);
    sqlite3_exec(other,
                 "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; UPDATE meta SET "
                 "revision = revision",
                 nullptr, nullptr, nullptr);
    CHECK(says(refusal(dir / "data"), "in use by another process"));
    sqlite3_close(other);
    CHECK(refusal(dir / "data") == "was opened");
}

TEST_CASE("a store of a newer version, of another program, or no store at all is left alone") {
    temporary_directory dir;
    open_in(dir / "newer");
    sql(dir / "newer" / "names.db", "PRAGMA user_version=2");
    CHECK(says(refusal(dir / "newer"), "made by a newer version (format 2, this one knows 1)"));

    std::filesystem::create_directories(dir / "other");
    sql(dir / "other" / "names.db", "CREATE TABLE t(x); PRAGMA application_id=5");
    CHECK(says(refusal(dir / "other"), "SQLite file of another program"));

    std::filesystem::create_directories(dir / "text");
    std::ofstream{dir / "text" / "names.db"} << std::string(8192, 'x');
    CHECK(says(refusal(dir / "text"), "not a SQLite file"));
    CHECK(std::filesystem::file_size(dir / "text" / "names.db") == 8192);
}

TEST_CASE("a corrupt store is refused at start, and left as it is") {
    temporary_directory dir;
    {
        auto s = open_in(dir / "data");
        std::string why;
        for (std::uint64_t i = 1; i < 400; ++i) {
            REQUIRE(s->commit(one(i, i, std::string(200, 'x')), why) == commit_result::durable);
        }
    }
    const auto file = dir / "data" / "names.db";
    const auto size = std::filesystem::file_size(file);
    {
        // The middle of the file: pages of names.
        std::fstream damage{file, std::ios::in | std::ios::out | std::ios::binary};
        damage.seekp(static_cast<std::streamoff>(size / 8192 * 4096));
        damage << std::string(4096, '\x55');
    }
    CHECK(says(refusal(dir / "data"), "is corrupt"));
    CHECK(std::filesystem::file_size(file) == size);
}

TEST_CASE("records that are none are refused, never skipped") {
    temporary_directory dir;
    auto s = open_in(dir / "data");
    std::string why;
    REQUIRE(s->commit(one(first_revision(now_ms) + 1, 1, "no record"), why) ==
            commit_result::durable);
    registry names({{}, [] { return id128{1, 1}; }, {}});
    std::string text;
    try {
        names.load(*s, {});
    } catch (const store_error& e) {
        text = e.what();
    }
    CHECK(says(text, "is corrupt (record 1 cannot be read)"));
}

TEST_CASE("a directory that cannot be written is refused, and the remedy named") {
    temporary_directory dir;
    std::ofstream{dir / "file"} << "x";
    CHECK(says(refusal(dir / "file" / "data"), "--ephemeral"));

    std::filesystem::create_directories(dir / "closed");
    std::filesystem::permissions(dir / "closed", std::filesystem::perms(0555));
    std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
    const int status = in_child([&] {
        if (::getuid() == 0 && ::setuid(65534) != 0) return 2;
        const std::string text = refusal(dir / "closed");
        return text.find("cannot be written") != std::string::npos &&
                       text.find("--data") != std::string::npos
                   ? 0
                   : 1;
    });
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("network file systems are refused by name") {
    CHECK(network_file_system(0x6969) == "NFS");
    CHECK(network_file_system(0xEF53).empty());
    temporary_directory dir;
    std::string text;
    try {
        open_sqlite_store({dir / "data", "x", now_ms, [](const auto&) { return 0x6969L; }});
    } catch (const store_error& e) {
        text = e.what();
    }
    CHECK(says(text, "is on NFS: locks and syncs cannot be trusted there"));
}

TEST_CASE("a registry comes back from its store: names, addresses, generations, full leases") {
    temporary_directory dir;
    const caller who{1000, 41, "alice", 0, true};
    std::uint64_t minted = 0;
    const registry::options with{{}, [&] { return id128{99, ++minted}; }, {}};
    roi::naming::publish_answer first;
    {
        auto s = open_in(dir / "data");
        registry names{with};
        names.load(*s, {});
        roi::naming::publish_request r;
        r.scope = "/team";
        r.name = "bank";
        r.endpoints = {"unix:/run/x"};
        r.instance = {1, 2};
        r.type = {"demo.Bank", {3, 4}};
        r.description = {std::byte{1}, std::byte{2}};
        r.attributes = {{"region", "eu"}};
        first = names.publish(r, who, {std::chrono::seconds{50}, now_ms});
        std::string why;
        REQUIRE(s->commit(names.staged(), why) == commit_result::durable);
        names.commit({std::chrono::seconds{50}, now_ms});
    }
    auto s = open_in(dir / "data");
    registry names{with};
    const moment later{std::chrono::seconds{5'000}, now_ms};
    names.load(*s, later);
    const auto found = names.lookup("/team/alice", "bank");
    CHECK(found.entry.address == first.address);
    CHECK(found.entry.locations.at(0).generation == first.generation);
    CHECK(found.entry.locations.at(0).holder.user == "alice");
    CHECK(found.entry.attributes.at("region") == "eu");
    REQUIRE(found.description);
    CHECK(found.description->size() == 2);
    CHECK_MESSAGE(names.next_expiry() == later.boot + std::chrono::seconds{20},
                  "TTL 15 s and 5 s of grace");
    CHECK(names.renew({{1, 2}, 1}, who, later).status == roi::naming::status::ok);
}
