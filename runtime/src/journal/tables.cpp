// Tables and identity in SQL, identities and ranges in bytes.
#include "journal/tables.hpp"

#include "journal/checksum.hpp"
#include "journal/sqlite_journal.hpp"

#include <cinttypes>
#include <cstdio>

namespace roi::journaling {
namespace {

using sqlite::problem;
using sqlite::statement;

// `sum` is the CRC32C of the columns before it: whoever changes a row by hand has to know that.
constexpr const char* tables[] = {
    "CREATE TABLE roi_meta(one INTEGER PRIMARY KEY CHECK(one = 1), version INTEGER NOT NULL, "
    "journal BLOB NOT NULL, epoch INTEGER NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE roi_sessions(number INTEGER PRIMARY KEY, id BLOB NOT NULL, key BLOB NOT NULL, "
    "client BLOB NOT NULL, client_epoch INTEGER NOT NULL, nonce INTEGER NOT NULL, "
    "principal TEXT NOT NULL, last_used_ms INTEGER NOT NULL, durable INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, below INTEGER NOT NULL, above BLOB NOT NULL, "
    "done_sum INTEGER NOT NULL)",
    // A row is used again and again, by calls of one session: see places.hpp. Rows of calls that
    // were acknowledged are there still; `below` and `above` say which they are.
    "CREATE TABLE roi_calls(place INTEGER PRIMARY KEY, session INTEGER NOT NULL, "
    "sequence INTEGER NOT NULL, object BLOB NOT NULL, fingerprint INTEGER NOT NULL, "
    "state INTEGER NOT NULL, below INTEGER NOT NULL, above BLOB NOT NULL, reply BLOB NOT NULL, "
    "sum INTEGER NOT NULL)",
    "CREATE TABLE roi_posts(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, session BLOB NOT NULL, "
    "sequence INTEGER NOT NULL, journal BLOB NOT NULL, journal_epoch INTEGER NOT NULL, "
    "answer BLOB NOT NULL, progress_sum INTEGER NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL, "
    "name TEXT NOT NULL, endpoint TEXT NOT NULL, object BLOB NOT NULL, interface TEXT NOT NULL, "
    "fingerprint BLOB NOT NULL, method INTEGER NOT NULL, arguments BLOB NOT NULL, "
    "made_ms INTEGER NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE roi_clients(id BLOB PRIMARY KEY, epoch INTEGER NOT NULL, sum INTEGER NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE roi_values(name TEXT PRIMARY KEY, value BLOB NOT NULL, sum INTEGER NOT NULL) "
    "WITHOUT ROWID",
};

void put_number(std::byte* to, std::uint64_t number) {
    for (std::size_t i = 0; i < 8; ++i)
        to[i] = static_cast<std::byte>(number >> (8 * i));
}

std::uint64_t number_from(const std::byte* from) {
    std::uint64_t out = 0;
    for (std::size_t i = 8; i-- > 0;)
        out = (out << 8) | static_cast<std::uint64_t>(from[i]);
    return out;
}

std::uint64_t sum_of(int version, const journal_store::identity& who) {
    return (checksum{} << static_cast<std::uint64_t>(version) << who.journal << who.epoch).value();
}

}  // namespace

std::array<std::byte, 16> bytes_of(const stored::id& id) {
    std::array<std::byte, 16> out{};
    for (std::size_t i = 0; i < 8; ++i) {
        out[i] = static_cast<std::byte>(id.high >> (56 - 8 * i));
        out[8 + i] = static_cast<std::byte>(id.low >> (56 - 8 * i));
    }
    return out;
}

stored::id id_from(std::span<const std::byte> bytes) {
    stored::id id;
    if (bytes.size() != 16) {
        throw journal_error{"an identity of " + std::to_string(bytes.size()) + " bytes"};
    }
    for (std::size_t i = 0; i < 8; ++i) {
        id.high = (id.high << 8) | static_cast<std::uint64_t>(bytes[i]);
        id.low = (id.low << 8) | static_cast<std::uint64_t>(bytes[8 + i]);
    }
    return id;
}

std::vector<std::byte> bytes_of(const std::vector<stored::range>& ranges) {
    std::vector<std::byte> out(16 * ranges.size());
    std::byte* at = out.data();
    for (const stored::range& each : ranges) {
        put_number(at, each.first);
        put_number(at + 8, each.last);
        at += 16;
    }
    return out;
}

std::vector<stored::range> ranges_from(std::span<const std::byte> bytes) {
    std::vector<stored::range> out(bytes.size() / 16);
    if (bytes.size() % 16 != 0) throw journal_error{"half a range"};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = {number_from(&bytes[16 * i]), number_from(&bytes[16 * i + 8])};
    }
    return out;
}

std::optional<journal_store::identity> read_identity(const sqlite::database& db) {
    const std::string count = db.value_of(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'roi\\_%' "
        "ESCAPE '\\'");
    if (count == "0") return std::nullopt;
    if (db.value_of("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = "
                    "'roi_meta'") == "0") {
        db.refuse(problem::foreign,
                  "has tables roi_* that are none of a journal. It was left as it is");
    }
    statement meta{db.handle(), "SELECT * FROM roi_meta WHERE one = 1"};
    if (!meta.next()) db.refuse(problem::corrupt, "is corrupt (it has no identity)");
    // The version is in its place in all versions.
    const auto version = static_cast<int>(meta.number(1));
    if (version > journal_version) {
        db.refuse(problem::newer, "was made by a newer version (format " + std::to_string(version) +
                                      ", this one knows " + std::to_string(journal_version) +
                                      "). It was left as it is");
    }
    journal_store::identity who;
    if (meta.bytes(2).size() == 16) who.journal = id_from(meta.bytes(2));
    who.epoch = meta.number(3);
    if (meta.number(4) != sum_of(version, who)) {
        db.refuse(problem::corrupt, "is corrupt (its identity is damaged). It was left as it is");
    }
    return who;
}

void put_identity(sqlite::database& db, const journal_store::identity& who) {
    statement put{db.handle(),
                  "INSERT OR REPLACE INTO roi_meta(one, version, journal, epoch, sum) "
                  "VALUES(1, ?1, ?2, ?3, ?4)"};
    const auto id = bytes_of(who.journal);
    put.bind(1, std::int64_t{journal_version});
    put.bind(2, id);
    put.bind(3, who.epoch);
    put.bind(4, sum_of(journal_version, who));
    if (!put.run()) db.fail("its identity");
}

void make_tables(sqlite::database& db) {
    for (const char* sql : tables)
        db.run(sql);
}

std::string note_of(const journal_store::identity& who) {
    char text[64];
    std::snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64 " %" PRIu64, who.journal.high,
                  who.journal.low, who.epoch);
    return text;
}

std::optional<journal_store::identity> identity_from(const std::string& note) {
    journal_store::identity who;
    if (std::sscanf(note.c_str(), "%16" SCNx64 "%16" SCNx64 " %" SCNu64, &who.journal.high,
                    &who.journal.low, &who.epoch) != 3) {
        return std::nullopt;
    }
    return note_of(who) == note ? std::optional{who} : std::nullopt;
}

}  // namespace roi::journaling
