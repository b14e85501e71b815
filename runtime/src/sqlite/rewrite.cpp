// The start after a failed sync: all that can be read goes into a new file.
//
// The kernel then calls pages clean that may not be on the disk, and no later sync writes them. So
// the old file is copied, the copy is synced as a whole, and takes the place of the old one.
#include "sqlite/database.hpp"

#include <memory>
#include <string>

namespace roi::sqlite {
namespace {

struct close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};
using connection = std::unique_ptr<sqlite3, close>;

}  // namespace

/// Page by page, so that a user's rows keep the numbers that VACUUM would give anew. Returns why
/// the copy is none; empty: it is one.
std::string database::copy_to(const std::filesystem::path& to) const {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(to.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, disk_->vfs());
    const connection copy{opened};
    if (code != SQLITE_OK) return opened ? sqlite3_errmsg(opened) : "out of memory";
    if (options_.extend) options_.extend(opened);
    // No second file: the copy counts for nothing before it is complete and synced. Once it is a
    // copy it asks for a log, and without this also for shared memory.
    sqlite3_exec(opened,
                 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF",
                 nullptr, nullptr, nullptr);
    sqlite3_backup* pages = sqlite3_backup_init(opened, "main", db_, "main");
    if (!pages) return sqlite3_errmsg(opened);
    sqlite3_backup_step(pages, -1);
    if (sqlite3_backup_finish(pages) != SQLITE_OK) return sqlite3_errmsg(opened);
    // More than what every start checks: here lost pages are likely.
    std::string found;
    sqlite3_exec(
        opened, "PRAGMA integrity_check(1)",
        [](void* out, int, char** values, char**) {
            *static_cast<std::string*>(out) = values[0] ? values[0] : "";
            return 0;
        },
        &found, nullptr);
    if (found.empty()) found = sqlite3_errmsg(opened);
    return found == "ok" ? std::string{} : found;
}

void database::rewrite() {
    const auto half = beside(".rewriting");
    const auto fail_with = [&](const std::string& why) {
        disk_->remove(half);
        refuse(problem::not_rewritten,
               "has to be rewritten, for the disk failed when it was last written. That failed too "
               "(" +
                   why + "). It was left as it is");
    };
    disk_->remove(half);
    disk_->remove(beside(".rewriting-wal"));
    if (const int error = disk_->make(half); error != 0) fail_with(system_text(error));
    if (const std::string why = copy_to(half); !why.empty()) fail_with(why);
    if (const int error = disk_->sync(half); error != 0) fail_with(system_text(error));
    guard_->shut();  // nothing of the old file is written any more
    disconnect();
    // This makes it the database, whatever happens next: replace_by_rewritten() goes on from here.
    int error = disk_->rename(half, beside(".rewritten"));
    if (error == 0) error = disk_->sync(options_.file.parent_path());
    if (error != 0) fail_with(system_text(error));
    replace_by_rewritten();
}

/// The old log goes first: it must never be taken for the new file's.
void database::replace_by_rewritten() {
    const auto ready = beside(".rewritten");
    if (!disk_->exists(ready)) return;
    const auto directory = options_.file.parent_path();
    int error = 0;
    for (const char* suffix : {"-wal", "-shm"}) {
        if (error == 0) error = disk_->remove(beside(suffix));
    }
    if (error == 0) error = disk_->sync(directory);
    if (error == 0) error = disk_->rename(ready, options_.file);
    if (error == 0) error = disk_->sync(directory);
    if (error != 0) refuse(problem::unwritable, "cannot be written: " + system_text(error));
}

}  // namespace roi::sqlite
