// Opening, identity, transactions, and the room that is set aside.
#include "journal/sqlite_journal.hpp"

#include "journal/method_rules.hpp"
#include "journal/sqlite_journal_impl.hpp"
#include "journal/tables.hpp"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace roi::journaling {
namespace {

using sqlite::problem;

std::string advice(problem kind) {
    switch (kind) {
        case problem::unwritable:
            return ". Give a file in a directory of your own";
        case problem::network:
            return ". Give a file on a local disk";
        case problem::locked:
            return ". One process at a time can have a journal";
        case problem::corrupt:
        case problem::not_rewritten:
            return "; look at the disk, and restore a backup";
        case problem::newer:
            return "; use the newer version";
        case problem::older_copy:
            return ". Calls that ran since then would run again, so put the right file back. Where "
                   "that is lost, open it with accept_data_loss: clients are told that they cannot "
                   "know what ran";
        default:
            return {};
    }
}

stored::id random_id() {
    stored::id id;
    for (std::uint64_t* half : {&id.high, &id.low}) {
        if (::getrandom(half, sizeof *half, 0) != sizeof *half) {
            throw std::system_error{errno, std::generic_category(), "random bytes"};
        }
    }
    return id;
}

commit_result told(sqlite::result how) {
    switch (how) {
        case sqlite::result::done:
            return commit_result::durable;
        case sqlite::result::refused:
            return commit_result::refused;
        default:
            return commit_result::poisoned;
    }
}

std::filesystem::path reserve_of(const std::filesystem::path& file) {
    return file.string() + "-reserve";
}

}  // namespace

sqlite::database_options sqlite_journal::database_options(const sqlite_journal_options& options) {
    sqlite::database_options out;
    out.file = std::filesystem::absolute(options.file);
    out.lock = out.file.string() + "-lock";
    out.owner = !options.owner.empty() ? options.owner
                                       : std::string{::program_invocation_short_name} + ", pid " +
                                             std::to_string(::getpid());
    out.subject = "the journal";
    out.advice = advice;
    out.extend = options.extend;
    out.inspect = [this](const sqlite::database& db) { inspect(db); };
    if (options.type_of_file_system) out.type_of_file_system = options.type_of_file_system;
    out.on = options.on;
    return out;
}

sqlite_journal::sqlite_journal(const sqlite_journal_options& options)
    : options_(options), db_(database_options(options)) {
    // Statements of a batch may dirty more pages than SQLite keeps by default; what it then writes
    // ahead of the commit, it writes twice.
    db_.run("PRAGMA cache_size=-16384");
    come_alive();
    watch_methods();
}

/// Before anything is written: the members that it uses stand before the database.
void sqlite_journal::inspect(const sqlite::database& db) {
    found_ = read_identity(db);
    is_replaced_ = false;
    const auto last = identity_from(db.note());
    if (!last) return;
    std::string text;
    if (!found_) {
        text = "has no journal, and had one before: it was replaced by another file";
    } else if (found_->journal != last->journal) {
        text = "is another one than was here before";
    } else if (found_->epoch < last->epoch) {
        text = "is an older copy of itself: it was opened " + std::to_string(found_->epoch) +
               " times, and the original " + std::to_string(last->epoch) + " times";
        is_replaced_ = true;
    }
    if (!text.empty() && !options_.accept_data_loss) {
        db.refuse(problem::older_copy, text + ". It was left as it is");
    }
}

/// One more life, durably, before anybody is answered.
void sqlite_journal::come_alive() {
    const by_us here{*this};
    identity before;
    if (found_) before = *found_;
    // A copy does not know what has run since it was made. So nobody may take it for the original.
    if (!found_ || is_replaced_) {
        before.journal = options_.make_id ? options_.make_id() : random_id();
    }
    has_reserve_ = db_.on().exists(reserve_of(db_.file()));
    std::string why;
    if (!write_identity(before, why)) {
        const bool may_help = db_.take_full() && has_reserve_;
        if (may_help) give_reserve_back();
        if (!may_help || !write_identity(before, why)) {
            db_.refuse(problem::unwritable, "cannot be written: " + why);
        }
    }
    db_.set_note(note_of(who_));
    if (!has_reserve_ && !is_short_of_room_) {
        has_reserve_ = db_.on().reserve(reserve_of(db_.file()), options_.reserve) == 0;
    }
}

bool sqlite_journal::write_identity(const identity& before, std::string& why) {
    const identity next{before.journal, before.epoch + 1};
    if (!db_.begin(why)) return false;
    try {
        if (!found_) make_tables(db_);
        if (is_replaced_) forget_all();
        put_identity(db_, next);
    } catch (const std::runtime_error& e) {
        why = e.what();
        std::string ignored;
        db_.roll_back(ignored);
        return false;
    }
    if (db_.commit(why) != sqlite::result::done) return false;
    who_ = next;
    return true;
}

/// What may have run since the copy was made: its sessions, and what it was to send.
void sqlite_journal::forget_all() {
    for (const char* table : {"roi_calls", "roi_sessions", "roi_clients"})
        db_.run(("DELETE FROM " + std::string{table}).c_str());
    std::vector<std::uint64_t> unanswered;
    {
        statement posts{db_.handle(), "SELECT id FROM roi_posts WHERE state IN (1, 2)"};
        while (posts.next())
            unanswered.push_back(posts.number(0));
    }
    for (const std::uint64_t each : unanswered)
        put_progress(each, {.state = stored::post_state::in_doubt});
}

/// From here on the connection is in the hands of methods, but for what we do ourselves.
void sqlite_journal::watch_methods() {
    sqlite3_set_authorizer(
        db_.handle(),
        [](void* self, int action, const char* first, const char* second, const char*,
           const char*) {
            return static_cast<sqlite_journal*>(self)->is_ours_
                       ? SQLITE_OK
                       : may_prepare(action, first, second);
        },
        this);
    // A statement that rolled the transaction back may be followed by one that commits by itself.
    sqlite3_commit_hook(
        db_.handle(),
        [](void* self) { return static_cast<sqlite_journal*>(self)->may_commit_ ? 0 : 1; }, this);
}

// Transactions.

bool sqlite_journal::begin(std::string& why) {
    const by_us here{*this};
    return db_.begin(why);
}

int sqlite_journal::savepoint() {
    // Outside of a transaction it would begin one.
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    run(level_of(places_.depth() + 1).begin, "a savepoint");
    return places_.savepoint();
}

void sqlite_journal::release(int savepoint) {
    int unmet = 0;
    int most = 0;
    sqlite3_db_status(db_.handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &unmet, &most, 0);
    if (unmet != 0) throw journal_error{"FOREIGN KEY constraint failed"};
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    run(level_of(savepoint).release, "the end of a savepoint");
    places_.release(savepoint);
}

void sqlite_journal::roll_back_to(int savepoint) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    run(level_of(savepoint).roll_back_to, "undoing");
    places_.roll_back_to(savepoint);
}

/// Their names tell them apart: a method may leave some of its own within.
sqlite_journal::level& sqlite_journal::level_of(int savepoint) {
    const by_us here{*this};
    while (levels_.size() < static_cast<std::size_t>(savepoint)) {
        const std::string name = "roi" + std::to_string(levels_.size() + 1);
        levels_.push_back({statement{db_.handle(), ("SAVEPOINT " + name).c_str()},
                           statement{db_.handle(), ("RELEASE " + name).c_str()},
                           statement{db_.handle(), ("ROLLBACK TO " + name).c_str()}});
    }
    return levels_[static_cast<std::size_t>(savepoint) - 1];
}

commit_result sqlite_journal::commit(std::string& why) {
    const by_us here{*this};
    may_commit_ = true;
    const sqlite::result how = db_.commit(why);
    may_commit_ = false;
    if (how == sqlite::result::done) {
        places_.commit();
    } else {
        places_.roll_back();
    }
    note_room();
    return told(how);
}

commit_result sqlite_journal::roll_back(std::string& why) {
    const by_us here{*this};
    const sqlite::result how = db_.roll_back(why);
    places_.roll_back();
    note_room();
    return told(how);
}

sqlite::statement& sqlite_journal::use(lazy& which) {
    const by_us here{*this};
    return which.on(db_.handle());
}

void sqlite_journal::run(statement& what, const char* doing) {
    const by_us here{*this};  // after a change of the tables it is prepared again
    if (!what.run()) throw journal_error{std::string{doing} + ": " + db_.last_error()};
}

// Upkeep.

void sqlite_journal::give_reserve_back() noexcept {
    db_.on().remove(reserve_of(db_.file()));
    has_reserve_ = false;
    is_short_of_room_ = true;
}

void sqlite_journal::note_room() noexcept {
    if (db_.take_full()) give_reserve_back();
}

commit_result sqlite_journal::tidy(pace how, std::string& why) {
    const by_us here{*this};
    const int most = how == pace::idle ? options_.idle_pages : options_.busy_pages;
    commit_result out = commit_result::durable;
    if (db_.log_pages() >= most || (is_short_of_room_ && db_.log_pages() > 0)) {
        out = told(db_.checkpoint(why));
    }
    // To ask for room costs a little, and asking is in vain for as long as the disk is full.
    if (out == commit_result::durable && !has_reserve_ && how == pace::idle &&
        (is_short_of_room_ || ++idle_times_ % 1024 == 0)) {
        has_reserve_ = db_.on().reserve(reserve_of(db_.file()), options_.reserve) == 0;
        if (has_reserve_) is_short_of_room_ = false;
    }
    db_.take_full();  // a checkpoint that found no room says so by itself
    return out;
}

std::unique_ptr<journal_store> open_sqlite_journal(const sqlite_journal_options& options) {
    try {
        return std::make_unique<sqlite_journal>(options);
    } catch (const sqlite::error& e) {
        throw journal_error{e.what()};
    } catch (const std::filesystem::filesystem_error& e) {
        throw journal_error{e.what()};
    }
}

}  // namespace roi::journaling
