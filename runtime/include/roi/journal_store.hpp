// What a journal asks of the database that keeps it. SQLite is built in
// (roi/journal.hpp); another database fits behind the same calls.
//
// Exactly once means that what a method changed and the record that it ran
// become durable together. So a store is a view of the very database that holds
// the user's own tables, and all that happens here happens in the transaction
// in which the methods of a batch run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roi {

/// What a journal stores. Views (text, bytes) are valid during the call that
/// they are given to.
namespace stored {

/// 128 random bits; all zero: none.
struct id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const id&, const id&) = default;
    friend auto operator<=>(const id&, const id&) = default;
};

/// Sequence numbers from `first` to `last`, both of them included.
struct range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const range&, const range&) = default;
};

/// The calls of a session that its caller is done with, and will never send
/// again.
struct acknowledged {
    std::uint64_t below = 1;        ///< All smaller ones.
    std::vector<range> above = {};  ///< And these: rising, apart from each other.
    friend bool operator==(const acknowledged&, const acknowledged&) = default;
};

/// A series of numbered calls of one client.
struct session {
    stored::id id;
    stored::id key;                  ///< Of the fingerprints of its calls.
    stored::id client;               ///< Who opened it,
    std::uint64_t client_epoch = 0;  ///< in which of its lives,
    std::uint64_t nonce = 0;         ///< by which request.
    std::string principal = {};      ///< Who may use it.
    acknowledged done = {};
    std::int64_t last_used_ms = 0;  ///< Milliseconds since 1970.
    bool is_durable = false;        ///< Its client comes back after a crash.
};

/// Numbers of the store's format: never changed, never reused.
enum class call_state : std::uint8_t {
    done = 1,      ///< It ran, and `reply` is its answer.
    no_reply = 2,  ///< It ran; its answer was too large to be kept.
    refused = 3,   ///< It did not run, and never will.
    intent = 4,    ///< It is about to run, outside of the transaction.
    in_doubt = 5,  ///< It had begun when its process died.
};

/// What became of one call.
struct call {
    id session;
    std::uint64_t sequence = 0;
    id object;
    std::uint64_t fingerprint = 0;
    call_state state = call_state::done;
    std::span<const std::byte> reply = {};
};

/// Numbers of the store's format, too.
enum class post_state : std::uint8_t {
    waiting = 1,   ///< Not sent.
    sent = 2,      ///< It has a number, under which it may be sent again.
    answered = 3,  ///< `answer` is its answer.
    failed = 4,    ///< It did not run, and is not sent again.
    in_doubt = 5,  ///< Whether it ran is not known, and it is not sent again.
};

/// How far a posted call is.
struct post_progress {
    post_state state = post_state::waiting;
    id session = {};                         ///< Once it was sent: the session with the receiver,
    std::uint64_t sequence = 0;              ///< its number there,
    id journal = {};                         ///< and the receiver's journal,
    std::uint64_t journal_epoch = 0;         ///< as it was then.
    std::span<const std::byte> answer = {};  ///< Or the text of a failure.
};

/// A call that is to be made once the transaction that staged it is durable.
struct post {
    std::uint64_t id = 0;  ///< Unique in the store, never used again.
    /// A durable client's own word for the call; empty for calls that methods
    /// post.
    std::string_view key = {};
    // Where it goes: a name in a scope, or an object at an endpoint.
    std::string_view scope = {};
    std::string_view name = {};
    std::string_view endpoint = {};
    stored::id object = {};
    std::string_view interface_name = {};
    stored::id interface_fingerprint = {};
    std::uint64_t method = 0;
    std::span<const std::byte> arguments = {};
    std::int64_t made_ms = 0;  ///< Milliseconds since 1970.
    post_progress progress = {};
};

/// A client that comes back under the same name after a crash.
struct client {
    stored::id id;
    std::uint64_t epoch = 0;  ///< Its lives so far.
};

}  // namespace stored

/// A store that cannot be opened, read, or written. The text says why, and what
/// to do.
class journal_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class commit_result {
    durable,   ///< On disk, and there after any crash.
    refused,   ///< Nothing of it happened or will: no room, say. Later ones may
               ///< succeed.
    poisoned,  ///< Whether it is on disk cannot be known. Answer nobody; end the
               ///< process.
};

/// The journal's part of a database, and the transactions of the whole of it.
///
/// One transaction is open at a time; savepoints nest in it. What was put is
/// seen by load() in the next life of the store if, and only if, its
/// transaction was answered `durable`, or was under way when the process died.
///
/// Threads: one at a time; which one may change between calls, unless the
/// database forbids it. Errors: functions that put, delete, or set savepoints
/// throw journal_error; the caller then rolls back to its savepoint. Whether
/// the transaction has survived, in_transaction() tells.
class journal_store {
public:
    virtual ~journal_store() = default;

    /// Tells this state of this store from every other one that ever was.
    struct identity {
        stored::id journal;       ///< Made when the store was, and never changed.
        std::uint64_t epoch = 0;  ///< How often it was opened. One more, durably, at each opening.
    };
    virtual identity who() const = 0;
    /// "sqlite": what native_handle() points to.
    virtual std::string_view kind() const noexcept = 0;
    /// The database's own connection (sqlite3*), for methods that change the
    /// user's tables in the open transaction. Not for transactions: begin, commit
    /// and roll back only here.
    virtual void* native_handle() noexcept = 0;
    /// For people: the path of the file.
    virtual std::string describe() const = 0;

    /// Receives what is stored.
    class visitor {
    public:
        virtual void on_session(stored::session&& one) = 0;
        virtual void on_call(const stored::call& one) = 0;
        virtual void on_post(const stored::post& one) = 0;
        virtual void on_client(const stored::client& one) = 0;
        virtual void on_value(std::string_view name, std::span<const std::byte> value) = 0;

    protected:
        ~visitor() = default;
    };
    /// Shows all that is stored: each session before its calls, and no call that
    /// was acknowledged. Once, before the first transaction. Throws journal_error
    /// where anything cannot be read: nothing is skipped.
    virtual void load(visitor& to) = 0;

    // Transactions.

    /// False, with the reason, where none can be opened; see is_poisoned().
    virtual bool begin(std::string& why) = 0;
    /// False also after an error that ended the transaction; then all of it is
    /// undone, and commit() says `refused`.
    virtual bool in_transaction() const noexcept = 0;
    /// Marks a place to return to. They nest: the first of a transaction is 1,
    /// the next one 2.
    virtual int savepoint() = 0;
    /// Keeps what was done since that savepoint, and forgets it and those within
    /// it. Throws where the database would not commit it (a foreign key that
    /// leads nowhere, say); it can still be undone then.
    virtual void release(int savepoint) = 0;
    /// Undoes what was done since that savepoint, which stays, and forgets those
    /// within it.
    virtual void roll_back_to(int savepoint) = 0;
    /// Commits, or undoes all and says why.
    virtual commit_result commit(std::string& why) = 0;
    /// Undoes all: `refused`, or `poisoned` where that cannot be known.
    virtual commit_result roll_back(std::string& why) = 0;
    /// After that nothing is written any more.
    virtual bool is_poisoned() const noexcept = 0;

    // Changes, within a transaction.

    /// Adds a session, or changes the one of that id.
    virtual void put_session(const stored::session& one) = 0;
    /// With all of its calls.
    virtual void delete_session(const stored::id& session) = 0;
    /// Records what became of a call, in place of what was recorded of it before.
    ///
    /// `done` is all that the session's caller has acknowledged so far. Those
    /// calls are forgotten: their places are used again, so that busy sessions
    /// write few pages. That they were acknowledged becomes durable with this
    /// call, and not before.
    virtual void put_call(const stored::call& one, const stored::acknowledged& done) = 0;
    /// The same without a call, when the caller is idle or the disk is full:
    /// gives places back.
    virtual void acknowledge(const stored::id& session, const stored::acknowledged& done) = 0;
    /// Adds a posted call, or replaces the one of that id.
    virtual void put_post(const stored::post& one) = 0;
    virtual void put_progress(std::uint64_t post, const stored::post_progress& how) = 0;
    virtual void delete_post(std::uint64_t post) = 0;
    virtual void put_client(const stored::client& one) = 0;
    virtual void delete_client(const stored::id& client) = 0;
    /// Small things under a name: the generation under which an object is owned,
    /// say.
    virtual void put_value(std::string_view name, std::span<const std::byte> value) = 0;
    virtual void delete_value(std::string_view name) = 0;

    // Upkeep, between transactions.

    /// The disk was full. What the store had set aside is given back to the disk,
    /// so that acknowledgements, which free room, can still be stored; new calls
    /// should be refused until this is false again.
    virtual bool is_short_of_room() const noexcept = 0;
    enum class pace {
        idle,  ///< Nobody waits: do what has to be done now and then.
        busy,  ///< Do only what cannot wait any longer.
    };
    /// Work that commits have left over, such as checkpoints; when idle, also
    /// whether a full disk has room again. While the store is short of room,
    /// leave some time between two calls: each costs a little, and
    /// acknowledgements should get in between. `refused`: it failed, nothing is
    /// lost, and it is tried again.
    virtual commit_result tidy(pace how, std::string& why) = 0;
};

}  // namespace roi
