// A server with exactly-once methods in miniature, its client, and what must hold of both: for
// tests that take the server's disk or its process away.
//
// The user's tables are accounts and a list of effects; the journal is in the same file. The client
// knows what it was told of each call, and after whatever happened that must be true.
#pragma once

#include "journal/batch_writer.hpp"
#include "journal/sqlite_journal.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roi::fault {

/// What a call does, beside being recorded.
enum class deed {
    transfer,  ///< One from account 0 to account 1, and a line in `effects`.
    throws,    ///< Begins the same and fails: the record says so, the accounts do not change.
    large,     ///< As transfer, with an answer of several pages.
    posts,     ///< As transfer, and stages a call.
};

/// What the client knows.
enum class fate {
    unknown,       ///< Not answered.
    executed,      ///< Answered.
    not_executed,  ///< Told that it has no effect, and never will.
};

using call_name = std::pair<std::uint64_t, std::uint64_t>;  // session, sequence

struct client_call {
    deed what = deed::transfer;
    fate is = fate::unknown;
    std::string reply = {};
};

/// The client's side, which survives everything.
struct client {
    std::map<call_name, client_call> calls;
    std::map<std::uint64_t, stored::acknowledged> done;

    std::vector<std::uint64_t> unanswered(std::uint64_t session) const;
    /// Acknowledges all that was answered up to `sequence`.
    void acknowledge(std::uint64_t session, std::uint64_t sequence);
};

/// One life of the server. Throws journal_error where it cannot begin.
class server final : public journal_store::visitor {
public:
    struct row {
        stored::call_state state;
        std::string reply;
    };

    server(const journaling::sqlite_journal_options& options, client& of,
           journaling::batch_writer::options with = {});
    ~server();

    bool is_ended() const { return is_poisoned || writer->store().is_poisoned(); }
    /// Makes the tables and sessions that are missing.
    void set_up(const std::vector<std::uint64_t>& sessions);
    /// Runs calls in one batch; the client knows of them before.
    void call(const std::vector<std::pair<call_name, deed>>& calls);
    void acknowledge(std::uint64_t session);
    void end_session(std::uint64_t session);
    /// Marks the posts that wait as sent, and deletes those that were.
    void dispatch_posts();
    void tidy();

    /// Compares the file with what the client was told; empty: all is well.
    std::string check() const;

    void on_session(stored::session&& one) override;
    void on_call(const stored::call& one) override;
    void on_post(const stored::post& one) override;
    void on_client(const stored::client&) override {}
    void on_value(std::string_view, std::span<const std::byte>) override {}

    std::unique_ptr<journaling::batch_writer> writer;
    std::map<call_name, row> rows;
    std::map<std::uint64_t, stored::acknowledged> done;  // by session, as loaded
    std::map<std::uint64_t, stored::post_state> posts;
    bool is_poisoned = false;
    /// False: who was to hear of it is not there any more, the power is gone.
    std::function<bool()> is_heard = [] { return true; };

private:
    struct task;
    struct one_call;
    void run(std::function<void(journal_store&)> what);
    sqlite3* db() const { return static_cast<sqlite3*>(writer->store().native_handle()); }

    client& client_;
};

stored::id session_id(std::uint64_t number);
/// The first column of the first row; throws where there is an error.
std::int64_t number_of(sqlite3* db, const std::string& sql);

}  // namespace roi::fault
