// Leases by deadline and by connection, and the guard against ending many at once.
#include "registry/leases.hpp"

#include <utility>

namespace roi::nameserver {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

lease* lease_table::find(const id128& instance) {
    const auto at = leases_.find(instance);
    return at == leases_.end() ? nullptr : &at->second;
}

std::optional<nanoseconds> lease_table::next_deadline() const {
    if (by_deadline_.empty()) return std::nullopt;
    return by_deadline_.begin()->first;
}

void lease_table::set_deadline(const id128& instance, lease& what, nanoseconds deadline) {
    by_deadline_.erase({what.deadline, instance});
    what.deadline = deadline;
    by_deadline_.emplace(deadline, instance);
}

lease& lease_table::extend(const id128& instance, std::uint32_t ttl_ms, nanoseconds now) {
    lease& what = leases_[instance];
    what.ttl_ms = ttl_ms;
    what.postponed = false;
    set_deadline(instance, what, now + milliseconds{ttl_ms});
    return what;
}

void lease_table::bind(const id128& instance, lease& what, std::uint64_t connection) {
    if (what.connection == connection) return;
    if (what.connection != 0) by_connection_.erase({what.connection, instance});
    what.connection = connection;
    if (connection != 0) by_connection_.emplace(connection, instance);
}

void lease_table::attach(const id128& instance, std::string_view path, std::uint64_t generation) {
    lease& what = leases_[instance];
    what.paths.insert(path);
    what.digest += generation;
}

void lease_table::detach(const id128& instance, std::string_view path, std::uint64_t generation,
                         bool stays) {
    const auto at = leases_.find(instance);
    if (at == leases_.end()) return;
    lease& what = at->second;
    what.digest -= generation;
    if (!stays) what.paths.erase(path);
    if (!what.paths.empty()) return;
    by_deadline_.erase({what.deadline, instance});
    bind(instance, what, 0);
    leases_.erase(at);
}

lease_table::due lease_table::take_due(nanoseconds now, nanoseconds lag) {
    due out;
    std::vector<id128> over;
    for (const auto& [deadline, instance] : by_deadline_) {
        if (deadline > now) break;
        if (!leases_.at(instance).ending) over.push_back(instance);
    }
    const bool bulk =
        over.size() >= bulk_least &&
        static_cast<double>(over.size()) > bulk_share * static_cast<double>(leases_.size());
    for (const id128& instance : over) {
        lease& what = leases_.at(instance);
        const milliseconds ttl{what.ttl_ms};
        // Only once: holders that are really gone must not stay for ever.
        if (!what.postponed && (bulk || lag > ttl / 4)) {
            what.postponed = true;
            set_deadline(instance, what, now + ttl);
            ++out.postponed;
        } else {
            mark_ending(instance, what);
            out.instances.push_back(instance);
        }
    }
    return out;
}

std::vector<id128> lease_table::bound_to(std::uint64_t connection) const {
    std::vector<id128> out;
    for (auto at = by_connection_.lower_bound({connection, id128{}});
         at != by_connection_.end() && at->first == connection; ++at) {
        out.push_back(at->second);
    }
    return out;
}

void lease_table::restart(nanoseconds now) {
    for (auto& [instance, what] : leases_) {
        set_deadline(instance, what, now + milliseconds{what.ttl_ms} + restart_grace);
    }
}

void lease_table::mark_ending(const id128& instance, lease& what) {
    what.ending = true;
    ending_.push_back(instance);
}

void lease_table::none_ending() noexcept {
    for (const id128& instance : ending_) {
        if (lease* held = find(instance)) held->ending = false;
    }
    ending_.clear();
}

}  // namespace roi::nameserver
