// The naming of one runtime: its lookups and registrations, over stubs of the name server.
#pragma once

#include "core/naming.hpp"
#include "registrar.hpp"
#include "resolver.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace roi::naming {

class naming_client final : public core::naming,
                            public std::enable_shared_from_this<naming_client> {
public:
    explicit naming_client(std::shared_ptr<port> world);

    void resolve(const core::resolve_request& what,
                 std::shared_ptr<core::resolution_observer> observer) override;
    std::variant<core::resolution, core::naming_failure> resolve_now(
        const core::resolve_request& what) override;
    std::unique_ptr<core::registration> publish(
        const core::publish_request& what,
        std::shared_ptr<core::publication_observer> observer) override;
    void stop() noexcept override;

    /// The whole of what is known of a name.
    lookup::done find(const std::string& name, const std::string& scope,
                      std::optional<time_point> deadline);

private:
    lookup_request request_for(const core::resolve_request& what) const;
    std::shared_ptr<registrar> registrar_at(const std::string& server);

    const std::shared_ptr<port> world_;
    const std::shared_ptr<resolver> resolver_;
    const holder self_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<registrar>> registrars_;  // by endpoint; "": the default
    bool stopped_ = false;
};

/// The scope meant by an empty one.
std::string scope_or_default(const std::string& scope);

/// What this process says of itself to name servers.
holder this_process();

}  // namespace roi::naming
