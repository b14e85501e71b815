// The registry with its store and its clock: changes wait here until they are durable, lookups do
// not wait at all.
//
// One thread writes. While it commits, the next changes gather, and go to disk together: the
// busier, the more for one sync, and no delay when idle. The same thread ends leases that have run
// out.
#pragma once

#include "registry/registry.hpp"
#include "service/type_check.hpp"
#include "store/store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace roi::nameserver {

enum class level { debug, info, warning, error };
/// Gets one event with its fields, on any thread: `event` is a fixed word, `fields` are
/// "key=value" pairs made by field().
using log_sink = std::function<void(level, std::string_view event, std::string_view fields)>;
/// " key=value", the value in quotes where it holds more than plain characters.
std::string field(std::string_view key, std::string_view value);

/// CLOCK_BOOTTIME and the wall clock.
moment now();

/// Threads: safe to use from any. Destruction waits for changes under way.
class ledger {
public:
    struct options {
        nameserver::limits limits = {};
        std::size_t batch = 256;        // changes in one commit at most
        std::size_t waiting = 100'000;  // changes that wait at most; beyond it they are refused
        log_sink log = {};
        /// The store can no longer be trusted: nothing is answered any more, and the process should
        /// end. On the writer's thread.
        std::function<void(const std::string& why)> on_poisoned = {};
    };
    /// Loads the store. Throws store_error.
    ledger(std::unique_ptr<store> keeps, options with);
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;
    ~ledger();

    // Block until the change is durable.
    naming::publish_answer publish(const naming::publish_request& request, const caller& who);
    naming::withdraw_answer withdraw(const naming::withdraw_request& request, const caller& who);
    /// Does not block.
    void connection_gone(std::uint64_t connection);

    naming::renew_answer renew(const naming::renew_request& request, const caller& who);
    /// With the type check, but without the walk to other name servers.
    naming::resolve_answer resolve(const naming::resolve_request& request) const;
    naming::list_answer list(const naming::list_request& request) const;
    naming::describe_answer describe(const id128& fingerprint) const;
    struct counts {
        std::size_t names = 0;
        std::size_t leases = 0;
        naming::store_state at;
        std::string store;
    };
    counts count() const;

    /// Finishes what waits, refuses what comes, ends the thread. Blocks until then.
    void stop();

private:
    struct change;
    void submit(change& what);
    void write();
    commit_result write_batch(const std::vector<change*>& batch,
                              const std::vector<std::uint64_t>& gone,
                              const std::vector<id128>& ended, std::chrono::nanoseconds lag,
                              std::optional<std::chrono::nanoseconds>& next);
    std::vector<id128> ended_holders(std::size_t most);
    void log(level how, std::string_view event, const std::string& fields) const;

    const options options_;
    const std::unique_ptr<store> store_;
    type_check types_;
    mutable std::shared_mutex registry_mutex_;
    registry registry_;

    std::mutex queue_mutex_;
    std::condition_variable work_;
    std::vector<change*> queue_;
    std::vector<std::uint64_t> gone_;
    bool stopping_ = false;
    bool poisoned_ = false;
    std::thread writer_;
};

}  // namespace roi::nameserver
