// The layer's functions: most of them only pass the call on.
#include "sqlite/guard.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>

namespace roi::sqlite {

/// What SQLite holds of a file; that of the layer below stands behind it.
struct guard::file {
    sqlite3_file base;
    guard* by;
    sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct guard::hooks {
    static file& of(sqlite3_file* f) noexcept { return *reinterpret_cast<file*>(f); }
    static sqlite3_file* real(sqlite3_file* f) noexcept { return of(f).real(); }
    static guard& of(sqlite3_vfs* v) noexcept { return *static_cast<guard*>(v->pAppData); }

    static int close(sqlite3_file* f) {
        sqlite3_file* under = real(f);
        return under->pMethods ? under->pMethods->xClose(under) : SQLITE_OK;
    }
    static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), to, size, at);
    }
    static int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
        guard& by = *of(f).by;
        if (!by.may_write()) return SQLITE_IOERR_WRITE;
        errno = 0;
        const int code = real(f)->pMethods->xWrite(real(f), from, size, at);
        by.note(code);
        return code;
    }
    static int truncate(sqlite3_file* f, sqlite3_int64 size) {
        guard& by = *of(f).by;
        if (!by.may_write()) return SQLITE_IOERR_TRUNCATE;
        return real(f)->pMethods->xTruncate(real(f), size);
    }
    static int sync(sqlite3_file* f, int flags) {
        guard& by = *of(f).by;
        if (!by.may_write()) return SQLITE_IOERR_FSYNC;
        errno = 0;
        const int code = real(f)->pMethods->xSync(real(f), flags);
        if (code == SQLITE_OK) {
            ++by.syncs_;
        } else {
            by.note_failed_sync();
        }
        return code;
    }
    static int size(sqlite3_file* f, sqlite3_int64* out) {
        return real(f)->pMethods->xFileSize(real(f), out);
    }
    static int lock(sqlite3_file* f, int how) { return real(f)->pMethods->xLock(real(f), how); }
    static int unlock(sqlite3_file* f, int how) { return real(f)->pMethods->xUnlock(real(f), how); }
    static int reserved(sqlite3_file* f, int* out) {
        return real(f)->pMethods->xCheckReservedLock(real(f), out);
    }
    static int control(sqlite3_file* f, int what, void* with) {
        return real(f)->pMethods->xFileControl(real(f), what, with);
    }
    static int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
    static int device(sqlite3_file* f) {
        return real(f)->pMethods->xDeviceCharacteristics(real(f));
    }

    static int open(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out) {
        static constexpr sqlite3_io_methods methods{
            1,       close,  read,   write,   truncate, sync,    size,    lock,    unlock, reserved,
            control, sector, device, nullptr, nullptr,  nullptr, nullptr, nullptr, nullptr};
        file& opened = *::new (static_cast<void*>(f)) file{};
        opened.by = &of(v);
        sqlite3_vfs* under = opened.by->real_;
        opened.real()->pMethods = nullptr;
        const int code = under->xOpen(under, path, opened.real(), flags, out);
        // Methods also where it failed, for then SQLite closes what was half opened.
        if (opened.real()->pMethods) opened.base.pMethods = &methods;
        return code;
    }
    static int remove(sqlite3_vfs* v, const char* path, int sync_directory) {
        guard& by = of(v);
        if (!by.may_write()) return SQLITE_IOERR_DELETE;
        errno = 0;
        const int code = by.real_->xDelete(by.real_, path, sync_directory);
        if (code == SQLITE_IOERR_DIR_FSYNC) by.note_failed_sync();
        return code;
    }
    // The rest goes to the layer below under its own name, where its own data are.
    static int access(sqlite3_vfs* v, const char* path, int how, int* out) {
        return of(v).real_->xAccess(of(v).real_, path, how, out);
    }
    static int full_name(sqlite3_vfs* v, const char* path, int size, char* out) {
        return of(v).real_->xFullPathname(of(v).real_, path, size, out);
    }
    static int random(sqlite3_vfs* v, int size, char* out) {
        return of(v).real_->xRandomness(of(v).real_, size, out);
    }
    static int pause(sqlite3_vfs* v, int microseconds) {
        return of(v).real_->xSleep(of(v).real_, microseconds);
    }
    static int time(sqlite3_vfs* v, double* out) {
        return of(v).real_->xCurrentTime(of(v).real_, out);
    }
    static int last_error(sqlite3_vfs* v, int size, char* out) {
        return of(v).real_->xGetLastError(of(v).real_, size, out);
    }
};

guard::guard(const char* base, std::function<void()> on_failed_sync)
    : real_(sqlite3_vfs_find(base)),
      on_failed_sync_(std::move(on_failed_sync)),
      process_(::getpid()) {
    if (!real_) throw std::runtime_error{"SQLite has no layer for files"};
    static std::atomic<unsigned> made{0};
    name_ = "roi-guard-" + std::to_string(++made);
    vfs_.iVersion = 1;
    vfs_.szOsFile = static_cast<int>(sizeof(file)) + real_->szOsFile;
    vfs_.mxPathname = real_->mxPathname;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = hooks::open;
    vfs_.xDelete = hooks::remove;
    vfs_.xAccess = hooks::access;
    vfs_.xFullPathname = hooks::full_name;
    vfs_.xRandomness = hooks::random;
    vfs_.xSleep = hooks::pause;
    vfs_.xCurrentTime = hooks::time;
    vfs_.xGetLastError = hooks::last_error;
    if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw std::bad_alloc{};
}

guard::~guard() {
    sqlite3_vfs_unregister(&vfs_);
}

/// A forked child has the connection, too, and would close it at its exit.
bool guard::may_write() const noexcept {
    return !is_shut_ && ::getpid() == process_;
}

void guard::note(int code) noexcept {
    if (code == SQLITE_OK) return;
    error_ = errno;
    if (code == SQLITE_FULL) was_full_ = true;
}

void guard::note_failed_sync() noexcept {
    error_ = errno;
    has_failed_sync_ = is_shut_ = true;
    on_failed_sync_();
}

bool guard::take_full() noexcept {
    return std::exchange(was_full_, false);
}

}  // namespace roi::sqlite
