// Where names, addresses and generations outlive the process: what the registry asks of a store.
//
// A store keeps bytes under keys and commits changes all or none; it decides nothing. Readers never
// touch it: the registry holds all of it in memory. SQLite is one implementation, memory another;
// a third over a cluster fits behind the same calls, for `path` is its key and `created` says what
// it compares with.
#pragma once

#include "registry/record.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roi::nameserver {

/// Changes that become durable together.
struct transaction {
    struct name_change {
        std::uint64_t created = 0;         // key: unique, increasing
        std::string path;                  // the same key, for people and for other stores
        std::optional<std::string> value;  // nothing: deleted
    };
    struct description_change {
        id128 fingerprint;
        std::shared_ptr<const std::vector<std::byte>> value;  // null: deleted
    };
    std::uint64_t revision = 0;  // of the newest change
    std::vector<name_change> names;
    std::vector<description_change> descriptions;

    bool empty() const noexcept { return names.empty() && descriptions.empty(); }
};

/// A store that cannot be opened. The text says why, and what to do.
class store_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class commit_result {
    durable,   ///< On disk.
    refused,   ///< Nothing changed, and nothing will: no room, say. Later commits may succeed.
    poisoned,  ///< Whether it is on disk cannot be known. Answer nobody; end the process.
};

class store {
public:
    virtual ~store() = default;

    /// Receives what the store holds.
    class visitor {
    public:
        virtual void on_name(std::uint64_t created, std::string_view value) = 0;
        virtual void on_description(const id128& fingerprint, std::span<const std::byte> value) = 0;

    protected:
        ~visitor() = default;
    };

    /// Made when the store was, and never changed: tells two stores apart.
    virtual id128 id() const = 0;
    /// Of the last commit. A store just made begins high enough to be ahead of one that it
    /// replaces.
    virtual std::uint64_t revision() const = 0;
    /// Shows all that is held. Throws store_error where it cannot be read.
    virtual void load(visitor& to) = 0;
    /// All or nothing, durable before it returns. On anything but `durable`, `why` says what
    /// happened.
    virtual commit_result commit(const transaction& changes, std::string& why) = 0;
    /// Work that commits have left over, such as checkpoints; called when nobody waits.
    virtual commit_result tidy(std::string& why) = 0;
    /// "memory", or the path of the file.
    virtual std::string describe() const = 0;
};

/// 128 bits from the system's random source. Throws std::system_error where there is none.
id128 random_id();

/// The revision at which a new store begins: milliseconds since 1970, with room for a thousand
/// changes in each. So generations rise also where a store was lost, or is kept in memory only, and
/// a superseded server is still told from its successor.
std::uint64_t first_revision(std::int64_t wall_ms);

/// Keeps nothing: for tests, for --ephemeral, and for scopes inside an application.
std::unique_ptr<store> make_memory_store(std::int64_t wall_ms);

}  // namespace roi::nameserver
