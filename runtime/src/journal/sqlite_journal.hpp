// The journal in the user's own SQLite file: tables roi_* beside the user's, one transaction for
// both, under the rules of sqlite/database.hpp.
#pragma once

#include <roi/journal_store.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

struct sqlite3;

namespace roi::sqlite {
class disk;
}

namespace roi::journaling {

struct sqlite_journal_options {
    std::filesystem::path file;
    /// Who we are, for the one who finds the file locked; empty: the program and its pid.
    std::string owner = {};
    /// Opens also a file that was replaced by an older copy of itself, or by another one. The
    /// journal of an older copy begins anew: its sessions could not tell what has run since.
    bool accept_data_loss = false;
    /// Gets the connection as soon as it is open: for functions and collations of the user's
    /// tables, and settings that have no place in a transaction. May be missing.
    std::function<void(sqlite3*)> extend = {};
    /// Set aside on the disk, in a file beside it, for acknowledgements when the disk is full.
    std::uint64_t reserve = std::uint64_t{16} << 20;
    /// Pages in the log from which it is copied into the file: when nobody waits, and at once.
    int idle_pages = 1000;
    int busy_pages = 4000;

    // For tests.
    sqlite::disk* on = nullptr;
    std::function<stored::id()> make_id = {};
    std::function<long(const std::filesystem::path&)> type_of_file_system = {};
};

/// Version of the tables. A journal of a newer one is refused.
inline constexpr int journal_version = 1;

/// Opens the journal, and makes it where the file has none. Throws journal_error: not writable,
/// locked by another process (named), corrupt, of a newer version, no SQLite file, on a network
/// file system, or a copy that was put back.
std::unique_ptr<journal_store> open_sqlite_journal(const sqlite_journal_options& options);

}  // namespace roi::journaling
