// Rows of the journal's tables, each with its sum.
#include "journal/checksum.hpp"
#include "journal/sqlite_journal_impl.hpp"
#include "journal/tables.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace roi::journaling {
namespace {

using bytes = std::span<const std::byte>;

std::uint64_t as_number(std::int64_t n) {
    return static_cast<std::uint64_t>(n);
}

std::uint64_t sum_of(std::int64_t number, const stored::session& s) {
    return (checksum{} << as_number(number) << s.id << s.key << s.client << s.client_epoch
                       << s.nonce << std::string_view{s.principal} << as_number(s.last_used_ms)
                       << std::uint64_t{s.is_durable})
        .value();
}

std::uint64_t sum_of(std::int64_t number, std::uint64_t below, bytes above) {
    return (checksum{} << as_number(number) << below << above).value();
}

std::uint64_t sum_of(std::int64_t place, std::int64_t session, const stored::call& c,
                     std::uint64_t below, bytes above) {
    return (checksum{} << as_number(place) << as_number(session) << c.sequence << c.object
                       << c.fingerprint << static_cast<std::uint64_t>(c.state) << below << above
                       << c.reply)
        .value();
}

std::uint64_t sum_of(const stored::post& p) {
    return (checksum{} << p.id << p.key << p.scope << p.name << p.endpoint << p.object
                       << p.interface_name << p.interface_fingerprint << p.method << p.arguments
                       << as_number(p.made_ms))
        .value();
}

std::uint64_t sum_of(std::uint64_t post, const stored::post_progress& p) {
    return (checksum{} << post << static_cast<std::uint64_t>(p.state) << p.session << p.sequence
                       << p.journal << p.journal_epoch << p.answer)
        .value();
}

std::uint64_t sum_of(const stored::client& c) {
    return (checksum{} << c.id << c.epoch).value();
}

std::uint64_t sum_of(std::string_view name, bytes value) {
    return (checksum{} << name << value).value();
}

/// Rising, apart from each other, and without those that `below` has reached.
void tidy_up(stored::acknowledged& done) {
    std::vector<stored::range>& all = done.above;
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first < b.first; });
    std::vector<stored::range> joined;
    for (const stored::range& each : all) {
        if (each.last < done.below) continue;
        if (!joined.empty() && each.first <= joined.back().last) {
            joined.back().last = std::max(joined.back().last, each.last);
        } else {
            joined.push_back(each);
        }
    }
    all = std::move(joined);
}

bool covers(const stored::acknowledged& done, std::uint64_t sequence) {
    return sequence < done.below ||
           std::any_of(done.above.begin(), done.above.end(), [&](const stored::range& r) {
               return r.first <= sequence && sequence <= r.last;
           });
}

}  // namespace

void sqlite_journal::is_corrupt(const std::string& what) const {
    db_.refuse(sqlite::problem::corrupt, "is corrupt (" + what + "). It was left as it is");
}

places::session& sqlite_journal::session_of(const stored::id& id) {
    if (places::session* found = places_.find(id)) return *found;
    throw journal_error{"a call of a session that is not stored"};
}

// Sessions and calls.

void sqlite_journal::put_session(const stored::session& one) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    places::session* found = places_.find(one.id);
    places::session& in = found ? *found : places_.add(one.id);
    const auto id = bytes_of(one.id);
    const auto key = bytes_of(one.key);
    const auto client = bytes_of(one.client);
    const auto above = bytes_of(one.done.above);
    statement& s = use(put_session_);
    s.bind(1, in.number);
    s.bind(2, id);
    s.bind(3, key);
    s.bind(4, client);
    s.bind(5, one.client_epoch);
    s.bind(6, one.nonce);
    s.bind(7, std::string_view{one.principal});
    s.bind(8, one.last_used_ms);
    s.bind(9, std::int64_t{one.is_durable});
    s.bind(10, sum_of(in.number, one));
    s.bind(11, one.done.below);
    s.bind(12, bytes{above});
    s.bind(13, sum_of(in.number, one.done.below, above));
    run(s, "a session");
}

void sqlite_journal::delete_session(const stored::id& session) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    places::session* const found = places_.find(session);
    if (!found) return;
    statement& row = use(delete_call_);
    const auto drop = [&](std::int64_t place) {
        row.bind(1, place);
        run(row, "the calls of a session");
    };
    for (const auto& [sequence, place] : found->taken)
        drop(place);
    for (const std::int64_t place : found->free)
        drop(place);
    statement& s = use(delete_session_);
    s.bind(1, found->number);
    run(s, "a session's end");
    places_.remove(session);
}

void sqlite_journal::put_call(const stored::call& one, const stored::acknowledged& done) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    places::session& in = session_of(one.session);
    places_.free_acknowledged(in, done);
    const places::found at = places_.take(in, one.sequence);
    const auto object = bytes_of(one.object);
    const auto above = bytes_of(done.above);
    statement& s = use(at.is_new ? new_call_ : put_call_);
    s.bind(1, at.place);
    s.bind(2, in.number);
    s.bind(3, one.sequence);
    s.bind(4, object);
    s.bind(5, one.fingerprint);
    s.bind(6, static_cast<std::int64_t>(one.state));
    s.bind(7, done.below);
    s.bind(8, bytes{above});
    s.bind(9, one.reply);
    s.bind(10, sum_of(at.place, in.number, one, done.below, above));
    run(s, "a call");
    // It would be lost silently, and with it what keeps the call from running twice.
    if (sqlite3_changes(db_.handle()) != 1) throw journal_error{"a call has lost its place"};
}

void sqlite_journal::acknowledge(const stored::id& session, const stored::acknowledged& done) {
    // Rows that the next calls will want again, unless room is short.
    constexpr std::size_t kept = 4;
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    places::session& in = session_of(session);
    places_.free_acknowledged(in, done);
    const auto above = bytes_of(done.above);
    statement& s = use(put_done_);
    s.bind(1, in.number);
    s.bind(2, done.below);
    s.bind(3, bytes{above});
    s.bind(4, sum_of(in.number, done.below, above));
    run(s, "an acknowledgement");
    statement& row = use(delete_call_);
    while (in.free.size() > (is_short_of_room_ ? 0 : kept)) {
        row.bind(1, places_.drop_free(in));
        run(row, "an acknowledged call");
    }
}

// Posts, clients, values.

void sqlite_journal::put_post(const stored::post& one) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    const auto session = bytes_of(one.progress.session);
    const auto journal = bytes_of(one.progress.journal);
    const auto object = bytes_of(one.object);
    const auto fingerprint = bytes_of(one.interface_fingerprint);
    statement& s = use(put_post_);
    s.bind(1, one.id);
    s.bind(2, static_cast<std::int64_t>(one.progress.state));
    s.bind(3, session);
    s.bind(4, one.progress.sequence);
    s.bind(5, journal);
    s.bind(6, one.progress.journal_epoch);
    s.bind(7, one.progress.answer);
    s.bind(8, sum_of(one.id, one.progress));
    s.bind(9, one.key);
    s.bind(10, one.scope);
    s.bind(11, one.name);
    s.bind(12, one.endpoint);
    s.bind(13, object);
    s.bind(14, one.interface_name);
    s.bind(15, fingerprint);
    s.bind(16, one.method);
    s.bind(17, one.arguments);
    s.bind(18, one.made_ms);
    s.bind(19, sum_of(one));
    run(s, "a posted call");
}

void sqlite_journal::put_progress(std::uint64_t post, const stored::post_progress& how) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    const auto session = bytes_of(how.session);
    const auto journal = bytes_of(how.journal);
    statement& s = use(put_progress_);
    s.bind(1, post);
    s.bind(2, static_cast<std::int64_t>(how.state));
    s.bind(3, session);
    s.bind(4, how.sequence);
    s.bind(5, journal);
    s.bind(6, how.journal_epoch);
    s.bind(7, how.answer);
    s.bind(8, sum_of(post, how));
    run(s, "the progress of a posted call");
    if (sqlite3_changes(db_.handle()) != 1) throw journal_error{"there is no such posted call"};
}

void sqlite_journal::delete_post(std::uint64_t post) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    statement& s = use(delete_post_);
    s.bind(1, post);
    run(s, "a posted call's end");
}

void sqlite_journal::put_client(const stored::client& one) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    const auto id = bytes_of(one.id);
    statement& s = use(put_client_);
    s.bind(1, id);
    s.bind(2, one.epoch);
    s.bind(3, sum_of(one));
    run(s, "a client");
}

void sqlite_journal::delete_client(const stored::id& client) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    const auto id = bytes_of(client);
    statement& s = use(delete_client_);
    s.bind(1, id);
    run(s, "a client's end");
}

void sqlite_journal::put_value(std::string_view name, bytes value) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    statement& s = use(put_value_);
    s.bind(1, name);
    s.bind(2, value);
    s.bind(3, sum_of(name, value));
    run(s, "a value");
}

void sqlite_journal::delete_value(std::string_view name) {
    if (!in_transaction()) throw journal_error{"the transaction has ended"};
    statement& s = use(delete_value_);
    s.bind(1, name);
    run(s, "a value's end");
}

// Loading.

void sqlite_journal::load(visitor& to) {
    const by_us here{*this};
    try {
        std::vector<stored::session> sessions;
        load_sessions(sessions);
        // Twice: what was acknowledged stands in any row, and is told with the session.
        load_calls(nullptr, sessions);
        const std::vector<stored::session> known = sessions;
        for (stored::session& each : sessions)
            to.on_session(std::move(each));
        sessions = known;
        load_calls(&to, sessions);
        load_posts(to);
        load_rest(to);
    } catch (const sqlite::error& e) {
        throw journal_error{e.what()};
    }
}

void sqlite_journal::load_sessions(std::vector<stored::session>& to) {
    statement all{db_.handle(),
                  "SELECT number, id, key, client, client_epoch, nonce, principal, last_used_ms, "
                  "durable, sum, below, above, done_sum FROM roi_sessions ORDER BY number"};
    while (all.next()) {
        const auto number = static_cast<std::int64_t>(all.number(0));
        const std::string which = "session " + std::to_string(number);
        stored::session s;
        s.id = id_from(all.bytes(1));
        s.key = id_from(all.bytes(2));
        s.client = id_from(all.bytes(3));
        s.client_epoch = all.number(4);
        s.nonce = all.number(5);
        s.principal = all.text(6);
        s.last_used_ms = static_cast<std::int64_t>(all.number(7));
        s.is_durable = all.number(8) != 0;
        s.done.below = all.number(10);
        s.done.above = ranges_from(all.bytes(11));
        if (all.number(9) != sum_of(number, s) ||
            all.number(12) != sum_of(number, s.done.below, all.bytes(11))) {
            is_corrupt(which + " is damaged");
        }
        if (places_.find(s.id)) is_corrupt(which + " is there twice");
        places_.restore(s.id, number);
        to.push_back(std::move(s));
    }
}

/// Without `to`: completes what the sessions' callers have acknowledged.
void sqlite_journal::load_calls(visitor* to, std::vector<stored::session>& sessions) {
    std::unordered_map<std::int64_t, stored::session*> by_number;
    for (stored::session& each : sessions)
        by_number[places_.find(each.id)->number] = &each;
    statement all{db_.handle(),
                  "SELECT place, session, sequence, object, fingerprint, state, below, above, "
                  "reply, sum FROM roi_calls ORDER BY place"};
    while (all.next()) {
        const auto place = static_cast<std::int64_t>(all.number(0));
        const auto number = static_cast<std::int64_t>(all.number(1));
        const auto found = by_number.find(number);
        const std::string which = "call " + std::to_string(place);
        if (found == by_number.end()) is_corrupt(which + " is of no session");
        stored::session& in = *found->second;
        stored::call c;
        c.session = in.id;
        c.sequence = all.number(2);
        c.object = id_from(all.bytes(3));
        c.fingerprint = all.number(4);
        c.state = static_cast<stored::call_state>(all.number(5));
        c.reply = all.bytes(8);
        const std::uint64_t below = all.number(6);
        const bytes above = all.bytes(7);
        if (all.number(9) != sum_of(place, number, c, below, above)) {
            is_corrupt(which + " is damaged");
        }
        if (!to) {
            in.done.below = std::max(in.done.below, below);
            const auto ranges = ranges_from(above);
            in.done.above.insert(in.done.above.end(), ranges.begin(), ranges.end());
            continue;
        }
        places::session& at = *places_.find(in.id);
        if (covers(in.done, c.sequence)) {
            places_.restore_free(at, place);
            continue;
        }
        if (at.taken.count(c.sequence) != 0) is_corrupt(which + " is there twice");
        places_.restore_taken(at, c.sequence, place);
        to->on_call(c);
    }
    if (to) return;
    for (stored::session& each : sessions)
        tidy_up(each.done);
}

void sqlite_journal::load_posts(visitor& to) {
    statement all{db_.handle(),
                  "SELECT id, state, session, sequence, journal, journal_epoch, answer, "
                  "progress_sum, key, scope, name, endpoint, object, interface, fingerprint, "
                  "method, arguments, made_ms, sum FROM roi_posts ORDER BY id"};
    while (all.next()) {
        stored::post p;
        p.id = all.number(0);
        p.progress.state = static_cast<stored::post_state>(all.number(1));
        p.progress.session = id_from(all.bytes(2));
        p.progress.sequence = all.number(3);
        p.progress.journal = id_from(all.bytes(4));
        p.progress.journal_epoch = all.number(5);
        p.progress.answer = all.bytes(6);
        p.key = all.text(8);
        p.scope = all.text(9);
        p.name = all.text(10);
        p.endpoint = all.text(11);
        p.object = id_from(all.bytes(12));
        p.interface_name = all.text(13);
        p.interface_fingerprint = id_from(all.bytes(14));
        p.method = all.number(15);
        p.arguments = all.bytes(16);
        p.made_ms = static_cast<std::int64_t>(all.number(17));
        if (all.number(7) != sum_of(p.id, p.progress) || all.number(18) != sum_of(p)) {
            is_corrupt("posted call " + std::to_string(p.id) + " is damaged");
        }
        to.on_post(p);
    }
}

void sqlite_journal::load_rest(visitor& to) {
    statement clients{db_.handle(), "SELECT id, epoch, sum FROM roi_clients"};
    while (clients.next()) {
        const stored::client c{id_from(clients.bytes(0)), clients.number(1)};
        if (clients.number(2) != sum_of(c)) is_corrupt("a client is damaged");
        to.on_client(c);
    }
    statement values{db_.handle(), "SELECT name, value, sum FROM roi_values"};
    while (values.next()) {
        if (values.number(2) != sum_of(values.text(0), values.bytes(1))) {
            is_corrupt("a value is damaged");
        }
        to.on_value(values.text(0), values.bytes(1));
    }
}

}  // namespace roi::journaling
