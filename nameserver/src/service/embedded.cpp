// The name server inside an application: ledger, service and servant, made in that order.
#include <roi/nameserver.hpp>

#include "core/naming.hpp"
#include "name_service.roi.hpp"
#include "places.hpp"
#include "service/service.hpp"
#include "store/sqlite_store.hpp"

#include "api/log.hpp"

#include <roi/servant.hpp>

#include <unistd.h>

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace roi::nameserver {
namespace {

std::unique_ptr<store> open_store(const embedded_options& options) {
    if (options.data.empty()) return make_memory_store(now().wall_ms);
    try {
        sqlite_options with;
        with.directory = options.data;
        with.owner = std::string{::program_invocation_short_name} +
                     " (embedded name server), pid " + std::to_string(::getpid());
        with.wall_ms = now().wall_ms;
        return open_sqlite_store(with);
    } catch (const store_error& e) {
        throw roi::error{errc::not_supported, outcome::not_executed, e.what()};
    }
}

/// The host's own name server as this process finds it, by the variables that are set now: a
/// program that offers its scope to others by ROI_NAMESERVER must not become its own parent.
std::function<std::string()> host_scope() {
    naming::surroundings here = naming::system_surroundings();
    std::map<std::string, std::string> variables;
    for (const char* name : {"ROI_NAMESERVER", "XDG_RUNTIME_DIR"}) {
        if (auto value = here.environment(name)) variables[name] = *value;
    }
    here.environment = [variables](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional{at->second};
    };
    return [here] {
        const auto servers = naming::default_servers(here);
        return servers.empty() ? std::string{} : servers.front();
    };
}

ledger::options ledger_options() {
    ledger::options out;
    out.log = [](level how, std::string_view event, std::string_view fields) {
        if (how == level::debug) return;
        static constexpr log_level levels[] = {log_level::debug, log_level::info,
                                               log_level::warning, log_level::error};
        roi::detail::log(levels[static_cast<int>(how)],
                         "name server: " + std::string{event} + std::string{fields});
    };
    return out;
}

}  // namespace

struct embedded::parts {
    std::shared_ptr<ledger> names;
    std::shared_ptr<service> served;
    roi::servant servant;
};

embedded::embedded(embedded_options options) : embedded(std::move(options), runtime::current()) {}

embedded::embedded(embedded_options options, runtime& owner) : parts_(std::make_unique<parts>()) {
    try {
        parts_->names = std::make_shared<ledger>(open_store(options), ledger_options());
    } catch (const store_error& e) {
        throw roi::error{errc::not_supported, outcome::not_executed, e.what()};
    }
    service::options with;
    with.access = options.insecure ? access::everyone : access::unix_peers;
    if (options.parent == "default:") {
        with.parent = host_scope();
    } else if (!options.parent.empty()) {
        with.parent = [parent = options.parent] { return parent; };
    }
    with.software = std::string{::program_invocation_short_name} + " (embedded name server)";
    parts_->served = std::make_shared<service>(parts_->names, std::move(with));
    core::observe_peers(owner, parts_->served);
    const runtime::use here{owner};
    naming::name_service& object = *parts_->served;
    parts_->servant = roi::publish(object, roi::as(naming::server_object).in(core::local_scope));
    endpoint_ = owner.listen().front();
}

embedded::~embedded() {
    parts_->servant.withdraw();
    parts_->served->begin_stop();
    parts_->names->stop();
}

}  // namespace roi::nameserver
