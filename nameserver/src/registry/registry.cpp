// Changes to names: checked, staged, committed.
#include "registry/registry.hpp"

#include <algorithm>
#include <utility>

namespace roi::nameserver {

using naming::status;

namespace {

/// How many ended connections are remembered, so that a call that arrived before the end and is
/// served after it binds nothing to it. A connection's calls are all served long before so many
/// others end.
constexpr std::size_t gone_remembered = 4096;

std::string who_is(const naming::holder& h) {
    std::string text = h.program.empty() ? "a program" : h.program;
    text += " (pid " + std::to_string(h.pid);
    if (!h.user.empty()) text += ", user " + h.user;
    if (!h.host.empty()) text += ", host " + h.host;
    return text + ")";
}

bool is_endpoint(std::string_view text) {
    return (text.starts_with("unix:") && text.size() > 5) ||
           (text.starts_with("tcp://") && text.size() > 6);
}

bool same_uid(const stored_location& l, const caller& who) {
    return l.holder.uid == (who.uid ? static_cast<std::int64_t>(*who.uid) : -1);
}

}  // namespace

registry::registry(options with)
    : options_(std::move(with)), sweep_at_(options_.limits.spare_descriptions) {}

// Loading.

void registry::load(store& from, moment now) {
    store_id_ = from.id();
    revision_ = staged_revision_ = from.revision();
    from.load(*this);
    for (const auto& [path, what] : entries_) {
        const auto used = descriptions_.find(what.type.fingerprint);
        if (used != descriptions_.end()) ++used->second.users;
        for (const stored_location& l : what.locations) {
            leases_.extend(l.instance, l.ttl_ms, now.boot);
            leases_.attach(l.instance, path, l.generation);
            if (!l.process.empty()) absent_.emplace(l.instance, l.process);
        }
    }
    leases_.restart(now.boot);
}

void registry::on_name(std::uint64_t created, std::string_view value) {
    auto in = decode(value, created);
    if (!in || in->what.generation() > revision_ || created > revision_) {
        throw store_error{"record " + std::to_string(created) + " cannot be read"};
    }
    if (!entries_.emplace(std::move(in->path), std::move(in->what)).second) {
        throw store_error{"record " + std::to_string(created) + " repeats a name"};
    }
}

void registry::on_description(const id128& fingerprint, std::span<const std::byte> value) {
    descriptions_[fingerprint].bytes =
        std::make_shared<const std::vector<std::byte>>(value.begin(), value.end());
}

// Staging.

const record* registry::current(const std::string& path) const {
    if (const auto staged = staged_entries_.find(path); staged != staged_entries_.end()) {
        return staged->second.what ? &*staged->second.what : nullptr;
    }
    const auto at = entries_.find(path);
    return at == entries_.end() ? nullptr : &at->second;
}

bool registry::description_known(const id128& fingerprint) const {
    if (const auto at = staged_descriptions_.find(fingerprint); at != staged_descriptions_.end()) {
        return at->second != nullptr;
    }
    return descriptions_.contains(fingerprint);
}

void registry::stage(const std::string& path, std::optional<record> what, std::string bytes) {
    ++staged_revision_;
    staged_entries_[path] = {std::move(what), std::move(bytes)};
}

void registry::remove_instance(const std::string& path, const id128& instance) {
    const record* held = current(path);
    if (!held || !held->find(instance)) return;
    record rest = *held;
    std::erase_if(rest.locations, [&](const stored_location& l) { return l.instance == instance; });
    if (rest.locations.empty()) {
        stage(path, std::nullopt, {});
    } else {
        std::string bytes = encode(path, rest);
        stage(path, std::move(rest), std::move(bytes));
    }
}

/// Frees a name whose holder ended while nobody could notice, for the one who wants it now.
void registry::remove_ended(const std::string& path) {
    if (absent_.empty() || !options_.process_ended) return;
    const record* held = current(path);
    if (!held) return;
    std::vector<id128> ended;
    for (const stored_location& l : held->locations) {
        const auto at = absent_.find(l.instance);
        if (at == absent_.end()) continue;
        const lease* its = leases_.find(l.instance);
        if ((!its || its->connection == 0) && options_.process_ended(at->second)) {
            ended.push_back(l.instance);
        }
    }
    for (const id128& instance : ended)
        remove_instance(path, instance);
}

std::optional<std::string> registry::check(const naming::publish_request& request) const {
    const limits& most = options_.limits;
    std::string why;
    if (request.instance == id128{}) return "the instance has no token";
    if (request.ttl_ms < most.ttl_min.count() || request.ttl_ms > most.ttl_max.count()) {
        return "a lease of " + std::to_string(request.ttl_ms) + " ms; it may last from " +
               std::to_string(most.ttl_min.count()) + " to " +
               std::to_string(most.ttl_max.count()) + " ms";
    }
    if (request.endpoints.empty()) return "no endpoint";
    if (request.endpoints.size() > most.endpoints) {
        return std::to_string(request.endpoints.size()) + " endpoints; the limit is " +
               std::to_string(most.endpoints);
    }
    const auto check_text = [&](std::string_view what, std::string_view text) {
        if (text.size() > most.text_bytes) {
            why = std::string{what} + " of " + std::to_string(text.size()) +
                  " bytes; the limit is " + std::to_string(most.text_bytes);
            return false;
        }
        if (is_plain_text(text, why)) return true;
        why = std::string{what} + ": " + why;
        return false;
    };
    for (const std::string& e : request.endpoints) {
        if (!check_text("an endpoint", e)) return why;
        if (!is_endpoint(e)) return "the endpoint '" + e + "' is neither unix: nor tcp://";
    }
    if (!check_text("the interface's name", request.type.name) ||
        !check_text("the program's name", request.holder.program) ||
        !check_text("the user's name", request.holder.user) ||
        !check_text("the host's name", request.holder.host)) {
        return why;
    }
    for (const auto& [key, value] : request.attributes) {
        if (!check_text("an attribute", key) || !check_text("an attribute", value)) return why;
    }
    if (request.description.size() > most.description_bytes) {
        return "a description of " + std::to_string(request.description.size()) +
               " bytes; the limit is " + std::to_string(most.description_bytes);
    }
    return std::nullopt;
}

naming::publish_answer registry::publish(const naming::publish_request& request, const caller& who,
                                         moment now) {
    naming::publish_answer out;
    const auto end = [&](naming::status what, std::string text) {
        out.status = what;
        out.text = std::move(text);
        out.at = {store_id_, staged_revision_};
        return out;
    };
    std::string why;
    const auto name = full_name::parse(request.scope, request.name, why);
    if (!name) {
        // The name itself is not shown: it may hold anything.
        return end(status::invalid, "the name cannot be published: " + why);
    }
    const std::string path = name->path();
    if (!who.may_publish) {
        return end(status::denied,
                   "callers over TCP are anonymous and may not publish; use the name server's Unix "
                   "socket, or start it with --insecure");
    }
    if (who.connection != 0 &&
        std::find(gone_.begin(), gone_.end(), who.connection) != gone_.end()) {
        return end(status::denied, "the connection has ended");
    }
    if (auto wrong = check(request)) {
        return end(status::invalid, path + " cannot be published: " + *wrong);
    }

    stored_location mine;
    mine.endpoints = request.endpoints;
    mine.instance = request.instance;
    mine.ttl_ms = request.ttl_ms;
    mine.holder = request.holder;
    mine.holder.uid = who.uid ? static_cast<std::int64_t>(*who.uid) : -1;
    if (who.uid) mine.holder.user = who.user;
    if (who.pid != 0) mine.holder.pid = who.pid;
    mine.published_at_ms = now.wall_ms;
    mine.process = who.process;

    remove_ended(path);
    mine.generation = staged_revision_ + 1;
    const record* held = current(path);
    record next;
    if (held) {
        next = *held;
        const stored_location* before = held->find(request.instance);
        if (before) {
            if (!same_uid(*before, who)) {
                return end(status::denied, path + " was published by another user with this token");
            }
        } else if (request.mode == naming::publish_mode::takeover) {
            if (held->generation() != request.if_generation) {
                return end(status::superseded,
                           path + " is at generation " + std::to_string(held->generation()) +
                               ", not at " + std::to_string(request.if_generation));
            }
            const bool root = who.uid && *who.uid == 0;
            for (const stored_location& l : held->locations) {
                if (!root && !same_uid(l, who)) {
                    return end(status::denied, path + " is held by another user");
                }
            }
            next.locations.clear();
        } else if (!(held->shared && request.shared)) {
            const stored_location& holder = held->locations.front();
            out.held_by = holder.holder;
            return end(status::taken, path + " is published by " + who_is(holder.holder) + " at " +
                                          holder.endpoints.front());
        } else if (held->type != request.type) {
            return end(status::type_mismatch,
                       path + " is shared by servers of " + held->type.name +
                           " of another version; replicas have the same interface");
        }
    } else {
        if (request.mode == naming::publish_mode::takeover) {
            return end(status::superseded,
                       path + " is not published, so nothing can be taken over");
        }
        if (entries_.size() + staged_entries_.size() >= options_.limits.names) {
            return end(status::invalid, "the name server holds " +
                                            std::to_string(options_.limits.names) +
                                            " names already; that is its limit");
        }
        next.created = mine.generation;
        next.address = request.mode == naming::publish_mode::renew && request.address != id128{}
                           ? request.address
                           : options_.mint();
    }

    const bool describes =
        !request.type.name.empty() && !description_known(request.type.fingerprint);
    if (describes && request.description.empty()) {
        return end(status::need_description, "the interface is not known here");
    }
    if (describes && options_.check_description) {
        if (auto wrong = options_.check_description(request.type, request.description)) {
            return end(status::invalid, path + " cannot be published: its description: " + *wrong);
        }
    }

    const lease* alive = leases_.find(request.instance);
    const lease_change extended{request.instance, request.ttl_ms, who.connection,
                                alive ? alive->connection : 0};
    out.address = next.address;
    out.ttl_ms = request.ttl_ms;
    stored_location* before = next.find(request.instance);
    if (before && before->endpoints == mine.endpoints && before->ttl_ms == mine.ttl_ms &&
        before->holder == mine.holder && before->process == mine.process &&
        next.type == request.type && next.attributes == request.attributes &&
        next.shared == request.shared) {
        // The same again: a repeated request, or a holder that is back. Nothing to write.
        out.generation = before->generation;
    } else {
        out.generation = mine.generation;
        if (before) {
            *before = std::move(mine);
        } else {
            next.locations.push_back(std::move(mine));
        }
        next.type = request.type;
        next.shared = request.shared;
        next.attributes = request.attributes;
        std::string bytes = encode(path, next);
        if (bytes.size() > options_.limits.record_bytes) {
            return end(status::invalid, path + " cannot be published: a record of " +
                                            std::to_string(bytes.size()) + " bytes; the limit is " +
                                            std::to_string(options_.limits.record_bytes));
        }
        stage(path, std::move(next), std::move(bytes));
        if (describes) {
            staged_descriptions_[request.type.fingerprint] =
                std::make_shared<const std::vector<std::byte>>(request.description);
        }
    }
    staged_leases_.push_back(extended);
    return end(status::ok, {});
}

naming::withdraw_answer registry::withdraw(const naming::withdraw_request& request,
                                           const caller& who) {
    naming::withdraw_answer out;
    std::string why;
    const auto name = full_name::parse(request.scope, request.name, why);
    if (!name) {
        out.status = status::invalid;
        out.text = "the name cannot be withdrawn: " + why;
    } else if (!who.may_publish) {
        out.status = status::denied;
        out.text = "callers over TCP are anonymous and may not withdraw";
    } else {
        remove_instance(name->path(), request.instance);
    }
    out.at = {store_id_, staged_revision_};
    return out;
}

registry::expiry registry::expire(moment now, std::chrono::nanoseconds lag) {
    expiry out;
    const lease_table::due due = leases_.take_due(now.boot, lag);
    out.postponed = due.postponed;
    for (const id128& instance : due.instances) {
        for (const std::string_view path : leases_.find(instance)->paths) {
            out.removed.emplace_back(path);
            remove_instance(out.removed.back(), instance);
        }
    }
    return out;
}

std::vector<std::string> registry::connection_gone(std::uint64_t connection) {
    if (connection == 0) return {};
    gone_.push_back(connection);
    if (gone_.size() > gone_remembered) gone_.pop_front();
    // Leases that publish() bound to it in this very batch, and those bound earlier and not moved
    // to another connection since.
    std::vector<id128> instances = leases_.bound_to(connection);
    for (const lease_change& change : staged_leases_) {
        const auto same = [&](const id128& i) { return i == change.instance; };
        std::erase_if(instances, same);
        if (change.connection == connection) instances.push_back(change.instance);
    }
    return end_leases(instances);
}

std::vector<registry::absentee> registry::absent(std::size_t most) {
    std::vector<absentee> out;
    std::erase_if(absent_, [&](const auto& each) {
        const lease* held = leases_.find(each.first);
        return !held || held->connection != 0;
    });
    auto at = absent_.upper_bound(absent_after_);
    for (std::size_t left = std::min(most, absent_.size()); left > 0; --left, ++at) {
        if (at == absent_.end()) at = absent_.begin();
        out.push_back({at->first, at->second});
    }
    if (!out.empty()) absent_after_ = out.back().instance;
    return out;
}

std::vector<std::string> registry::holders_gone(const std::vector<id128>& instances) {
    std::vector<id128> still;
    for (const id128& instance : instances) {
        // Its last renewal may have come in since somebody looked.
        const lease* held = leases_.find(instance);
        if (held && held->connection == 0) still.push_back(instance);
    }
    return end_leases(still);
}

std::vector<std::string> registry::end_leases(const std::vector<id128>& instances) {
    std::vector<std::string> removed;
    for (const id128& instance : instances) {
        std::set<std::string> paths;
        if (lease* held = leases_.find(instance)) {
            leases_.mark_ending(instance, *held);
            paths.insert(held->paths.begin(), held->paths.end());
        }
        for (const auto& [path, staged] : staged_entries_) {
            if (staged.what && staged.what->find(instance)) paths.insert(path);
        }
        for (const std::string& path : paths) {
            remove_instance(path, instance);
            removed.push_back(path);
        }
    }
    return removed;
}

// Committing.

void registry::stage_spare_descriptions() {
    if (descriptions_.size() < sweep_at_) return;
    std::size_t used = 0;
    for (const auto& [fingerprint, entry] : descriptions_) {
        const bool wanted = std::any_of(
            staged_entries_.begin(), staged_entries_.end(), [&f = fingerprint](const auto& staged) {
                return staged.second.what && staged.second.what->type.fingerprint == f;
            });
        if (entry.users != 0 || wanted) {
            ++used;
        } else {
            staged_descriptions_.emplace(fingerprint, nullptr);
        }
    }
    sweep_at_ = 2 * used + options_.limits.spare_descriptions;
}

transaction registry::staged() {
    transaction out;
    out.revision = staged_revision_;
    for (const auto& [path, staged] : staged_entries_) {
        const auto before = entries_.find(path);
        if (before != entries_.end() &&
            (!staged.what || staged.what->created != before->second.created)) {
            out.names.push_back({before->second.created, path, std::nullopt});
        }
        if (staged.what) out.names.push_back({staged.what->created, path, staged.bytes});
    }
    if (!out.names.empty()) stage_spare_descriptions();
    for (const auto& [fingerprint, bytes] : staged_descriptions_) {
        out.descriptions.push_back({fingerprint, bytes});
    }
    // A name that came and went within one batch changes nothing but the revision, which then need
    // not be kept: nobody has been told of it.
    if (out.empty()) staged_revision_ = revision_;
    return out;
}

void registry::commit_entry(const std::string& path, staged_entry& staged) {
    const auto use = [this](const id128& fingerprint, bool more) {
        const auto at = descriptions_.find(fingerprint);
        if (at != descriptions_.end()) at->second.users += more ? 1 : std::size_t(-1);
    };
    auto at = entries_.find(path);
    std::vector<stored_location> before;
    if (at != entries_.end()) {
        use(at->second.type.fingerprint, false);
        before = std::move(at->second.locations);
    } else if (staged.what) {
        at = entries_.emplace(path, record{}).first;
    } else {
        return;
    }
    if (staged.what) {
        use(staged.what->type.fingerprint, true);
        at->second = std::move(*staged.what);
        // Attached before the old ones are detached, so that a lease is not ended and made anew.
        for (const stored_location& l : at->second.locations) {
            leases_.attach(l.instance, at->first, l.generation);
        }
    }
    for (const stored_location& l : before) {
        const bool stays = staged.what && at->second.find(l.instance);
        leases_.detach(l.instance, at->first, l.generation, stays);
    }
    if (!staged.what) entries_.erase(at);
}

void registry::commit(moment now) {
    for (auto& [fingerprint, bytes] : staged_descriptions_) {
        if (bytes) {
            descriptions_[fingerprint].bytes = bytes;
        } else {
            descriptions_.erase(fingerprint);
        }
    }
    for (auto& [path, staged] : staged_entries_) {
        if (staged.what) commit_entry(path, staged);
    }
    for (auto& [path, staged] : staged_entries_) {
        if (!staged.what) commit_entry(path, staged);
    }
    for (const lease_change& change : staged_leases_) {
        lease* held = leases_.find(change.instance);
        if (!held) continue;  // withdrawn, or ended, in the same batch
        leases_.extend(change.instance, change.ttl_ms, now.boot);
        // A renewal may have moved it to a newer connection meanwhile.
        if (held->connection == change.previous_connection) {
            leases_.bind(change.instance, *held, change.connection);
        }
    }
    revision_ = staged_revision_;
    discard();
}

void registry::discard() noexcept {
    staged_entries_.clear();
    staged_descriptions_.clear();
    staged_leases_.clear();
    staged_revision_ = revision_;
    leases_.none_ending();
}

}  // namespace roi::nameserver
