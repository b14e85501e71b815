// The server's methods, and the comparison.
#include "fault/exactly_once.hpp"

#include <algorithm>
#include <stdexcept>

namespace roi::fault {
namespace {

using journaling::refusal;
using journaling::work;

bool covers(const stored::acknowledged& done, std::uint64_t sequence) {
    return sequence < done.below ||
           std::any_of(done.above.begin(), done.above.end(), [&](const stored::range& r) {
               return r.first <= sequence && sequence <= r.last;
           });
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_string(const call_name& name) {
    return "call " + std::to_string(name.first) + "/" + std::to_string(name.second);
}

void exec(sqlite3* db, const std::string& sql) {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error{sql + ": " + sqlite3_errmsg(db)};
    }
}

}  // namespace

stored::id session_id(std::uint64_t number) {
    return {0x1111, number};
}

std::int64_t number_of(sqlite3* db, const std::string& sql) {
    sqlite3_stmt* s = nullptr;
    std::int64_t out = 0;
    int code = sqlite3_prepare_v2(db, sql.c_str(), -1, &s, nullptr);
    if (code == SQLITE_OK) {
        code = sqlite3_step(s);
        out = sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
    }
    if (code != SQLITE_ROW) throw std::runtime_error{sql + ": " + sqlite3_errmsg(db)};
    return out;
}

std::vector<std::uint64_t> client::unanswered(std::uint64_t session) const {
    std::vector<std::uint64_t> out;
    for (const auto& [name, call] : calls) {
        if (name.first == session && call.is == fate::unknown) out.push_back(name.second);
    }
    return out;
}

void client::acknowledge(std::uint64_t session, std::uint64_t sequence) {
    stored::acknowledged next;
    for (const auto& [name, call] : calls) {
        if (name.first != session || name.second > sequence || call.is == fate::unknown) continue;
        if (name.second == next.below) {
            ++next.below;
        } else if (!next.above.empty() && next.above.back().last + 1 == name.second) {
            next.above.back().last = name.second;
        } else {
            next.above.push_back({name.second, name.second});
        }
    }
    done[session] = next;
}

/// Something else than a call; nobody waits for it.
struct server::task final : work {
    explicit task(std::function<void(journal_store&)> body) : body_{std::move(body)} {}
    verdict run(journal_store& store, int) override {
        body_(store);
        return verdict::keep;
    }
    void committed() noexcept override {}
    void not_committed(refusal, std::string_view) noexcept override {}
    void poisoned() noexcept override {}
    bool frees_room() const noexcept override { return true; }

    std::function<void(journal_store&)> body_;
};

struct server::one_call final : work {
    server& at;
    call_name name;
    client_call& from;
    std::optional<row> ran = {};
    std::string answer = {};

    one_call(server& where, const call_name& what, client_call& call)
        : at{where}, name{what}, from{call} {}

    verdict run(journal_store& store, int savepoint) override {
        if (const auto known = at.rows.find(name); known != at.rows.end()) {
            answer = known->second.reply;
            return verdict::keep;
        }
        const stored::acknowledged& done = at.client_.done[name.first];
        if (covers(at.done[name.first], name.second)) {
            throw std::logic_error{to_string(name) + " was acknowledged, and sent again"};
        }
        answer = "did " + std::to_string(name.second);
        if (from.what == deed::large) answer.resize(9'000, 'x');
        try {
            transfer();
            if (from.what == deed::throws) throw std::runtime_error{"planned"};
            if (from.what == deed::posts) {
                const std::string arguments(300, 'a');
                store.put_post({.id = name.second,
                                .scope = "/team",
                                .name = "other",
                                .interface_name = "demo.Other",
                                .method = 7,
                                .arguments = std::as_bytes(std::span{arguments})});
            }
        } catch (const std::runtime_error& e) {
            if (from.what != deed::throws) throw;
            store.roll_back_to(savepoint);
            answer = e.what();
        }
        const stored::call record{.session = session_id(name.first),
                                  .sequence = name.second,
                                  .object = {5, 6},
                                  .fingerprint = 77 * name.second,
                                  .reply = std::as_bytes(std::span{answer})};
        store.put_call(record, done);
        ran = row{stored::call_state::done, answer};
        return verdict::keep;
    }

    void transfer() const {
        exec(at.db(), "UPDATE accounts SET balance = balance - 1 WHERE id = 0");
        exec(at.db(), "UPDATE accounts SET balance = balance + 1 WHERE id = 1");
        exec(at.db(), "INSERT INTO effects VALUES(" + std::to_string(name.first) + ", " +
                          std::to_string(name.second) + ")");
    }

    void committed() noexcept override {
        if (ran) at.rows[name] = *ran;
        if (!at.is_heard()) return;
        from.is = fate::executed;
        from.reply = answer;
    }
    void not_committed(refusal, std::string_view) noexcept override {
        if (at.is_heard()) from.is = fate::not_executed;
    }
    void poisoned() noexcept override {}
};

server::server(const journaling::sqlite_journal_options& options, client& of,
               journaling::batch_writer::options with)
    : client_{of} {
    auto store = journaling::open_sqlite_journal(options);
    store->load(*this);
    with.on_poisoned = [this](const std::string&) { is_poisoned = true; };
    with.threads = journaling::batch_writer::options::threading::none;
    writer = std::make_unique<journaling::batch_writer>(std::move(store), std::move(with));
}

server::~server() = default;

void server::run(std::function<void(journal_store&)> what) {
    task one{std::move(what)};
    writer->submit(one);
    writer->run_batch();
}

void server::set_up(const std::vector<std::uint64_t>& sessions) {
    run([&](journal_store& store) {
        exec(db(), "CREATE TABLE IF NOT EXISTS accounts(id INTEGER PRIMARY KEY, balance INTEGER)");
        exec(db(), "CREATE TABLE IF NOT EXISTS effects(session INTEGER, sequence INTEGER)");
        exec(db(), "INSERT OR IGNORE INTO accounts VALUES(0, 1000), (1, 0)");
        for (const std::uint64_t each : sessions) {
            if (done.count(each) != 0) continue;
            stored::session s;
            s.id = session_id(each);
            s.key = {1, 2};
            s.principal = "alice";
            store.put_session(s);
        }
    });
}

void server::call(const std::vector<std::pair<call_name, deed>>& calls) {
    std::deque<one_call> running;
    std::vector<work*> together;
    for (const auto& [name, what] : calls) {
        client_call& known =
            client_.calls.try_emplace(name, client_call{.what = what}).first->second;
        together.push_back(&running.emplace_back(*this, name, known));
    }
    writer->submit(together);
    while (writer->run_batch() != 0) {
    }
}

void server::acknowledge(std::uint64_t session) {
    run([&](journal_store& store) {
        store.acknowledge(session_id(session), client_.done[session]);
    });
}

void server::end_session(std::uint64_t session) {
    run([&](journal_store& store) { store.delete_session(session_id(session)); });
}

void server::dispatch_posts() {
    run([&](journal_store& store) {
        for (const auto& [id, state] : posts) {
            if (state == stored::post_state::waiting) {
                store.put_progress(id, {.state = stored::post_state::sent, .sequence = 3});
            } else {
                store.delete_post(id);
            }
        }
    });
}

void server::tidy() {
    writer->tidy(journal_store::pace::idle);
}

std::string server::check() const {
    std::string wrong;
    const auto expect = [&](bool good, const std::string& what) {
        if (!good) wrong += what + "\n";
    };
    if (number_of(db(), "SELECT count(*) FROM sqlite_schema WHERE name = 'effects'") == 0) {
        for (const auto& [name, call] : client_.calls) {
            expect(call.is != fate::executed, to_string(name) + " was answered, and is lost");
        }
        return wrong;
    }
    std::int64_t effects = 0;
    for (const auto& [name, call] : client_.calls) {
        const std::int64_t count = number_of(
            db(), "SELECT count(*) FROM effects WHERE session = " + std::to_string(name.first) +
                      " AND sequence = " + std::to_string(name.second));
        effects += count;
        const auto at = rows.find(name);
        const bool has_row = at != rows.end();
        const bool is_done = has_row && at->second.state == stored::call_state::done;
        const auto in = done.find(name.first);
        // Forgotten rightly: acknowledged, or its session has ended.
        const bool is_forgotten = in == done.end() || covers(in->second, name.second);
        const std::string who = to_string(name) + ": ";
        expect(count <= 1, who + "more than one effect");
        if (call.what == deed::throws) expect(count == 0, who + "an effect of what failed");
        switch (call.is) {
            case fate::executed:
                if (call.what != deed::throws) expect(count == 1, who + "answered, and no effect");
                expect(is_done || is_forgotten, who + "answered, and not recorded");
                if (is_done) expect(at->second.reply == call.reply, who + "another answer");
                break;
            case fate::not_executed:
                expect(count == 0, who + "told that it did not run, and an effect");
                expect(!is_done, who + "told that it did not run, and recorded");
                break;
            case fate::unknown:
                expect(in == done.end() || !is_forgotten, who + "forgotten without being answered");
                if (call.what != deed::throws) {
                    expect(is_done == (count == 1), who + "effect and record disagree");
                }
                break;
        }
    }
    expect(effects == number_of(db(), "SELECT count(*) FROM effects"), "effects of no call");
    expect(number_of(db(), "SELECT sum(balance) FROM accounts") == 1000, "money was made or lost");
    expect(number_of(db(), "SELECT balance FROM accounts WHERE id = 1") == effects,
           "balances and effects disagree");
    return wrong;
}

void server::on_session(stored::session&& one) {
    done[one.id.low] = std::move(one.done);
}

void server::on_call(const stored::call& one) {
    rows[{one.session.low, one.sequence}] = {one.state, text_of(one.reply)};
}

void server::on_post(const stored::post& one) {
    posts[one.id] = one.progress.state;
}

}  // namespace roi::fault
