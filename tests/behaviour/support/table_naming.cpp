// Names in a table of this process.
#include "behaviour/support/table_naming.hpp"

#include <roi/runtime.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace roi {
namespace {

struct table_entry {
    core::object_address address;
    std::uint64_t generation = 0;
    std::vector<std::string> endpoints;
    const generated::interface* type = nullptr;
    const void* holder = nullptr;
};

struct waiting {
    core::resolve_request request;
    std::shared_ptr<core::resolution_observer> observer;
    const void* owner = nullptr;
};

struct published {
    core::publish_request request;
    std::weak_ptr<core::publication_observer> observer;
};

struct table {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, table_entry> names;
    std::map<std::string, core::object_address> addresses;  // outlive the entries, as on disk
    std::map<const void*, published> registrations;
    std::vector<waiting> lookups;
    std::uint64_t generation = 0;
    testing::name_server state = testing::name_server::up;
};

table& the_table() {
    static table& instance = *new table;
    return instance;
}

std::string key(const std::string& scope, const std::string& name) {
    return scope + "/" + name;
}

// Null: not there yet.
std::optional<std::variant<core::resolution, core::naming_failure>> look_up(
    table& names, const core::resolve_request& what) {
    if (names.state == testing::name_server::down) return std::nullopt;
    const auto found = names.names.find(key(what.scope, what.name));
    if (found == names.names.end()) return std::nullopt;
    const table_entry& entry = found->second;
    if (what.refresh && entry.generation == what.stale_generation) return std::nullopt;
    if (*what.type->name != '\0' && (entry.type->fingerprint_high != what.type->fingerprint_high ||
                                     entry.type->fingerprint_low != what.type->fingerprint_low)) {
        return core::naming_failure{errc::type_mismatch,
                                    std::string{"'"} + what.name + "' is a " + entry.type->name};
    }
    core::resolution result;
    result.address = entry.address;
    result.generation = entry.generation;
    result.endpoints = entry.endpoints;
    result.scope = what.scope;
    return result;
}

core::naming_failure not_there(const table& names, const core::resolve_request& what) {
    if (names.state == testing::name_server::down) {
        return {errc::no_name_server, "no name server is in reach: tried the table"};
    }
    return {errc::name_not_found, "nothing is published as '" + what.name + "'"};
}

void tell(const waiting& who, std::variant<core::resolution, core::naming_failure>&& found) {
    if (auto* failed = std::get_if<core::naming_failure>(&found)) {
        who.observer->not_resolved(std::move(*failed));
    } else {
        who.observer->resolved(std::move(std::get<core::resolution>(found)));
    }
}

// Tells who waits for what the table holds by now.
void names_changed() {
    table& names = the_table();
    std::vector<std::pair<waiting, std::variant<core::resolution, core::naming_failure>>> found;
    {
        const std::lock_guard lock{names.mutex};
        names.changed.notify_all();
        for (std::size_t i = 0; i < names.lookups.size();) {
            if (auto result = look_up(names, names.lookups[i].request)) {
                found.emplace_back(std::move(names.lookups[i]), std::move(*result));
                names.lookups.erase(names.lookups.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
    }
    for (auto& [who, result] : found)
        tell(who, std::move(result));
}

void register_name(const void* holder, const published& what) {
    table& names = the_table();
    const auto observer = what.observer.lock();
    if (!observer) return;
    std::unique_lock lock{names.mutex};
    if (names.state == testing::name_server::down) {
        lock.unlock();
        observer->not_reachable({errc::no_name_server, "no name server is in reach"});
        return;
    }
    const std::string name = key(what.request.scope, what.request.name);
    if (const auto taken = names.names.find(name);
        taken != names.names.end() && taken->second.holder != holder) {
        lock.unlock();
        observer->refused({errc::name_taken, "'" + what.request.name + "' is held by pid 1"});
        return;
    }
    const core::object_address address =
        names.addresses.try_emplace(name, what.request.address).first->second;
    const std::uint64_t generation = ++names.generation;
    names.names[name] = {address, generation, what.request.endpoints, what.request.type, holder};
    lock.unlock();
    observer->registered(address, generation);
    names_changed();
}

class table_registration final : public core::registration {
public:
    explicit table_registration(published what) {
        table& names = the_table();
        {
            const std::lock_guard lock{names.mutex};
            names.registrations[this] = what;
        }
        register_name(this, what);
    }
    ~table_registration() override { table_registration::withdraw(); }
    void withdraw() noexcept override {
        table& names = the_table();
        const std::lock_guard lock{names.mutex};
        names.registrations.erase(this);
        std::erase_if(names.names, [&](const auto& entry) { return entry.second.holder == this; });
    }
};

class table_naming final : public core::naming {
public:
    explicit table_naming(runtime& owner) : owner_(owner) {}

    void resolve(const core::resolve_request& what,
                 std::shared_ptr<core::resolution_observer> observer) override {
        table& names = the_table();
        std::optional<std::variant<core::resolution, core::naming_failure>> found;
        {
            const std::lock_guard lock{names.mutex};
            found = look_up(names, what);
            if (!found) names.lookups.push_back({what, observer, this});
        }
        if (found) {
            tell({what, observer, this}, std::move(*found));
        } else if (what.deadline) {
            std::thread{[what, observer] { wait_for_deadline(what, observer); }}.detach();
        }
    }

    std::variant<core::resolution, core::naming_failure> resolve_now(
        const core::resolve_request& what) override {
        table& names = the_table();
        std::unique_lock lock{names.mutex};
        std::optional<std::variant<core::resolution, core::naming_failure>> found;
        const auto there = [&] {
            found = look_up(names, what);
            return found.has_value();
        };
        if (!what.deadline) {
            names.changed.wait(lock, there);
        } else if (!names.changed.wait_until(lock, *what.deadline, there)) {
            return not_there(names, what);
        }
        return std::move(*found);
    }

    std::unique_ptr<core::registration> publish(
        const core::publish_request& what,
        std::shared_ptr<core::publication_observer> observer) override {
        return std::make_unique<table_registration>(published{what, observer});
    }

    void stop() noexcept override {
        table& names = the_table();
        std::vector<waiting> ended;
        {
            const std::lock_guard lock{names.mutex};
            for (std::size_t i = 0; i < names.lookups.size();) {
                if (names.lookups[i].owner == this) {
                    ended.push_back(std::move(names.lookups[i]));
                    names.lookups.erase(names.lookups.begin() + static_cast<std::ptrdiff_t>(i));
                } else {
                    ++i;
                }
            }
        }
        for (const waiting& who : ended) {
            who.observer->not_resolved({errc::shutting_down, "the runtime is stopping"});
        }
    }

private:
    static void wait_for_deadline(const core::resolve_request& what,
                                  const std::shared_ptr<core::resolution_observer>& observer) {
        table& names = the_table();
        std::unique_lock lock{names.mutex};
        const auto pending = [&] {
            return std::find_if(names.lookups.begin(), names.lookups.end(),
                                [&](const waiting& who) { return who.observer == observer; });
        };
        names.changed.wait_until(lock, *what.deadline,
                                 [&] { return pending() == names.lookups.end(); });
        const auto mine = pending();
        if (mine == names.lookups.end()) return;
        names.lookups.erase(mine);
        core::naming_failure why = not_there(names, what);
        lock.unlock();
        observer->not_resolved(std::move(why));
    }

    runtime& owner_;
};

}  // namespace

std::shared_ptr<core::naming> core::make_naming(runtime& owner) {
    return std::make_shared<table_naming>(owner);
}

std::string core::explain_mismatch(const generated::interface& wanted, const std::string& offered,
                                   std::span<const std::byte>) {
    if (*wanted.name == '\0') return {};
    return "the server's " + offered + " differs from the client's " + wanted.name;
}

void testing::set_name_server(name_server now) {
    table& names = the_table();
    std::vector<std::pair<const void*, published>> known;
    {
        const std::lock_guard lock{names.mutex};
        names.state = now;
        if (now == name_server::up)
            known.assign(names.registrations.begin(), names.registrations.end());
    }
    for (const auto& [holder, what] : known)
        register_name(holder, what);
    names_changed();
}

void testing::forget_names() {
    table& names = the_table();
    const std::lock_guard lock{names.mutex};
    names.names.clear();
    names.addresses.clear();
}

void testing::take_over(const std::string& name) {
    table& names = the_table();
    const std::lock_guard lock{names.mutex};
    const auto found = names.names.find(name);
    if (found != names.names.end()) found->second.generation = ++names.generation;
}

}  // namespace roi
