// Between SQLite and the system: sees every failed sync, and lets nothing be written after it.
//
// An error code can be swallowed on its way, by a user's statement that spilled a page and by
// SQLite itself; here it cannot. What it offers has no shared memory and no mapped files, so a log
// can be used by one exclusive connection only.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

namespace roi::sqlite {

/// A layer of SQLite's over `base` (null: the default one), for one connection.
///
/// Threads: one at a time. Lifetime: longer than the connection that was opened with name().
class guard {
public:
    /// `on_failed_sync` is called at once, within the statement, the commit or the closing that
    /// needed the sync: whatever comes of that, the next start has to know.
    guard(const char* base, std::function<void()> on_failed_sync);
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard();

    const char* name() const noexcept { return name_.c_str(); }

    /// A sync has failed. From then on nothing is written.
    bool has_failed_sync() const noexcept { return has_failed_sync_; }
    /// Nothing is written from now on.
    void shut() noexcept { is_shut_ = true; }
    bool is_shut() const noexcept { return is_shut_; }
    /// Was the disk full since this was asked last?
    bool take_full() noexcept;
    /// What the system said of the last failed write or sync, as in errno; 0 where nothing failed.
    int error() const noexcept { return error_; }
    std::uint64_t syncs() const noexcept { return syncs_; }

private:
    struct file;
    struct hooks;

    bool may_write() const noexcept;
    void note(int code) noexcept;
    void note_failed_sync() noexcept;

    std::string name_;
    sqlite3_vfs* real_ = nullptr;
    sqlite3_vfs vfs_{};
    std::function<void()> on_failed_sync_;
    pid_t process_;
    bool is_shut_ = false;
    bool has_failed_sync_ = false;
    bool was_full_ = false;
    int error_ = 0;
    std::uint64_t syncs_ = 0;
};

}  // namespace roi::sqlite
