// Where the calls of each session stand in their table, and which places are free: no database.
//
// What a commit costs is the pages that it dirties. So the row of a call that was acknowledged is
// not deleted but taken by a later call of the same session: a session has as many rows as it had
// calls under way at once, and they stand together. It must be the same session, for the row that
// takes the place also says what was acknowledged, and so makes that durable.
#pragma once

#include <roi/journal_store.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace roi::journaling {

struct id_hash {
    std::size_t operator()(const stored::id& id) const noexcept {
        return static_cast<std::size_t>(id.high ^ (id.low * 0x9E3779B97F4A7C15ULL));
    }
};

/// Changes are undone with the transaction or the savepoint that they belong to.
class places {
public:
    struct session {
        std::int64_t number = 0;                      // in the tables, in place of its id
        std::map<std::uint64_t, std::int64_t> taken;  // by sequence number
        std::vector<std::int64_t> free;
    };

    /// Null: not known.
    session* find(const stored::id& id) noexcept;
    session& add(const stored::id& id);
    /// All of its places go with it.
    void remove(const stored::id& id);
    std::size_t size() const noexcept { return sessions_.size(); }

    struct found {
        std::int64_t place;
        bool is_new;  // no row has that number yet
    };
    /// Where a call stands, or is to stand: in a free place, or in a new one.
    found take(session& of, std::uint64_t sequence);
    /// The places of calls that its caller is done with are free.
    void free_acknowledged(session& of, const stored::acknowledged& done);
    /// Takes a free place away, for its row is deleted; 0: there is none.
    std::int64_t drop_free(session& of);

    // What stands in the tables when they are loaded.
    session& restore(const stored::id& id, std::int64_t number);
    void restore_taken(session& of, std::uint64_t sequence, std::int64_t place);
    void restore_free(session& of, std::int64_t place);

    /// The first of a transaction is 1.
    int savepoint() {
        marks_.push_back(log_.size());
        return depth();
    }
    int depth() const noexcept { return static_cast<int>(marks_.size()); }
    void release(int savepoint) { marks_.resize(static_cast<std::size_t>(savepoint) - 1); }
    void roll_back_to(int savepoint) {
        marks_.resize(static_cast<std::size_t>(savepoint));
        unwind(marks_.back());
    }
    void roll_back();
    void commit() noexcept;

private:
    using session_table = std::unordered_map<stored::id, std::unique_ptr<session>, id_hash>;
    struct step {
        enum class kind { made_session, ended_session, took_new, took_free, freed, dropped } what;
        session* of = nullptr;
        std::uint64_t sequence = 0;
        std::int64_t place = 0;
        stored::id id = {};
        // What was taken out, so that to undo it needs no memory.
        std::map<std::uint64_t, std::int64_t>::node_type freed = {};
        session_table::node_type ended = {};
    };
    void make_room();
    void free_range(session& of, std::uint64_t first, std::uint64_t last);
    void unwind(std::size_t to);

    session_table sessions_;
    std::int64_t last_number_ = 0;
    std::int64_t last_place_ = 0;
    std::vector<step> log_;
    std::vector<std::size_t> marks_;
};

}  // namespace roi::journaling
