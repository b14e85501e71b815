// The tables of names and descriptions.
#include "store/sqlite_store.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace roi::nameserver {
namespace {

using sqlite::problem;
using sqlite::statement;

constexpr int application_id = 0x524F494E;  // "ROIN"
constexpr int checkpoint_pages = 2000;      // of the log, before it is copied into the file

std::string advice(problem kind) {
    switch (kind) {
        case problem::unwritable:
            return ". Give a directory of your own with --data, or use --ephemeral";
        case problem::network:
            return ". Give a local directory with --data, or use --ephemeral";
        case problem::locked:
            return ". There is nothing to do if that is the one wanted; a second one needs "
                   "--socket, and --data or --ephemeral";
        case problem::corrupt:
            return "; restore a backup, or move it away: servers publish again by themselves";
        case problem::no_database:
            return ": it was overwritten, or --data names the wrong directory";
        case problem::newer:
            return "; run the newer roi-nameserver";
        case problem::not_rewritten:
            return "; look at the disk, or give another directory with --data";
        default:
            return {};
    }
}

void inspect(const sqlite::database& found) {
    if (found.is_new()) return;
    if (found.value_of("PRAGMA application_id") != std::to_string(application_id)) {
        found.refuse(problem::foreign, "is a SQLite file of another program. It was left as it is");
    }
    const std::string version = found.value_of("PRAGMA user_version");
    if (std::stoi(version) > store_version) {
        found.refuse(problem::newer, "was made by a newer version (format " + version +
                                         ", this one knows " + std::to_string(store_version) +
                                         "). It was left as it is");
    }
}

sqlite::database_options database_options(const sqlite_options& options) {
    sqlite::database_options out;
    out.file = options.directory / "names.db";
    out.lock = options.directory / "lock";
    out.owner = options.owner;
    out.advice = advice;
    out.inspect = inspect;
    if (options.file_system_type) out.type_of_file_system = options.file_system_type;
    return out;
}

std::array<std::byte, 16> bytes_of(const id128& id) {
    std::array<std::byte, 16> out{};
    for (std::size_t i = 0; i < 8; ++i) {
        out[i] = static_cast<std::byte>(id.high >> (56 - 8 * i));
        out[8 + i] = static_cast<std::byte>(id.low >> (56 - 8 * i));
    }
    return out;
}

id128 id_from(std::span<const std::byte> bytes) {
    id128 id;
    if (bytes.size() != 16) {
        throw store_error{"an identity of " + std::to_string(bytes.size()) + " bytes"};
    }
    for (std::size_t i = 0; i < 8; ++i) {
        id.high = (id.high << 8) | static_cast<std::uint64_t>(bytes[i]);
        id.low = (id.low << 8) | static_cast<std::uint64_t>(bytes[8 + i]);
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

class sqlite_store final : public store {
public:
    explicit sqlite_store(const sqlite_options& options) : db_(database_options(options)) {
        if (db_.is_new()) create(options);
        {
            statement meta{db_.handle(), "SELECT store_id, revision FROM meta WHERE one = 1"};
            if (!meta.next()) db_.refuse(problem::corrupt, "is corrupt (it has no identity)");
            id_ = id_from(meta.bytes(0));
            revision_ = meta.number(1);
        }
        put_name_.emplace(db_.handle(),
                          "INSERT INTO names(created, record) VALUES(?1, ?2) "
                          "ON CONFLICT(created) DO UPDATE SET record = excluded.record");
        delete_name_.emplace(db_.handle(), "DELETE FROM names WHERE created = ?1");
        put_description_.emplace(
            db_.handle(),
            "INSERT OR REPLACE INTO descriptions(fingerprint, description) VALUES(?1, ?2)");
        delete_description_.emplace(db_.handle(),
                                    "DELETE FROM descriptions WHERE fingerprint = ?1");
        put_revision_.emplace(db_.handle(), "UPDATE meta SET revision = ?1 WHERE one = 1");
    }

    id128 id() const override { return id_; }
    std::uint64_t revision() const override { return revision_; }
    std::string describe() const override { return db_.file().string(); }
    void load(visitor& to) override;
    commit_result commit(const transaction& changes, std::string& why) override;
    commit_result tidy(std::string& why) override;

private:
    void create(const sqlite_options& options);
    bool write(const transaction& changes);

    sqlite::database db_;  // first: the statements end before it
    id128 id_;
    std::uint64_t revision_ = 0;
    std::optional<statement> put_name_, delete_name_, put_description_, delete_description_,
        put_revision_;
};

void sqlite_store::create(const sqlite_options& options) {
    db_.run("BEGIN IMMEDIATE");
    db_.run(
        "CREATE TABLE meta(one INTEGER PRIMARY KEY CHECK(one = 1), store_id BLOB NOT NULL, "
        "revision INTEGER NOT NULL)");
    // Keyed by the revision that created the name, not by the name: what is written together then
    // stands on the same pages, and pages are what a commit costs.
    db_.run("CREATE TABLE names(created INTEGER PRIMARY KEY, record BLOB NOT NULL)");
    db_.run("CREATE TABLE descriptions(fingerprint BLOB PRIMARY KEY, description BLOB NOT NULL)");
    {
        statement s{db_.handle(), "INSERT INTO meta VALUES(1, ?1, ?2)"};
        const auto id = bytes_of(random_id());
        s.bind(1, id);
        s.bind(2, first_revision(options.wall_ms));
        if (!s.run()) db_.fail("its identity");
    }
    db_.run(("PRAGMA application_id=" + std::to_string(application_id)).c_str());
    db_.run(("PRAGMA user_version=" + std::to_string(store_version)).c_str());
    db_.run("COMMIT");
}

void sqlite_store::load(visitor& to) {
    try {
        statement names{db_.handle(), "SELECT created, record FROM names ORDER BY created"};
        while (names.next()) {
            const auto record = names.bytes(1);
            to.on_name(names.number(0),
                       {reinterpret_cast<const char*>(record.data()), record.size()});
        }
        statement all{db_.handle(), "SELECT fingerprint, description FROM descriptions"};
        while (all.next()) {
            to.on_description(id_from(all.bytes(0)), all.bytes(1));
        }
    } catch (const std::runtime_error& e) {  // ours, or SQLite's
        throw store_error{"the store " + db_.file().string() + " is corrupt (" + e.what() +
                          "). It was left as it is" + advice(problem::corrupt)};
    }
}

bool sqlite_store::write(const transaction& changes) {
    for (const transaction::name_change& n : changes.names) {
        statement& s = n.value ? *put_name_ : *delete_name_;
        s.bind(1, n.created);
        if (n.value) s.bind(2, std::as_bytes(std::span{*n.value}));
        if (!s.run()) return false;
    }
    for (const transaction::description_change& d : changes.descriptions) {
        statement& s = d.value ? *put_description_ : *delete_description_;
        const auto id = bytes_of(d.fingerprint);
        s.bind(1, id);
        if (d.value) s.bind(2, *d.value);
        if (!s.run()) return false;
    }
    put_revision_->bind(1, changes.revision);
    return put_revision_->run();
}

commit_result sqlite_store::commit(const transaction& changes, std::string& why) {
    if (!db_.begin(why)) {
        return db_.is_poisoned() ? commit_result::poisoned : commit_result::refused;
    }
    if (!write(changes)) {
        why = db_.last_error();
        return told(db_.roll_back(why));
    }
    const sqlite::result result = db_.commit(why);
    if (result == sqlite::result::done) revision_ = changes.revision;
    return told(result);
}

commit_result sqlite_store::tidy(std::string& why) {
    if (db_.is_poisoned() || db_.log_pages() < checkpoint_pages) return commit_result::durable;
    return told(db_.checkpoint(why));
}

}  // namespace

std::unique_ptr<store> open_sqlite_store(const sqlite_options& options) {
    std::error_code failed;
    std::filesystem::create_directories(options.directory, failed);
    if (failed) {
        throw store_error{"the store's directory " + options.directory.string() +
                          " cannot be made: " + failed.message() +
                          ". Give another with --data, or use --ephemeral"};
    }
    try {
        return std::make_unique<sqlite_store>(options);
    } catch (const sqlite::error& e) {
        throw store_error{e.what()};
    }
}

}  // namespace roi::nameserver
