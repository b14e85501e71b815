// The store in one SQLite file.
//
// One connection, held exclusively, used by one thread at a time: the flaw of SQLite's write-ahead
// log before 3.51.3 needs two connections. Every commit is on disk before it returns.
#pragma once

#include "store/store.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace roi::nameserver {

struct sqlite_options {
    std::filesystem::path directory;  // made where it is missing
    std::string owner;                // who we are, for the one who finds the store locked
    std::int64_t wall_ms = 0;         // when a new store is made
    /// Type of the file system that holds a path, as statfs() numbers it. For tests.
    std::function<long(const std::filesystem::path&)> file_system_type = {};
};

/// Version of the tables. A store of a newer one is refused, an older one is brought up to date.
inline constexpr int store_version = 1;

/// Opens or makes the store. Throws store_error: not writable, locked by another process (named),
/// corrupt, made by a newer version, no SQLite file, or on a network file system.
std::unique_ptr<store> open_sqlite_store(const sqlite_options& options);

/// How many SQLite connections this process has open to stores: never more than one for a file.
int open_connections() noexcept;

/// "NFS" and the like where the type number is that of a network file system; else empty.
std::string network_file_system(long type);

}  // namespace roi::nameserver
