// The rules by action.
#include "journal/method_rules.hpp"

#include <algorithm>
#include <array>

namespace roi::journaling {
namespace {

bool is(const char* a, const char* b) noexcept {
    return a && sqlite3_stricmp(a, b) == 0;
}

bool is_ours(const char* name) noexcept {
    return name && sqlite3_strnicmp(name, "roi_", 4) == 0;
}

bool may_set(const char* pragma, bool has_value) noexcept {
    static constexpr std::array<const char*, 13> fixed{
        "journal_mode",    "synchronous",    "locking_mode",    "wal_autocheckpoint",
        "mmap_size",       "trusted_schema", "cell_size_check", "schema_version",
        "writable_schema", "query_only",     "temp_store",      "checkpoint_fullfsync",
        "fullfsync"};
    if (is(pragma, "wal_checkpoint")) return false;
    return !has_value ||
           std::none_of(fixed.begin(), fixed.end(), [&](const char* f) { return is(pragma, f); });
}

}  // namespace

int may_prepare(int action, const char* first, const char* second) noexcept {
    switch (action) {
        case SQLITE_TRANSACTION:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return SQLITE_DENY;
        case SQLITE_SAVEPOINT:  // the operation, the name
            return sqlite3_strnicmp(second, "roi", 3) == 0 ? SQLITE_DENY : SQLITE_OK;
        case SQLITE_PRAGMA:  // the name, the value
            return may_set(first, second != nullptr) ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_FUNCTION:
        case SQLITE_RECURSIVE:
            return SQLITE_OK;
        default:  // changes; the table is one of the two
            return is_ours(first) || is_ours(second) ? SQLITE_DENY : SQLITE_OK;
    }
}

}  // namespace roi::journaling
