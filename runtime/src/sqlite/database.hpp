// One SQLite file under the rules that durable state needs here.
//
// One connection, held exclusively, used by one thread at a time: the flaw of SQLite's write-ahead
// log before 3.51.3 needs two. A commit is on disk before it returns. After a failed sync nothing
// is written any more, and the next start copies all that can be read into a new file.
#pragma once

#include "sqlite/disk.hpp"
#include "sqlite/error.hpp"
#include "sqlite/guard.hpp"
#include "sqlite/statement.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace roi::sqlite {

class database;

enum class result {
    done,      ///< For a commit: on disk.
    refused,   ///< Nothing changed, and nothing will: no room, say. Later ones may succeed.
    poisoned,  ///< What is on disk cannot be known. Answer nobody; end the process.
};

struct database_options {
    std::filesystem::path file;
    /// A file that tells others who has the database, and the next start how the last one ended.
    std::filesystem::path lock;
    std::string owner;                  // for the one who finds it locked; one line
    std::string subject = "the store";  // how errors name it
    /// What to do about a problem: goes behind the text of the error. May be missing.
    std::function<std::string(problem)> advice = {};
    /// Gets each connection as soon as it is open: for functions and collations that the tables
    /// need. May be missing.
    std::function<void(sqlite3*)> extend = {};
    /// Looks at the database before anything is written to it, and throws by database::refuse()
    /// where it is none that can be used. May be missing.
    std::function<void(const database&)> inspect = {};
    std::function<long(const std::filesystem::path&)> type_of_file_system = file_system_type;
    disk* on = nullptr;  // null: that of the system
};

/// Threads: one at a time. Lifetime: statements, also a user's own, end before it.
class database {
public:
    /// Throws error, with the database left as it was.
    explicit database(database_options options);
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database();

    sqlite3* handle() const noexcept { return db_; }
    const std::filesystem::path& file() const noexcept { return options_.file; }
    disk& on() const noexcept { return *disk_; }
    /// Holds nothing, not even marks of a program.
    bool is_new() const noexcept { return is_new_; }

    /// One line that stays beside the database, not in it: it tells a copy that was put back from
    /// the original. Not durable. Empty where there is none.
    const std::string& note() const noexcept { return note_; }
    void set_note(std::string line);

    // These throw error.
    void run(const char* sql);
    std::string value_of(const char* sql) const;
    /// By the connection's last error.
    [[noreturn]] void fail(const std::string& doing) const;
    /// "the store /x/y.db " + text + advice.
    [[noreturn]] void refuse(problem kind, const std::string& text) const;

    /// False, with the reason, where no transaction can be opened.
    bool begin(std::string& why);
    bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }
    /// Commits, or rolls back and says why.
    result commit(std::string& why);
    /// After a failed statement, or instead of a commit. `refused`: it is rolled back.
    result roll_back(std::string& why);
    /// What SQLite and the system say of the last error.
    std::string last_error() const;

    /// Pages of the log since it was copied into the file for the last time.
    int log_pages() const noexcept { return log_pages_; }
    /// Copies the log into the file: takes a while, so it is done when nobody waits.
    result checkpoint(std::string& why);

    bool is_poisoned() const noexcept { return poisoned_ || guard_->has_failed_sync(); }
    /// Was the disk full since this was asked last?
    bool take_full() noexcept { return guard_->take_full(); }
    std::uint64_t syncs() const noexcept { return guard_->syncs(); }

private:
    std::filesystem::path beside(const char* suffix) const;
    void take_lock();
    int write_lock() noexcept;
    void connect();
    void disconnect() noexcept;
    void rewrite();
    std::string copy_to(const std::filesystem::path& to) const;
    void replace_by_rewritten();
    void prepare();
    void poison() noexcept;

    database_options options_;
    disk* disk_;
    std::unique_ptr<disk::lock> lock_;
    std::unique_ptr<guard> guard_;
    sqlite3* db_ = nullptr;
    std::optional<statement> begin_, commit_, roll_back_;
    std::string note_;
    bool distrusted_ = false;
    bool is_new_ = false;
    bool poisoned_ = false;
    int log_pages_ = 0;
};

/// How many connections this process has open: never more than one for a file.
int open_connections() noexcept;

}  // namespace roi::sqlite
