// The journal's tables: what they are, and what the file says of itself.
#pragma once

#include "sqlite/database.hpp"

#include <roi/journal_store.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace roi::journaling {

std::array<std::byte, 16> bytes_of(const stored::id& id);
/// Throws journal_error where it is none.
stored::id id_from(std::span<const std::byte> bytes);

std::vector<std::byte> bytes_of(const std::vector<stored::range>& ranges);
std::vector<stored::range> ranges_from(std::span<const std::byte> bytes);

/// Nothing: the file has no journal. Throws sqlite::error where it has one that cannot be used.
std::optional<journal_store::identity> read_identity(const sqlite::database& db);
/// Within a transaction. Throws sqlite::error.
void put_identity(sqlite::database& db, const journal_store::identity& who);
void make_tables(sqlite::database& db);

// The note beside the file, which tells it from a copy that was put back: "0123...cdef 7".
std::string note_of(const journal_store::identity& who);
/// Nothing: it is none.
std::optional<journal_store::identity> identity_from(const std::string& note);

}  // namespace roi::journaling
