// A disk that cannot sync, for stores: SQLite's own system layer with fsync() failing on demand.
#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace roi::support {

/// While one lives, SQLite of this process opens its files through it. One at a time; used by one
/// thread.
class failing_sync {
public:
    failing_sync() {
        current() = this;
        real_ = sqlite3_vfs_find(nullptr);
        vfs_ = *real_;
        vfs_.zName = "failing_sync";
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~failing_sync() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
        current() = nullptr;
    }
    failing_sync(const failing_sync&) = delete;
    failing_sync& operator=(const failing_sync&) = delete;

    /// The next sync of a file whose name ends so fails, and only that one: the kernel tells of a
    /// lost page once.
    void fail_once(std::string_view suffix) { failing_ = suffix; }
    bool has_failed() const { return failing_.empty(); }

private:
    static failing_sync*& current() {
        static failing_sync* one = nullptr;
        return one;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        failing_sync& self = *current();
        const int code = self.real_->xOpen(self.real_, name, file, flags, out);
        if (code != SQLITE_OK || !file->pMethods) return code;
        // The same methods but for one; kept for as long as SQLite may use them.
        auto& methods = self.methods_[file->pMethods];
        if (!methods) {
            methods = std::make_unique<methods_with_origin>();
            methods->changed = *file->pMethods;
            methods->origin = file->pMethods;
            methods->changed.xSync = sync;
        }
        file->pMethods = &methods->changed;
        self.names_[file] = name ? name : "";
        return code;
    }

    static int sync(sqlite3_file* file, int flags) {
        failing_sync& self = *current();
        if (!self.failing_.empty() && self.names_[file].ends_with(self.failing_)) {
            self.failing_ = {};
            return SQLITE_IOERR_FSYNC;
        }
        const auto* methods = reinterpret_cast<const methods_with_origin*>(file->pMethods);
        return methods->origin->xSync(file, flags);
    }

    struct methods_with_origin {
        sqlite3_io_methods changed;  // first: SQLite has a pointer to it
        const sqlite3_io_methods* origin;
    };

    sqlite3_vfs* real_ = nullptr;
    sqlite3_vfs vfs_{};
    std::string_view failing_;
    std::map<const sqlite3_io_methods*, std::unique_ptr<methods_with_origin>> methods_;
    std::map<sqlite3_file*, std::string> names_;
};

}  // namespace roi::support
