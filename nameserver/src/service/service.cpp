// From calls to the ledger: who calls, and what they may do.
#include "service/service.hpp"

#include "service/process.hpp"

#include <roi/this_call.hpp>

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

namespace roi::nameserver {
namespace {

/// Did the call come from this host, so that the end of its connection is the end of its process?
bool is_local(const roi::caller& from) {
    const std::string_view endpoint = from.endpoint;
    return from.uid || endpoint.starts_with("unix:") || endpoint.starts_with("tcp://127.") ||
           endpoint.starts_with("tcp://[::1]");
}

}  // namespace

std::string user_name(std::uint32_t uid) {
    static std::mutex mutex;
    static std::map<std::uint32_t, std::string> known;
    const std::lock_guard lock{mutex};
    if (const auto at = known.find(uid); at != known.end()) return at->second;
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    std::string name = std::to_string(uid);
    if (::getpwuid_r(uid, &entry, space.data(), space.size(), &found) == 0 && found) {
        name = found->pw_name;
    }
    if (known.size() < 10'000) known.emplace(uid, name);
    return name;
}

service::service(std::shared_ptr<ledger> names, options with)
    : names_(std::move(names)), options_(std::move(with)), started_(now().boot) {}

caller service::who() const {
    const roi::caller& from = roi::this_call().caller();
    caller out;
    out.uid = from.uid;
    if (from.pid) out.pid = *from.pid;
    if (from.uid) out.user = user_name(*from.uid);
    if (is_local(from)) out.connection = from.connection;
    out.may_publish = from.uid.has_value() || options_.access == access::everyone;
    return out;
}

std::string service::process_of(std::int32_t pid, std::uint64_t connection) {
    const std::lock_guard lock{processes_mutex_};
    if (const auto at = processes_.find(connection); at != processes_.end()) return at->second;
    if (processes_.size() >= 10'000) processes_.clear();
    return processes_.emplace(connection, process_identity(pid)).first->second;
}

naming::publish_answer service::publish(const naming::publish_request& request) {
    caller from = who();
    // Only of peers on a Unix socket is the number the kernel's word.
    if (from.uid) from.process = process_of(from.pid, from.connection);
    return names_->publish(request, from);
}

naming::withdraw_answer service::withdraw(const naming::withdraw_request& request) {
    return names_->withdraw(request, who());
}

naming::renew_answer service::renew(const naming::renew_request& request) {
    return names_->renew(request, who());
}

naming::resolve_answer service::resolve(const naming::resolve_request& request) {
    naming::resolve_answer answer = names_->resolve(request);
    if (answer.status == naming::status::not_found) answer.parent = parent();
    return answer;
}

naming::list_answer service::list(const naming::list_request& request) {
    return names_->list(request);
}

naming::describe_answer service::describe(const naming::id128& fingerprint) {
    return names_->describe(fingerprint);
}

naming::server_state service::state() {
    const ledger::counts counts = names_->count();
    naming::server_state out;
    out.software = options_.software;
    out.pid = static_cast<std::int32_t>(::getpid());
    out.store = counts.store;
    out.names = counts.names;
    out.leases = counts.leases;
    out.up_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now().boot - started_).count();
    out.parent = parent();
    out.at = counts.at;
    return out;
}

void service::peer_gone(const core::incoming::peer& from) noexcept {
    {
        const std::lock_guard lock{processes_mutex_};
        processes_.erase(from.connection);
    }
    if (!stopping_.load(std::memory_order_relaxed)) names_->connection_gone(from.connection);
}

}  // namespace roi::nameserver
