// What the runtime asks, in terms of resolver and registrar; the default scope.
#include "naming_client.hpp"

#include <roi/naming.hpp>

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace roi::naming {
namespace {

std::mutex default_scope_mutex;
std::string& default_scope_text() {
    static std::string& text = *new std::string;  // read until the very end of the process
    return text;
}

id128 new_instance() {
    id128 id;
    for (std::uint64_t* half : {&id.high, &id.low}) {
        if (::getrandom(half, sizeof *half, 0) != sizeof *half) {
            throw std::system_error{errno, std::generic_category(), "random bytes"};
        }
    }
    return id;
}

std::vector<std::byte> bytes_of(std::string_view from) {
    const auto bytes = std::as_bytes(std::span{from});
    return {bytes.begin(), bytes.end()};
}

core::resolution to_resolution(const found& from) {
    core::resolution out;
    out.address = {from.entry.address.high, from.entry.address.low};
    // Of several places the newest: replicas are a later part.
    const location* newest = nullptr;
    for (const location& l : from.entry.locations) {
        if (!newest || l.generation > newest->generation) newest = &l;
    }
    if (newest) {
        out.generation = newest->generation;
        out.endpoints = newest->endpoints;
    }
    out.fingerprint_high = from.entry.type.fingerprint.high;
    out.fingerprint_low = from.entry.type.fingerprint.low;
    out.scope = from.entry.scope;
    return out;
}

class told final : public registration_observer {
public:
    explicit told(std::shared_ptr<core::publication_observer> to) : to_(std::move(to)) {}
    void registered(const id128& address, std::uint64_t generation) noexcept override {
        to_->registered({address.high, address.low}, generation);
    }
    void refused(refusal&& why) noexcept override { to_->refused({why.code, std::move(why.text)}); }
    void not_reachable(refusal&& why) noexcept override {
        to_->not_reachable({why.code, std::move(why.text)});
    }

private:
    const std::shared_ptr<core::publication_observer> to_;
};

class kept final : public core::registration {
public:
    kept(std::shared_ptr<registrar> by, std::uint64_t number)
        : by_(std::move(by)), number_(number) {}
    ~kept() override { take_back(registrar::waiting::not_at_all); }
    void withdraw() noexcept override { take_back(registrar::waiting::for_answer); }

private:
    void take_back(registrar::waiting how) noexcept {
        if (number_ != 0) by_->withdraw(std::exchange(number_, 0), how);
    }
    const std::shared_ptr<registrar> by_;
    std::uint64_t number_;
};

/// A name that nobody is told.
class unregistered final : public core::registration {
public:
    void withdraw() noexcept override {}
};

}  // namespace

std::string scope_or_default(const std::string& scope) {
    if (!scope.empty()) return scope;
    {
        const std::lock_guard lock{default_scope_mutex};
        if (!default_scope_text().empty()) return default_scope_text();
    }
    const char* given = std::getenv("ROI_SCOPE");
    return given && *given ? given : "/";
}

holder this_process() {
    holder self;
    self.program = ::program_invocation_short_name;
    self.pid = static_cast<std::int32_t>(::getpid());
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0) self.host = host;
    if (const char* user = std::getenv("USER")) self.user = user;
    return self;
}

naming_client::naming_client(std::shared_ptr<port> world)
    : world_(std::move(world)),
      resolver_(std::make_shared<resolver>(world_)),
      self_(this_process()) {}

// Lookups.

lookup_request naming_client::request_for(const core::resolve_request& what) const {
    lookup_request out;
    out.scope = scope_or_default(what.scope);
    out.name = what.name;
    if (what.type) {
        out.type = {what.type->name, {what.type->fingerprint_high, what.type->fingerprint_low}};
        out.description = bytes_of(what.type->description);
    }
    out.deadline = what.deadline;
    out.stale_generation = what.stale_generation;
    return out;
}

void naming_client::resolve(const core::resolve_request& what,
                            std::shared_ptr<core::resolution_observer> observer) {
    resolver_->resolve(request_for(what), what.refresh, [observer](lookup::done&& how) {
        if (auto* hit = std::get_if<found>(&how)) {
            observer->resolved(to_resolution(*hit));
        } else {
            auto& why = std::get<not_found>(how);
            observer->not_resolved({why.code, std::move(why.text)});
        }
    });
}

std::variant<core::resolution, core::naming_failure> naming_client::resolve_now(
    const core::resolve_request& what) {
    auto how = resolver_->resolve_now(request_for(what), what.refresh);
    if (auto* hit = std::get_if<found>(&how)) return to_resolution(*hit);
    auto& why = std::get<not_found>(how);
    return core::naming_failure{why.code, std::move(why.text)};
}

lookup::done naming_client::find(const std::string& name, const std::string& scope,
                                 std::optional<time_point> deadline) {
    lookup_request request;
    request.scope = scope_or_default(scope);
    request.name = name;
    request.deadline = deadline;
    // People ask to see what is there now.
    return resolver_->resolve_now(request, true);
}

// Registrations.

std::shared_ptr<registrar> naming_client::registrar_at(const std::string& server) {
    const std::lock_guard lock{mutex_};
    auto& slot = registrars_[server];
    if (!slot) {
        registrar::options with;
        with.server = server;
        with.instance = new_instance();
        with.holder = self_;
        slot = std::make_shared<registrar>(world_, std::move(with));
        if (stopped_) slot->stop();
    }
    return slot;
}

std::unique_ptr<core::registration> naming_client::publish(
    const core::publish_request& what, std::shared_ptr<core::publication_observer> observer) {
    std::string why;
    const auto where = scope_name::parse(scope_or_default(what.scope), why);
    if (!where) {
        observer->refused({errc::invalid_argument, why});
        return std::make_unique<unregistered>();
    }
    if (where->where == scope_name::place::local) {
        observer->registered(what.address, 0);
        return std::make_unique<unregistered>();
    }
    registrar::publication mine;
    mine.scope = where->path;
    mine.name = what.name;
    if (what.type) {
        mine.type = {what.type->name, {what.type->fingerprint_high, what.type->fingerprint_low}};
        mine.description = bytes_of(what.type->description);
    }
    mine.endpoints = what.endpoints;
    mine.address = {what.address.high, what.address.low};
    auto by = registrar_at(where->server);
    const std::uint64_t number =
        by->publish(std::move(mine), std::make_shared<told>(std::move(observer)));
    return std::make_unique<kept>(std::move(by), number);
}

void naming_client::stop() noexcept {
    resolver_->stop();
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    for (auto& [server, each] : registrars_)
        each->stop();
}

}  // namespace roi::naming

// The public functions beside it.

namespace roi {

void set_default_scope(const std::string& scope) {
    std::string why;
    if (!naming::scope_name::parse(scope, why)) {
        throw error{errc::invalid_argument, outcome::not_executed, why};
    }
    const std::lock_guard lock{naming::default_scope_mutex};
    naming::default_scope_text() = scope;
}

std::string default_scope() {
    return naming::scope_or_default({});
}

}  // namespace roi
