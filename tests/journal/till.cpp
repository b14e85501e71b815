// A till whose money moves exactly once.
#include "till.hpp"

#include "till.roi.hpp"

#include <roi/this_call.hpp>

#include <sqlite3.h>

#include <memory>
#include <stdexcept>

namespace tests {
namespace {

using statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

statement prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &made, nullptr) != SQLITE_OK)
        throw std::runtime_error{sqlite3_errmsg(db)};
    return {made, sqlite3_finalize};
}

}  // namespace

Till::Till(roi::journal& store) : store_(store) {
    store_.run([](roi::transaction& tx) {
        const auto make = prepare(tx.sqlite(),
                                  "CREATE TABLE IF NOT EXISTS balance("
                                  "account TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
        if (sqlite3_step(make.get()) != SQLITE_DONE) throw std::runtime_error{"no table"};
    });
    store_.run([this](roi::transaction&) { reload(); });
}

void Till::reload() {
    store_.run([this](roi::transaction& tx) {
        balances_.clear();
        const auto all = prepare(tx.sqlite(), "SELECT account, cents FROM balance");
        while (sqlite3_step(all.get()) == SQLITE_ROW)
            balances_[reinterpret_cast<const char*>(sqlite3_column_text(all.get(), 0))] =
                sqlite3_column_int64(all.get(), 1);
    });
}

std::int64_t Till::change(const std::string& account, std::int64_t cents) {
    ++runs_;
    const std::int64_t now = balances_[account] += cents;
    const auto put =
        prepare(roi::this_call().tx().sqlite(), "INSERT OR REPLACE INTO balance VALUES(?, ?)");
    sqlite3_bind_text(put.get(), 1, account.data(), static_cast<int>(account.size()),
                      SQLITE_TRANSIENT);
    sqlite3_bind_int64(put.get(), 2, now);
    if (sqlite3_step(put.get()) != SQLITE_DONE)
        throw std::runtime_error{sqlite3_errmsg(roi::this_call().tx().sqlite())};
    if (on_add_) on_add_();
    if (now < 0) {
        too_little error;
        error.missing = -now;
        throw error;
    }
    return now;
}

std::int64_t Till::add(const std::string& account, std::int64_t cents) {
    return change(account, cents);
}

std::int64_t Till::add_plainly(const std::string& account, std::int64_t cents) {
    return change(account, cents);
}

std::int64_t Till::balance(const std::string& account) const {
    const auto found = balances_.find(account);
    return found == balances_.end() ? 0 : found->second;
}

void Till::add_and_throw(const std::string& account, std::int64_t cents) {
    change(account, cents);
    throw std::runtime_error{"on second thought"};
}

std::string Till::call_out(const std::string& endpoint) {
    change("out", 1);
    try {
        TillClient other{roi::at(endpoint, "till")};
        other.balance("out");
        return "called";
    } catch (const roi::error& refused) {
        return refused.what();
    }
}

std::string Till::large(std::uint32_t octets) {
    change("large", 1);
    return std::string(octets, 'x');
}

}  // namespace tests
