// Opening and refusing, committing, checkpoints.
#include "sqlite/database.hpp"

#include <atomic>
#include <cerrno>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace roi::sqlite {
namespace {

std::atomic<int> connections{0};

/// Stands in the lock file while what is in the page cache may not be on the disk. It needs no sync
/// itself: once the cache is lost, the disk is all there is.
constexpr std::string_view sync_failed = "sync failed\n";
constexpr std::string_view note_mark = "note ";

/// A connection of which somebody still has a statement, and will end that later: what it needs
/// stays, and with it the locks.
struct left_open {
    sqlite3* db;
    std::unique_ptr<guard> under;
    std::unique_ptr<disk::lock> lock;
};
void leave_open(left_open one) {
    static auto& all = *new std::vector<left_open>;  // never destroyed
    static std::mutex mutex;
    const std::lock_guard hold{mutex};
    all.push_back(std::move(one));
}

/// The n-th line of a text, without its end.
std::string line_of(std::string_view text, int n) {
    for (; n > 0; --n) {
        const auto end = text.find('\n');
        if (end == text.npos) return {};
        text.remove_prefix(end + 1);
    }
    return std::string{text.substr(0, text.find('\n'))};
}

}  // namespace

problem problem_of(int code) noexcept {
    switch (code & 0xFF) {  // without what only SQLite's makers need
        case SQLITE_NOTADB:
            return problem::no_database;
        case SQLITE_CORRUPT:
            return problem::corrupt;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return problem::locked;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_FULL:
            return problem::unwritable;
        default:
            return problem::other;
    }
}

database::database(database_options options)
    : options_(std::move(options)), disk_(options_.on ? options_.on : &system_disk()) {
    const auto directory = options_.file.parent_path();
    if (const std::string network = network_file_system(options_.type_of_file_system(directory));
        !network.empty()) {
        refuse(problem::network, "is on " + network + ": locks and syncs cannot be trusted there");
    }
    take_lock();
    replace_by_rewritten();
    try {
        connect();
        if (distrusted_) {
            rewrite();
            distrusted_ = false;
            connect();
            if (const int error = write_lock(); error != 0) {
                refuse(problem::unwritable, "cannot be written: " + system_text(error));
            }
        }
        prepare();
    } catch (...) {
        disconnect();
        throw;
    }
}

database::~database() {
    disconnect();
}

std::filesystem::path database::beside(const char* suffix) const {
    return options_.file.string() + suffix;
}

void database::refuse(problem kind, const std::string& text) const {
    throw error{kind, options_.subject + " " + options_.file.string() + " " + text +
                          (options_.advice ? options_.advice(kind) : std::string{})};
}

void database::fail(const std::string& doing) const {
    const std::string text = db_ ? sqlite3_errmsg(db_) : "out of memory";
    const problem kind = problem_of(db_ ? sqlite3_errcode(db_) : SQLITE_NOMEM);
    switch (kind) {
        case problem::no_database:
            refuse(kind, "is not a SQLite file. It was left as it is");
        case problem::corrupt:
            refuse(kind, "is corrupt (" + text + "). It was left as it is");
        case problem::locked:
            refuse(kind, "is in use by another process");
        case problem::unwritable:
            refuse(kind, "cannot be written: " + last_error());
        default:
            refuse(kind, "failed: " + doing + ": " + last_error());
    }
}

std::string database::last_error() const {
    std::string out = sqlite3_errmsg(db_);
    // The system's own word, which SQLite keeps only of some errors.
    int told = sqlite3_system_errno(db_);
    if (told == 0) told = guard_->error();
    if (told != 0) out += " (" + system_text(told) + ")";
    return out;
}

// The lock file.

/// SQLite's own lock is there as well; it does not say whose it is.
void database::take_lock() {
    int error = 0;
    lock_ = disk_->take(options_.lock, error);
    if (!lock_) {
        refuse(problem::unwritable,
               "cannot be written: " + options_.lock.string() + ": " + system_text(error));
    }
    const std::string text = lock_->text();
    if (!lock_->is_held()) {
        const std::string holder = line_of(text, 0);
        refuse(problem::locked, "is in use by " + (holder.empty() ? "another process" : holder));
    }
    distrusted_ = text.ends_with(sync_failed);
    if (std::string second = line_of(text, 1); second.starts_with(note_mark)) {
        note_ = second.substr(note_mark.size());
    }
    if (error = write_lock(); error != 0) {
        refuse(problem::unwritable, "cannot be written: " + system_text(error));
    }
}

int database::write_lock() noexcept {
    try {
        std::string text = options_.owner + "\n";
        if (!note_.empty()) text.append(note_mark).append(note_).append("\n");
        if (distrusted_) text += sync_failed;
        return lock_->set_text(text);
    } catch (...) {
        return ENOMEM;
    }
}

void database::set_note(std::string line) {
    note_ = std::move(line);
    write_lock();
}

// Opening.

void database::connect() {
    guard_ = std::make_unique<guard>(disk_->vfs(), [this] {
        // For the next start, which must not believe the page cache.
        distrusted_ = true;
        write_lock();
    });
    ++connections;
    // Made here where it is missing, for SQLite would let others read it. (Its log takes the mode
    // of this file.) Nothing else may open the file: to close it would end SQLite's locks.
    disk_->make(options_.file);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(options_.file.c_str(), &db_, flags, guard_->name()) != SQLITE_OK) {
        const std::string why = db_ ? last_error() : "out of memory";
        refuse(problem::unwritable, "cannot be opened: " + why);
    }
    sqlite3_extended_result_codes(db_, 1);
    log_pages_ = 0;
    // Before the first read: the index of the log then lives in memory, not in a shared file.
    run("PRAGMA locking_mode=EXCLUSIVE");
    run("PRAGMA trusted_schema=OFF");
    run("PRAGMA cell_size_check=ON");
    run("PRAGMA mmap_size=0");
    run("PRAGMA temp_store=MEMORY");
    if (options_.extend) options_.extend(db_);
    is_new_ = value_of("SELECT count(*) FROM sqlite_schema") == "0" &&
              value_of("PRAGMA user_version") == "0" && value_of("PRAGMA application_id") == "0";
    if (options_.inspect) options_.inspect(*this);
}

void database::prepare() {
    if (value_of("PRAGMA journal_mode=WAL") != "wal") {
        refuse(problem::other, "failed: the write-ahead log is not available here");
    }
    run("PRAGMA synchronous=FULL");
    run("PRAGMA wal_autocheckpoint=0");  // checkpoint() does it
    sqlite3_wal_hook(
        db_,
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<database*>(self)->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    if (is_new_) {
        // SQLite itself does not ask whether this sync went well.
        if (const int error = disk_->sync(options_.file.parent_path()); error != 0) {
            refuse(problem::unwritable, "cannot be written: " + system_text(error));
        }
    } else if (const std::string found = value_of("PRAGMA quick_check(1)"); found != "ok") {
        refuse(problem::corrupt, "is corrupt (" + found + "). It was left as it is");
    }
    begin_.emplace(db_, "BEGIN IMMEDIATE");
    commit_.emplace(db_, "COMMIT");
    roll_back_.emplace(db_, "ROLLBACK");
}

void database::disconnect() noexcept {
    for (auto* each : {&begin_, &commit_, &roll_back_})
        each->reset();
    if (!guard_) return;
    if (db_) {
        // Closing would copy the log into the file.
        if (guard_->is_shut()) {
            sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        }
        if (sqlite3_close(db_) != SQLITE_OK) {
            guard_->shut();
            leave_open({db_, std::move(guard_), std::move(lock_)});
        }
        db_ = nullptr;
    }
    guard_.reset();
    --connections;
}

void database::run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::string database::value_of(const char* sql) const {
    sqlite3_stmt* s = nullptr;
    std::string out;
    int code = sqlite3_prepare_v2(db_, sql, -1, &s, nullptr);
    if (code == SQLITE_OK) {
        code = sqlite3_step(s);
        if (code == SQLITE_ROW && sqlite3_column_text(s, 0)) {
            out = reinterpret_cast<const char*>(sqlite3_column_text(s, 0));
        }
        sqlite3_finalize(s);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sql);
    return out;
}

// Transactions.

bool database::begin(std::string& why) {
    if (is_poisoned()) {
        why = "an earlier write failed";
        return false;
    }
    if (begin_->run()) return true;
    why = last_error();
    return false;
}

result database::commit(std::string& why) {
    if (!in_transaction()) {
        // By an error within it, or by a statement that asked for it.
        why = "the transaction was rolled back: " + last_error();
        return roll_back(why);
    }
    if (commit_->run()) return result::done;
    const int code = sqlite3_extended_errcode(db_);
    why = last_error();
    // Only of these is it known that the mark of the commit did not get into the log, where the
    // next start would take it for a commit. Out of memory, say, is told also behind the sync.
    const bool is_known = (code & 0xFF) == SQLITE_FULL || (code & 0xFF) == SQLITE_BUSY ||
                          (code & 0xFF) == SQLITE_CONSTRAINT || code == SQLITE_IOERR_WRITE;
    std::string ignored;
    if (roll_back(ignored) == result::refused && is_known) return result::refused;
    poison();
    return result::poisoned;
}

result database::roll_back(std::string& why) {
    const bool is_corrupt = sqlite3_extended_errcode(db_) == SQLITE_CORRUPT;
    const bool is_undone = !in_transaction() || roll_back_->run();
    if (!is_undone && why.empty()) why = last_error();
    // A failed sync leaves pages that the kernel now calls clean: to try again would lie.
    if (is_undone && !is_corrupt && !is_poisoned()) return result::refused;
    poison();
    return result::poisoned;
}

result database::checkpoint(std::string& why) {
    if (is_poisoned()) {
        why = "an earlier write failed";
        return result::poisoned;
    }
    const int code =
        sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code == SQLITE_OK) {
        log_pages_ = 0;
        return result::done;
    }
    why = last_error();
    if (is_poisoned()) {
        poison();
        return result::poisoned;
    }
    return result::refused;  // no room, say: the log goes on growing, and nothing is lost
}

void database::poison() noexcept {
    poisoned_ = true;
    guard_->shut();
    distrusted_ = true;
    write_lock();
}

int open_connections() noexcept {
    return connections.load();
}

}  // namespace roi::sqlite
