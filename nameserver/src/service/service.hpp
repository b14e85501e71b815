// The name server as an object: the interface that clients call, on top of a ledger.
#pragma once

#include "core/naming.hpp"
#include "name_service.hpp"
#include "service/ledger.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace roi::nameserver {

/// Who may publish.
enum class access {
    unix_peers,  ///< Users on a Unix socket; callers over TCP only look up.
    everyone,    ///< Whoever connects.
};

/// Threads: any, many at a time.
class service final : public naming::name_service, public core::peer_observer {
public:
    struct options {
        nameserver::access access = access::unix_peers;
        /// The scope that a client asks when the name is not here, empty for none; null: none.
        std::function<std::string()> parent = {};
        std::string software = "roi-nameserver";
    };
    service(std::shared_ptr<ledger> names, options with);

    naming::publish_answer publish(const naming::publish_request& request) override;
    naming::withdraw_answer withdraw(const naming::withdraw_request& request) override;
    naming::renew_answer renew(const naming::renew_request& request) override;
    naming::resolve_answer resolve(const naming::resolve_request& request) override;
    naming::list_answer list(const naming::list_request& request) override;
    naming::describe_answer describe(const naming::id128& fingerprint) override;
    naming::server_state state() override;

    void peer_gone(const core::incoming::peer& who) noexcept override;
    /// From now on connections end because we do, not because their processes did.
    void begin_stop() noexcept { stopping_.store(true, std::memory_order_relaxed); }

private:
    caller who() const;
    std::string process_of(std::int32_t pid, std::uint64_t connection);
    std::string parent() const { return options_.parent ? options_.parent() : std::string{}; }

    const std::shared_ptr<ledger> names_;
    const options options_;
    const std::chrono::nanoseconds started_;
    std::atomic<bool> stopping_{false};
    std::mutex processes_mutex_;
    std::map<std::uint64_t, std::string> processes_;  // by connection: asked for once
};

/// The name of a user, or its number; kept, for the system's answer may take long.
std::string user_name(std::uint32_t uid);

}  // namespace roi::nameserver
