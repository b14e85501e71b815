// The names of one name server: a state machine over plain data. Time is an argument, and no call
// waits, writes to a disk or starts a thread.
//
// Changes are made in two steps, so that nobody ever sees one that a crash could take back:
// publish, withdraw, expire and connection_gone stage what they decide, and see what is staged
// before them; the owner commits staged() to its store and then calls commit(), or discard() where
// the store refused. Lookups see what is committed only.
#pragma once

#include "registry/leases.hpp"
#include "registry/names.hpp"
#include "registry/record.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roi::nameserver {

/// Each with an error at the limit.
struct limits {
    std::size_t record_bytes = std::size_t{64} << 10;
    std::size_t description_bytes = std::size_t{4} << 20;
    std::size_t endpoints = 32;
    std::size_t text_bytes = 512;  // an endpoint, a program's name, a host
    std::size_t names = 4'000'000;
    std::uint32_t list_page = 1'000;
    std::size_t list_passed = 20'000;  // entries looked at for one page
    std::chrono::milliseconds ttl_min{5'000};
    std::chrono::milliseconds ttl_max{600'000};
    // Descriptions that no name uses any more and that are kept for names that come back.
    std::size_t spare_descriptions = 64;
};

/// Who asks, as the connection knows it.
struct caller {
    std::optional<std::uint32_t> uid;  // of the peer on a Unix socket
    std::int32_t pid = 0;
    std::string user;
    /// The connection, where its end proves the end of the process (same host); else 0.
    std::uint64_t connection = 0;
    bool may_publish = false;
    std::string process = {};  // of this host; as process_identity() names it
};

struct moment {
    std::chrono::nanoseconds boot{};  // CLOCK_BOOTTIME: goes on while the machine sleeps
    std::int64_t wall_ms = 0;         // for people only
};

class registry final : private store::visitor {
public:
    struct options {
        nameserver::limits limits = {};
        /// Makes addresses: unguessable, never the same twice.
        std::function<id128()> mint;
        /// Do the bytes describe that interface, with that fingerprint? Nothing, or what is wrong.
        std::function<std::optional<std::string>(const naming::interface_id&,
                                                 std::span<const std::byte>)>
            check_description;
        /// Has the process of that identity certainly ended? Empty: never known.
        std::function<bool(const std::string& process)> process_ended = {};
    };
    explicit registry(options with);

    /// Takes over what a store holds; every lease gets its full TTL and a grace.
    /// Throws store_error where a record cannot be read: nothing is skipped silently.
    void load(store& from, moment now);

    // Staged until commit() or discard(). The answers are promises for after the commit.
    naming::publish_answer publish(const naming::publish_request& request, const caller& who,
                                   moment now);
    naming::withdraw_answer withdraw(const naming::withdraw_request& request, const caller& who);
    /// Removes what is held by leases that have run out. `lag` is how much later than asked this
    /// is called: a server that was itself asleep accuses nobody. Says what it did, for the log.
    struct expiry {
        std::vector<std::string> removed;  // paths
        std::size_t postponed = 0;         // leases given another TTL by the guard
    };
    expiry expire(moment now, std::chrono::nanoseconds lag);
    /// Removes what is held over a connection that ended, and remembers that it has.
    std::vector<std::string> connection_gone(std::uint64_t connection);
    /// Some of those who held names before the restart and have not been heard of since: a
    /// process of this host that ended meanwhile has no connection that could tell.
    struct absentee {
        id128 instance;
        std::string process;
    };
    std::vector<absentee> absent(std::size_t most);
    /// Removes what they hold; their processes have ended.
    std::vector<std::string> holders_gone(const std::vector<id128>& instances);

    /// What is staged, for the store. Empty where nothing changes; commit() all the same.
    transaction staged();
    void commit(moment now);
    void discard() noexcept;

    // At once.
    naming::renew_answer renew(const naming::renew_request& request, const caller& who, moment now);

    // Reading: any number of threads, while nobody changes anything.
    struct found {
        naming::status status = naming::status::not_found;
        std::string text;
        naming::entry entry;
        std::shared_ptr<const std::vector<std::byte>> description;
    };
    /// The nearest entry of that name, walking outward.
    found lookup(std::string_view scope, std::string_view name) const;
    naming::list_answer list(const naming::list_request& request) const;
    std::shared_ptr<const std::vector<std::byte>> description(const id128& fingerprint) const;
    naming::store_state at() const noexcept { return {store_id_, revision_}; }
    std::size_t names() const noexcept { return entries_.size(); }
    std::size_t lease_count() const noexcept { return leases_.size(); }
    /// When expire() has something to do; nothing while there is no lease.
    std::optional<std::chrono::nanoseconds> next_expiry() const { return leases_.next_deadline(); }

private:
    struct description_entry {
        std::shared_ptr<const std::vector<std::byte>> bytes;
        std::size_t users = 0;
    };
    struct staged_entry {
        std::optional<record> what;  // nothing: deleted
        std::string bytes;           // as the store keeps it
    };
    struct lease_change {
        id128 instance;
        std::uint32_t ttl_ms = 0;
        std::uint64_t connection = 0;
        std::uint64_t previous_connection = 0;
    };

    void on_name(std::uint64_t created, std::string_view value) override;
    void on_description(const id128& fingerprint, std::span<const std::byte> value) override;

    const record* current(const std::string& path) const;
    bool description_known(const id128& fingerprint) const;
    void stage(const std::string& path, std::optional<record> what, std::string bytes);
    void stage_spare_descriptions();
    void commit_entry(const std::string& path, staged_entry& staged);
    void remove_instance(const std::string& path, const id128& instance);
    void remove_ended(const std::string& path);
    std::vector<std::string> end_leases(const std::vector<id128>& instances);
    std::optional<std::string> check(const naming::publish_request& request) const;
    void describe_entry(std::string_view path, const record& from, naming::entry& to) const;

    options options_;
    id128 store_id_;
    std::uint64_t revision_ = 0;         // committed
    std::uint64_t staged_revision_ = 0;  // of the newest staged change
    std::map<std::string, record, std::less<>> entries_;
    std::map<id128, description_entry> descriptions_;
    lease_table leases_;
    std::deque<std::uint64_t> gone_;       // the last connections that ended
    std::map<id128, std::string> absent_;  // since load(): processes by instance
    id128 absent_after_;                   // where absent() goes on
    std::size_t sweep_at_;  // how many descriptions there may be before unused ones go

    std::map<std::string, staged_entry, std::less<>> staged_entries_;
    std::map<id128, std::shared_ptr<const std::vector<std::byte>>> staged_descriptions_;
    std::vector<lease_change> staged_leases_;
};

}  // namespace roi::nameserver
