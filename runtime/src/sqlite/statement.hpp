// A prepared statement that is finalized, with what is bound to it and read from it.
#pragma once

#include "sqlite/error.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace roi::sqlite {

class statement {
public:
    /// Throws error where it cannot be prepared.
    statement(sqlite3* db, const char* sql) {
        if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
            SQLITE_OK) {
            throw error{problem_of(sqlite3_errcode(db)), sqlite3_errmsg(db)};
        }
    }
    statement(statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    statement& operator=(statement&&) = delete;
    ~statement() { sqlite3_finalize(handle_); }

    sqlite3_stmt* get() const noexcept { return handle_; }

    // Texts and bytes are not copied: they must be there until it has run.
    void bind(int at, std::int64_t value) noexcept { sqlite3_bind_int64(handle_, at, value); }
    void bind(int at, std::uint64_t value) noexcept {
        sqlite3_bind_int64(handle_, at, static_cast<sqlite3_int64>(value));
    }
    void bind(int at, std::span<const std::byte> value) noexcept {
        // Empty bytes are not NULL, wherever they point.
        sqlite3_bind_blob64(handle_, at,
                            value.empty() ? "" : static_cast<const void*>(value.data()),
                            value.size(), SQLITE_STATIC);
    }
    void bind(int at, std::string_view value) noexcept {
        sqlite3_bind_text64(handle_, at, value.empty() ? "" : value.data(), value.size(),
                            SQLITE_STATIC, SQLITE_UTF8);
    }

    /// Runs it to its end; false on an error, which the connection knows then.
    bool run() noexcept {
        const int code = sqlite3_step(handle_);
        sqlite3_reset(handle_);
        return code == SQLITE_DONE;
    }

    /// Goes to the next row; false behind the last one. Throws error.
    bool next() {
        const int code = sqlite3_step(handle_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        throw error{problem_of(code), sqlite3_errmsg(sqlite3_db_handle(handle_))};
    }
    std::uint64_t number(int column) const noexcept {
        return static_cast<std::uint64_t>(sqlite3_column_int64(handle_, column));
    }
    // Valid until the next row.
    std::span<const std::byte> bytes(int column) const noexcept {
        const void* at = sqlite3_column_blob(handle_, column);
        const int size = sqlite3_column_bytes(handle_, column);
        return {static_cast<const std::byte*>(at), at ? static_cast<std::size_t>(size) : 0};
    }
    std::string_view text(int column) const noexcept {
        const auto* at = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
        const int size = sqlite3_column_bytes(handle_, column);
        return {at ? at : "", at ? static_cast<std::size_t>(size) : 0};
    }

private:
    sqlite3_stmt* handle_ = nullptr;
};

}  // namespace roi::sqlite
