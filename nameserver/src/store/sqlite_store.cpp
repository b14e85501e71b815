// SQLite with one connection: opening and refusing, committing, checkpoints.
#include "store/sqlite_store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace roi::nameserver {
namespace {

constexpr int application_id = 0x524F494E;  // "ROIN"
constexpr int checkpoint_pages = 2000;      // of the log, before it is copied into the file

std::atomic<int> connections{0};

std::string system_text(int error) {
    return std::generic_category().message(error);
}

/// A file descriptor that is closed.
class descriptor {
public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

[[noreturn]] void cannot_write(const std::filesystem::path& directory, const std::string& what) {
    throw store_error{"the store in " + directory.string() + " cannot be written: " + what};
}

/// Stands in the lock file while what is in the page cache may not be on the disk. It needs no sync
/// itself: once the cache is lost, the disk is all there is.
constexpr std::string_view sync_failed = "sync failed\n";

/// Locks the directory, so that whoever comes second can be told who is first. SQLite's own lock is
/// there as well; it does not say whose it is. `distrusted`: the one before ended with a failed
/// sync, and nobody has rewritten the store since.
descriptor lock_directory(const sqlite_options& options, bool& distrusted) {
    const auto path = options.directory / "lock";
    descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (file.get() < 0) {
        cannot_write(options.directory,
                     path.string() + ": " + system_text(errno) +
                         ". Give a directory of your own with --data, or use --ephemeral");
    }
    char text[256] = {};
    const bool is_first = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
    const ssize_t size = ::pread(file.get(), text, sizeof text - 1, 0);
    std::string holder{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    distrusted = holder.ends_with(sync_failed);
    if (!is_first) {
        if (const auto end = holder.find('\n'); end != std::string::npos) holder.resize(end);
        throw store_error{"the store in " + options.directory.string() + " is in use by " +
                          (holder.empty() ? "another process" : holder) +
                          ". There is nothing to do if that is the one wanted; a second one needs "
                          "--socket, and --data or --ephemeral"};
    }
    return file;
}

bool note_owner(const descriptor& lock, const std::string& owner, bool distrusted) {
    std::string text = owner + "\n";
    if (distrusted) text += sync_failed;
    return ::pwrite(lock.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
           ::ftruncate(lock.get(), static_cast<off_t>(text.size())) == 0;
}

/// Makes what was written, or renamed in a directory, durable.
bool sync(const std::filesystem::path& path) {
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    return file.get() >= 0 && ::fsync(file.get()) == 0;
}

class statement {
public:
    statement(sqlite3* db, const char* sql) {
        if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
            SQLITE_OK) {
            throw store_error{sqlite3_errmsg(db)};
        }
    }
    statement(statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    ~statement() { sqlite3_finalize(handle_); }
    sqlite3_stmt* get() const noexcept { return handle_; }

private:
    sqlite3_stmt* handle_ = nullptr;
};

std::array<std::byte, 16> bytes_of(const id128& id) {
    std::array<std::byte, 16> out{};
    for (std::size_t i = 0; i < 8; ++i) {
        out[i] = static_cast<std::byte>(id.high >> (56 - 8 * i));
        out[8 + i] = static_cast<std::byte>(id.low >> (56 - 8 * i));
    }
    return out;
}

id128 id_from(const void* bytes, int size) {
    id128 id;
    if (size != 16) throw store_error{"an identity of " + std::to_string(size) + " bytes"};
    const auto* at = static_cast<const unsigned char*>(bytes);
    for (std::size_t i = 0; i < 8; ++i) {
        id.high = (id.high << 8) | at[i];
        id.low = (id.low << 8) | at[8 + i];
    }
    return id;
}

class sqlite_store final : public store {
public:
    explicit sqlite_store(const sqlite_options& options)
        : lock_(lock_directory(options, distrusted_)),
          owner_(options.owner),
          path_(options.directory / "names.db") {
        if (!note_owner(lock_, owner_, distrusted_)) {
            cannot_write(options.directory, system_text(errno));
        }
        replace_by_rewritten();
        open_and_prepare(options);
        if (!distrusted_) return;
        rewrite();
        open_and_prepare(options);
        distrusted_ = false;
        if (!note_owner(lock_, owner_, false)) cannot_write(options.directory, system_text(errno));
    }
    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;
    ~sqlite_store() override { close(); }

    id128 id() const override { return id_; }
    std::uint64_t revision() const override { return revision_; }
    std::string describe() const override { return path_.string(); }
    void load(visitor& to) override;
    commit_result commit(const transaction& changes, std::string& why) override;
    commit_result tidy(std::string& why) override;

private:
    std::filesystem::path beside(const char* suffix) const { return path_.string() + suffix; }
    void open_and_prepare(const sqlite_options& options);
    void open();
    void close() noexcept;
    void rewrite();
    void replace_by_rewritten();
    void poison() noexcept;
    void prepare(const sqlite_options& options);
    void create(const sqlite_options& options);
    void run(const char* sql);
    std::string value_of(const char* sql);
    [[noreturn]] void fail(const std::string& what) const;
    bool step(const statement& what, std::string& why);
    bool write(const transaction& changes, std::string& why);

    bool distrusted_ = false;
    descriptor lock_;
    std::string owner_;
    std::filesystem::path path_;
    sqlite3* db_ = nullptr;
    id128 id_;
    std::uint64_t revision_ = 0;
    std::optional<statement> put_name_, delete_name_, put_description_, delete_description_,
        put_revision_;
    int log_pages_ = 0;
    bool poisoned_ = false;
};

void sqlite_store::open_and_prepare(const sqlite_options& options) {
    open();
    try {
        prepare(options);
    } catch (...) {
        close();
        throw;
    }
}

/// After a failed sync the kernel calls pages clean that may not be on the disk, and no later sync
/// writes them. So all that can be read goes into a new file, which is synced as a whole.
void sqlite_store::rewrite() {
    const auto half = beside(".rewriting");
    const auto fail_with = [&](const std::string& why) {
        close();
        ::unlink(half.c_str());
        throw store_error{"the store " + path_.string() +
                          " has to be rewritten, for the disk failed when it was last written. "
                          "That failed too (" +
                          why +
                          "). It was left as it is; look at the disk, or give another "
                          "directory with --data"};
    };
    ::unlink(half.c_str());
    {
        const descriptor made{::open(half.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        if (made.get() < 0) fail_with(system_text(errno));
    }
    std::string why;
    {
        const statement copy{db_, "VACUUM INTO ?1"};
        sqlite3_bind_text(copy.get(), 1, half.c_str(), -1, SQLITE_STATIC);
        if (!step(copy, why) && why.empty()) why = "no reason given";
    }
    if (!why.empty()) fail_with(why);
    if (!sync(half)) fail_with(system_text(errno));
    poisoned_ = true;  // nothing of the old file is written any more
    close();
    poisoned_ = false;
    // This makes it the store, whatever happens next: replace_by_rewritten() goes on from here.
    if (::rename(half.c_str(), beside(".rewritten").c_str()) != 0 || !sync(path_.parent_path())) {
        cannot_write(path_.parent_path(), system_text(errno));
    }
    replace_by_rewritten();
}

/// The log of the old file goes first: it must never be taken for the new one's.
void sqlite_store::replace_by_rewritten() {
    const auto ready = beside(".rewritten");
    if (!std::filesystem::exists(ready)) return;
    for (const char* suffix : {"-wal", "-shm"}) {
        if (::unlink(beside(suffix).c_str()) != 0 && errno != ENOENT) {
            cannot_write(path_.parent_path(), system_text(errno));
        }
    }
    if (!sync(path_.parent_path()) || ::rename(ready.c_str(), path_.c_str()) != 0 ||
        !sync(path_.parent_path())) {
        cannot_write(path_.parent_path(), system_text(errno));
    }
}

void sqlite_store::poison() noexcept {
    poisoned_ = true;
    try {
        // For the next start, which must not believe the page cache.
        note_owner(lock_, owner_, true);
    } catch (...) {  // out of memory: the disk has what it has
    }
}

void sqlite_store::open() {
    ++connections;
    // Made here where it is missing, for SQLite would let others read it, and the records hold the
    // secrets of instances. (Its log takes the mode of this file.)
    const descriptor made{::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path_.c_str(), &db_, flags, nullptr) != SQLITE_OK) {
        const std::string why = db_ ? sqlite3_errmsg(db_) : "out of memory";
        const int error = db_ ? sqlite3_system_errno(db_) : 0;
        close();
        throw store_error{"the store " + path_.string() + " cannot be opened: " + why +
                          (error != 0 ? " (" + system_text(error) + ")" : "")};
    }
    sqlite3_extended_result_codes(db_, 1);
}

void sqlite_store::close() noexcept {
    for (auto* s :
         {&put_name_, &delete_name_, &put_description_, &delete_description_, &put_revision_}) {
        s->reset();
    }
    if (db_) {
        // After a failed sync nothing more may be written: closing would checkpoint.
        if (poisoned_) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        sqlite3_close(db_);
        db_ = nullptr;
    }
    --connections;
}

void sqlite_store::fail(const std::string& what) const {
    const int code = sqlite3_errcode(db_) & 0xFF;  // without what only SQLite's makers need
    const std::string text = sqlite3_errmsg(db_);
    const std::string where = "the store " + path_.string();
    switch (code) {
        case SQLITE_NOTADB:
            throw store_error{where +
                              " is not a SQLite file: it was overwritten, or --data names "
                              "the wrong directory. It was left as it is"};
        case SQLITE_CORRUPT:
            throw store_error{where + " is corrupt (" + text +
                              "). It was left as it is; restore a "
                              "backup, or move it away: servers publish again by themselves"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw store_error{where + " is in use by another process"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            throw store_error{where + " cannot be written: " + text};
        case SQLITE_FULL:
            throw store_error{where + " cannot be written: the disk is full"};
        default:
            throw store_error{where + ": " + what + ": " + text};
    }
}

void sqlite_store::run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::string sqlite_store::value_of(const char* sql) {
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

void sqlite_store::prepare(const sqlite_options& options) {
    // Before the first read: the index of the log then lives in memory, not in a shared file.
    run("PRAGMA locking_mode=EXCLUSIVE");
    run("PRAGMA trusted_schema=OFF");
    run("PRAGMA cell_size_check=ON");
    run("PRAGMA mmap_size=0");

    const std::string version = value_of("PRAGMA user_version");
    const std::string application = value_of("PRAGMA application_id");
    const bool is_new = value_of("SELECT count(*) FROM sqlite_schema") == "0" && version == "0" &&
                        application == "0";
    if (!is_new && application != std::to_string(application_id)) {
        throw store_error{"the store " + path_.string() +
                          " is a SQLite file of another program. It was left as it is"};
    }
    if (!is_new && std::stoi(version) > store_version) {
        throw store_error{"the store " + path_.string() + " was made by a newer version (format " +
                          version + ", this one knows " + std::to_string(store_version) +
                          "). It was left as it is; run the newer roi-nameserver"};
    }
    if (value_of("PRAGMA journal_mode=WAL") != "wal") {
        fail("the write-ahead log is not available here");
    }
    run("PRAGMA synchronous=FULL");
    run("PRAGMA wal_autocheckpoint=0");  // tidy() does it
    sqlite3_wal_hook(
        db_,
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<sqlite_store*>(self)->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    if (is_new) {
        create(options);
    } else if (const std::string found = value_of("PRAGMA quick_check(1)"); found != "ok") {
        throw store_error{"the store " + path_.string() + " is corrupt (" + found +
                          "). It was left as it is; restore a backup, or move it away: servers "
                          "publish again by themselves"};
    }

    statement meta{db_, "SELECT store_id, revision FROM meta WHERE one = 1"};
    if (sqlite3_step(meta.get()) != SQLITE_ROW) fail("no identity");
    id_ = id_from(sqlite3_column_blob(meta.get(), 0), sqlite3_column_bytes(meta.get(), 0));
    revision_ = static_cast<std::uint64_t>(sqlite3_column_int64(meta.get(), 1));

    put_name_.emplace(db_,
                      "INSERT INTO names(created, record) VALUES(?1, ?2) "
                      "ON CONFLICT(created) DO UPDATE SET record = excluded.record");
    delete_name_.emplace(db_, "DELETE FROM names WHERE created = ?1");
    put_description_.emplace(
        db_, "INSERT OR REPLACE INTO descriptions(fingerprint, description) VALUES(?1, ?2)");
    delete_description_.emplace(db_, "DELETE FROM descriptions WHERE fingerprint = ?1");
    put_revision_.emplace(db_, "UPDATE meta SET revision = ?1 WHERE one = 1");
}

void sqlite_store::create(const sqlite_options& options) {
    run("BEGIN IMMEDIATE");
    run("CREATE TABLE meta(one INTEGER PRIMARY KEY CHECK(one = 1), store_id BLOB NOT NULL, "
        "revision INTEGER NOT NULL)");
    // Keyed by the revision that created the name, not by the name: what is written together then
    // stands on the same pages, and pages are what a commit costs.
    run("CREATE TABLE names(created INTEGER PRIMARY KEY, record BLOB NOT NULL)");
    run("CREATE TABLE descriptions(fingerprint BLOB PRIMARY KEY, description BLOB NOT NULL)");
    {
        const statement s{db_, "INSERT INTO meta VALUES(1, ?1, ?2)"};
        const auto id = bytes_of(random_id());
        sqlite3_bind_blob(s.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_TRANSIENT);
        sqlite3_bind_int64(s.get(), 2, static_cast<sqlite3_int64>(first_revision(options.wall_ms)));
        if (sqlite3_step(s.get()) != SQLITE_DONE) fail("its identity");
    }
    run(("PRAGMA application_id=" + std::to_string(application_id)).c_str());
    run(("PRAGMA user_version=" + std::to_string(store_version)).c_str());
    run("COMMIT");
}

void sqlite_store::load(visitor& to) {
    try {
        statement names{db_, "SELECT created, record FROM names ORDER BY created"};
        int code = 0;
        while ((code = sqlite3_step(names.get())) == SQLITE_ROW) {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(names.get(), 1));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(names.get(), 1));
            to.on_name(static_cast<std::uint64_t>(sqlite3_column_int64(names.get(), 0)),
                       {bytes ? bytes : "", size});
        }
        if (code != SQLITE_DONE) fail("names");
        statement all{db_, "SELECT fingerprint, description FROM descriptions"};
        while ((code = sqlite3_step(all.get())) == SQLITE_ROW) {
            const id128 id =
                id_from(sqlite3_column_blob(all.get(), 0), sqlite3_column_bytes(all.get(), 0));
            const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(all.get(), 1));
            to.on_description(
                id, {bytes, static_cast<std::size_t>(sqlite3_column_bytes(all.get(), 1))});
        }
        if (code != SQLITE_DONE) fail("descriptions");
    } catch (const store_error& e) {
        const std::string text = e.what();
        if (text.starts_with("the store")) throw;
        throw store_error{"the store " + path_.string() + " is corrupt (" + text +
                          "). It was left as it is; restore a backup, or move it away: servers "
                          "publish again by themselves"};
    }
}

bool sqlite_store::step(const statement& what, std::string& why) {
    const int code = sqlite3_step(what.get());
    if (code != SQLITE_DONE) why = sqlite3_errmsg(db_);
    sqlite3_reset(what.get());
    sqlite3_clear_bindings(what.get());
    return code == SQLITE_DONE;
}

bool sqlite_store::write(const transaction& changes, std::string& why) {
    for (const transaction::name_change& n : changes.names) {
        const statement& s = n.value ? *put_name_ : *delete_name_;
        sqlite3_bind_int64(s.get(), 1, static_cast<sqlite3_int64>(n.created));
        if (n.value) {
            sqlite3_bind_blob64(s.get(), 2, n.value->data(), n.value->size(), SQLITE_STATIC);
        }
        if (!step(s, why)) return false;
    }
    for (const transaction::description_change& d : changes.descriptions) {
        const statement& s = d.value ? *put_description_ : *delete_description_;
        const auto id = bytes_of(d.fingerprint);
        sqlite3_bind_blob(s.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
        if (d.value) {
            sqlite3_bind_blob64(s.get(), 2, d.value->data(), d.value->size(), SQLITE_STATIC);
        }
        if (!step(s, why)) return false;
    }
    sqlite3_bind_int64(put_revision_->get(), 1, static_cast<sqlite3_int64>(changes.revision));
    return step(*put_revision_, why);
}

commit_result sqlite_store::commit(const transaction& changes, std::string& why) {
    if (poisoned_) {
        why = "an earlier write failed";
        return commit_result::poisoned;
    }
    int error = 0;
    const auto exec = [&](const char* sql) {
        errno = 0;
        const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
        error = errno;
        if (code != SQLITE_OK) why = sqlite3_errmsg(db_);
        return code;
    };
    if (exec("BEGIN IMMEDIATE") != SQLITE_OK) return commit_result::refused;
    int code = SQLITE_OK;
    if (write(changes, why)) {
        code = exec("COMMIT");
        if (code == SQLITE_OK) {
            revision_ = changes.revision;
            return commit_result::durable;
        }
    } else {
        code = sqlite3_extended_errcode(db_);
    }
    // SQLite tells of some errors of the system by its own word alone.
    if (const int told = sqlite3_system_errno(db_); told != 0) error = told;
    if (error != 0) why += " (" + system_text(error) + ")";
    // A failed sync leaves pages that the kernel now calls clean: to try again would lie.
    const bool unknown =
        code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC || code == SQLITE_CORRUPT;
    std::string ignored;
    const bool undone = sqlite3_get_autocommit(db_) != 0 ||
                        sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
    if (undone && !unknown) return commit_result::refused;
    poison();
    return commit_result::poisoned;
}

commit_result sqlite_store::tidy(std::string& why) {
    if (poisoned_ || log_pages_ < checkpoint_pages) return commit_result::durable;
    const int code =
        sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code == SQLITE_OK) {
        log_pages_ = 0;
        return commit_result::durable;
    }
    why = sqlite3_errmsg(db_);
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
        poison();
        return commit_result::poisoned;
    }
    return commit_result::refused;  // no room, say: the log goes on growing, and nothing is lost
}

}  // namespace

int open_connections() noexcept {
    return connections.load();
}

std::string network_file_system(long type) {
    switch (static_cast<unsigned long>(type) & 0xFFFFFFFFUL) {
        case 0x6969:
            return "NFS";
        case 0x517B:
            return "SMB";
        case 0xFE534D42:
            return "SMB2";
        case 0xFF534D42:
            return "CIFS";
        case 0x5346414F:
            return "AFS";
        case 0x73757245:
            return "Coda";
        case 0x00C36400:
            return "Ceph";
        case 0x0BD00BD0:
            return "Lustre";
        case 0x47504653:
            return "GPFS";
        case 0x01021997:
            return "9P";
        case 0x013111A8:
            return "IBRIX";
        default:
            return {};
    }
}

std::unique_ptr<store> open_sqlite_store(const sqlite_options& options) {
    std::error_code failed;
    std::filesystem::create_directories(options.directory, failed);
    if (failed) {
        throw store_error{"the store's directory " + options.directory.string() +
                          " cannot be made: " + failed.message() +
                          ". Give another with --data, or use --ephemeral"};
    }
    long type = 0;
    if (options.file_system_type) {
        type = options.file_system_type(options.directory);
    } else if (struct statfs found{}; ::statfs(options.directory.c_str(), &found) == 0) {
        type = static_cast<long>(found.f_type);
    }
    if (const std::string network = network_file_system(type); !network.empty()) {
        throw store_error{"the store's directory " + options.directory.string() + " is on " +
                          network +
                          ": locks and syncs cannot be trusted there. Give a local one "
                          "with --data, or use --ephemeral"};
    }
    return std::make_unique<sqlite_store>(options);
}

}  // namespace roi::nameserver
