// Finds names, with a small cache in front: one search per name at a time, whoever asks.
#pragma once

#include "lookup.hpp"
#include "port.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace roi::naming {

/// Threads: safe to use from any. Made as a shared_ptr: searches under way keep it alive.
class resolver final : public std::enable_shared_from_this<resolver> {
public:
    /// What is cached is asked for again after this long: the entry may have been shadowed by an
    /// inner one, which no failure would tell.
    static constexpr std::chrono::seconds fresh{5};
    static constexpr std::chrono::seconds negative{1};
    static constexpr std::size_t cached = 1024;

    explicit resolver(std::shared_ptr<port> world) : world_(std::move(world)) {}

    using on_done = std::function<void(lookup::done&&)>;
    /// Calls `done` once: before it returns where the answer is cached, else on any thread. With
    /// `refresh`, or a stale generation, what is cached is no answer.
    void resolve(const lookup_request& what, bool refresh, on_done done);
    /// The same for a caller that blocks, and whose thread does the asking.
    lookup::done resolve_now(const lookup_request& what, bool refresh);
    /// Ends every search with errc::shutting_down.
    void stop() noexcept;

private:
    struct waiter {
        std::uint64_t number = 0;
        on_done done;
    };
    /// Searches for callers that do not block; has no deadline of its own, its waiters have.
    struct flight {
        lookup search;
        std::list<waiter> waiters;
    };
    /// Searches for callers that block: one of them asks, the others wait for what it finds.
    struct shared_search {
        bool driven = false;
        std::optional<found> result;
        not_found so_far;
        std::condition_variable changed;
    };
    struct cache_entry {
        naming::found what;
        time_point at;
    };
    using key = std::string;
    static key key_of(const lookup_request& what);
    std::optional<found> from_cache(const key& where, const lookup_request& what, bool refresh);
    duration hold_off(const key& where) const;
    void remember(const key& where, const found& what);
    void remember_absent(const key& where, duration time);

    void run(const key& where, const std::shared_ptr<flight>& f, lookup::action&& next);
    void end(const key& where, const std::shared_ptr<flight>& f, lookup::done&& how);
    void expire(const key& where, std::uint64_t number);

    const std::shared_ptr<port> world_;
    std::mutex mutex_;
    std::condition_variable stop_changed_;
    bool stopped_ = false;
    std::uint64_t last_number_ = 0;
    std::map<key, cache_entry> cache_;
    std::map<key, time_point> absent_until_;
    std::map<key, std::shared_ptr<flight>> flights_;
    std::map<key, std::shared_ptr<shared_search>> searches_;
};

}  // namespace roi::naming
