// The journal of a class with exactly-once methods: its state and what became of its calls, in one
// transaction.
//
//     class ROI_REMOTE("bank") Bank {
//     public:
//         explicit Bank(roi::journal& store);
//         ROI_LOCAL roi::journal& journal() { return store_; }
//         ROI_EXACTLY_ONCE void transfer(...);   // changes tables through roi::this_call().tx()
#pragma once

#include <roi/journal_store.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

struct sqlite3;

namespace roi {

namespace core {
class transactions;
}
namespace journaling {
class journal_core;
}

/// The transaction that a method of a class with a journal runs in: roi::this_call().tx().
///
/// All that the method changes must be changed through it. What is not in the store, a file, a
/// mail, a call of another server, is neither undone when the transaction is, nor done once only.
///
/// Lifetime: valid until the method returns. Threads: that of the method.
class transaction {
public:
    /// The connection to the database, for statements on the user's own tables. Begin, commit and
    /// roll back are not to be used on it, and refused. Null where the store is not SQLite.
    sqlite3* sqlite() const noexcept;
    /// The same for other stores: what journal_store::native_handle() gives.
    void* native_handle() const noexcept { return store_->native_handle(); }
    journal_store& store() const noexcept { return *store_; }

private:
    friend class journaling::journal_core;
    explicit transaction(journal_store& store) noexcept : store_(&store) {}
    journal_store* store_;
};

struct journal_options {
    /// Opens also a file that was replaced by an older copy of itself. Its sessions begin anew:
    /// calls under way then are of unknown outcome.
    bool accept_data_loss = false;
    /// The rows of a caller that has not been heard of are forgotten after this time.
    std::chrono::seconds retention{std::chrono::hours{24}};
    /// What a method may take; one that takes longer is reported in the log, since it holds up all
    /// others of the journal.
    std::chrono::milliseconds budget{50};
    /// Told when a sync has failed: whether the last transactions are on disk cannot be known, and
    /// nobody is answered any more. Null: the line goes to the log and the process ends at once
    /// with status 70, which is what has to happen.
    std::function<void(const std::string& why)> on_poisoned = {};
};

/// Runs the methods of the objects that name it, all on one thread, many in one transaction, and
/// answers them when that is on disk.
///
/// One file, one journal, one process. Several objects may share it. It must outlive the servers of
/// the objects.
///
/// Threads: safe to use from any thread.
/// Errors: the constructor throws journal_error: not writable, locked by another process (which the
/// text names), corrupt, of a newer version, a copy that was put back.
class journal {
public:
    /// SQLite, in `file`, which may hold any tables of the user's; made where there is none.
    explicit journal(const std::filesystem::path& file, journal_options options = {});
    /// Another database.
    explicit journal(std::unique_ptr<journal_store> store, journal_options options = {});
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    /// Finishes what has come.
    ~journal();

    /// Runs `work` in a transaction of its own, on the journal's thread, and waits until it is
    /// durable: for tables to be made, and members to be read. Inside of a method of this journal
    /// it runs within the method's transaction.
    ///
    /// Errors: what `work` throws (its changes are undone); journal_error where the transaction
    /// could not be made durable (nothing of it happened).
    void run(const std::function<void(transaction&)>& work);

    /// Tells this store, and this life of it, from all others.
    journal_store::identity who() const;
    /// "bank.db"
    std::string describe() const;

    /// For generated code.
    core::transactions& link() noexcept;

private:
    friend class journaling::journal_core;
    const std::unique_ptr<journaling::journal_core> implementation_;
};

}  // namespace roi
