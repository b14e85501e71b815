// Leases: which instances are alive, until when, and what they hold.
//
// A lease is named by the secret token of its instance; all names that the instance publishes hang
// on it, and one renewal serves them all.
#pragma once

#include "registry/record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace roi::nameserver {

struct lease {
    std::uint32_t ttl_ms = 0;
    std::chrono::nanoseconds deadline{};
    std::uint64_t connection = 0;  // 0: none whose end would prove anything
    std::uint64_t renewals = 0;    // the highest number seen
    bool postponed = false;        // by the guard against expiry in bulk, since it was last renewed
    bool ending = false;           // its removal is staged: too late to renew
    std::uint64_t digest = 0;      // sum of the generations held
    std::set<std::string_view> paths;  // into the registry's keys
};

class lease_table {
public:
    /// What a lease is given beyond its TTL when the name server has restarted: time for the holder
    /// to notice and to come back.
    static constexpr std::chrono::seconds restart_grace{5};
    /// More than this share of all leases ending at once is the name server's own fault.
    static constexpr double bulk_share = 0.3;
    /// Below this many the share means nothing.
    static constexpr std::size_t bulk_least = 4;

    lease* find(const id128& instance);
    std::size_t size() const noexcept { return leases_.size(); }
    std::optional<std::chrono::nanoseconds> next_deadline() const;

    /// Makes the lease, or gives it its full TTL from `now`.
    lease& extend(const id128& instance, std::uint32_t ttl_ms, std::chrono::nanoseconds now);
    void bind(const id128& instance, lease& what, std::uint64_t connection);
    void attach(const id128& instance, std::string_view path, std::uint64_t generation);
    /// Takes one location's generation out, and its path unless another location of the same
    /// instance stands there (`stays`). A lease that holds nothing any more is gone.
    void detach(const id128& instance, std::string_view path, std::uint64_t generation, bool stays);

    /// Leases that have run out. Where the guard finds that too many have, or that the caller came
    /// late, they get another TTL instead, once.
    struct due {
        std::vector<id128> instances;  // marked as ending
        std::size_t postponed = 0;
    };
    due take_due(std::chrono::nanoseconds now, std::chrono::nanoseconds lag);
    std::vector<id128> bound_to(std::uint64_t connection) const;

    /// Too late to renew, unless none_ending() follows.
    void mark_ending(const id128& instance, lease& what);
    void restart(std::chrono::nanoseconds now);
    /// Leases marked as ending may be renewed again: their removal failed.
    void none_ending() noexcept;

private:
    void set_deadline(const id128& instance, lease& what, std::chrono::nanoseconds deadline);

    std::map<id128, lease> leases_;
    std::set<std::pair<std::chrono::nanoseconds, id128>> by_deadline_;
    std::set<std::pair<std::uint64_t, id128>> by_connection_;
    std::vector<id128> ending_;
};

}  // namespace roi::nameserver
