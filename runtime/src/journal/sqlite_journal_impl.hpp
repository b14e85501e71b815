// The journal's class, for its own files: opening and transactions in one, rows in the other.
#pragma once

#include "journal/places.hpp"
#include "journal/sqlite_journal.hpp"
#include "sqlite/database.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace roi::journaling {

class sqlite_journal final : public journal_store {
public:
    explicit sqlite_journal(const sqlite_journal_options& options);

    identity who() const override { return who_; }
    std::string_view kind() const noexcept override { return "sqlite"; }
    void* native_handle() noexcept override { return db_.handle(); }
    std::string describe() const override { return db_.file().string(); }
    void load(visitor& to) override;

    bool begin(std::string& why) override;
    bool in_transaction() const noexcept override { return db_.in_transaction(); }
    int savepoint() override;
    void release(int savepoint) override;
    void roll_back_to(int savepoint) override;
    commit_result commit(std::string& why) override;
    commit_result roll_back(std::string& why) override;
    bool is_poisoned() const noexcept override { return db_.is_poisoned(); }

    void put_session(const stored::session& one) override;
    void delete_session(const stored::id& session) override;
    void put_call(const stored::call& one, const stored::acknowledged& done) override;
    void acknowledge(const stored::id& session, const stored::acknowledged& done) override;
    void put_post(const stored::post& one) override;
    void put_progress(std::uint64_t post, const stored::post_progress& how) override;
    void delete_post(std::uint64_t post) override;
    void put_client(const stored::client& one) override;
    void delete_client(const stored::id& client) override;
    void put_value(std::string_view name, std::span<const std::byte> value) override;
    void delete_value(std::string_view name) override;

    bool is_short_of_room() const noexcept override { return is_short_of_room_; }
    commit_result tidy(pace how, std::string& why) override;

private:
    using statement = sqlite::statement;

    /// While one lives, the connection works for us and not for a user's method.
    class by_us {
    public:
        explicit by_us(sqlite_journal& who) noexcept : who_{who}, before_{who.is_ours_} {
            who.is_ours_ = true;
        }
        by_us(const by_us&) = delete;
        by_us& operator=(const by_us&) = delete;
        ~by_us() { who_.is_ours_ = before_; }

    private:
        sqlite_journal& who_;
        bool before_;
    };
    /// A statement that is prepared when it is used for the first time.
    class lazy {
    public:
        explicit lazy(const char* sql) noexcept : sql_{sql} {}
        statement& on(sqlite3* db) {
            if (!made_) made_.emplace(db, sql_);
            return *made_;
        }

    private:
        const char* sql_;
        std::optional<statement> made_;
    };

    struct level;

    sqlite::database_options database_options(const sqlite_journal_options& options);
    void inspect(const sqlite::database& db);
    void come_alive();
    bool write_identity(const identity& before, std::string& why);
    void forget_all();
    void watch_methods();

    level& level_of(int savepoint);
    statement& use(lazy& which);
    void run(statement& what, const char* doing);
    places::session& session_of(const stored::id& id);
    void load_sessions(std::vector<stored::session>& to);
    void load_calls(visitor* to, std::vector<stored::session>& sessions);
    void load_posts(visitor& to);
    void load_rest(visitor& to);
    [[noreturn]] void is_corrupt(const std::string& what) const;

    void give_reserve_back() noexcept;
    void note_room() noexcept;

    const sqlite_journal_options options_;
    std::optional<identity> found_;  // in the file, when it was opened
    bool is_replaced_ = false;       // it was at a later state before
    sqlite::database db_;            // before the statements, which end before it
    identity who_;
    places places_;
    bool is_ours_ = false;
    bool may_commit_ = false;
    bool has_reserve_ = false;
    bool is_short_of_room_ = false;
    unsigned idle_times_ = 0;

    struct level {
        statement begin, release, roll_back_to;
    };
    std::deque<level> levels_;  // of savepoints
    lazy put_session_{
        "INSERT OR REPLACE INTO roi_sessions(number, id, key, client, client_epoch, nonce, "
        "principal, last_used_ms, durable, sum, below, above, done_sum) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"};
    lazy put_done_{
        "UPDATE roi_sessions SET below = ?2, above = ?3, done_sum = ?4 WHERE number = ?1"};
    lazy delete_session_{"DELETE FROM roi_sessions WHERE number = ?1"};
    lazy new_call_{
        "INSERT INTO roi_calls(place, session, sequence, object, fingerprint, state, below, above, "
        "reply, sum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
    lazy put_call_{
        "UPDATE roi_calls SET session = ?2, sequence = ?3, object = ?4, fingerprint = ?5, "
        "state = ?6, below = ?7, above = ?8, reply = ?9, sum = ?10 WHERE place = ?1"};
    lazy delete_call_{"DELETE FROM roi_calls WHERE place = ?1"};
    lazy put_post_{
        "INSERT OR REPLACE INTO roi_posts(id, state, session, sequence, journal, journal_epoch, "
        "answer, progress_sum, key, scope, name, endpoint, object, interface, fingerprint, method, "
        "arguments, made_ms, sum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
        "?14, ?15, ?16, ?17, ?18, ?19)"};
    lazy put_progress_{
        "UPDATE roi_posts SET state = ?2, session = ?3, sequence = ?4, journal = ?5, "
        "journal_epoch = ?6, answer = ?7, progress_sum = ?8 WHERE id = ?1"};
    lazy delete_post_{"DELETE FROM roi_posts WHERE id = ?1"};
    lazy put_client_{"INSERT OR REPLACE INTO roi_clients(id, epoch, sum) VALUES(?1, ?2, ?3)"};
    lazy delete_client_{"DELETE FROM roi_clients WHERE id = ?1"};
    lazy put_value_{"INSERT OR REPLACE INTO roi_values(name, value, sum) VALUES(?1, ?2, ?3)"};
    lazy delete_value_{"DELETE FROM roi_values WHERE name = ?1"};
};

}  // namespace roi::journaling
