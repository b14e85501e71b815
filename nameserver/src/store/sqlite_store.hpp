// The store in one SQLite file, under the rules of sqlite/database.hpp.
#pragma once

#include "sqlite/database.hpp"
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

using sqlite::network_file_system;
using sqlite::open_connections;

}  // namespace roi::nameserver
