// The registry's readers, and the renewal of leases: what needs no store.
#include "registry/registry.hpp"

#include <algorithm>

namespace roi::nameserver {

using naming::status;

naming::renew_answer registry::renew(const naming::renew_request& request, const caller& who,
                                     moment now) {
    naming::renew_answer out;
    out.at = at();
    lease* held = leases_.find(request.instance);
    if (!held || held->ending) {
        out.status = status::not_found;
        return out;
    }
    out.ttl_ms = held->ttl_ms;
    out.names = held->paths.size();
    out.digest = held->digest;
    if (request.number < held->renewals) return out;  // a late copy
    held->renewals = request.number;
    leases_.extend(request.instance, held->ttl_ms, now.boot);
    const bool ended = std::find(gone_.begin(), gone_.end(), who.connection) != gone_.end();
    if (!ended) leases_.bind(request.instance, *held, who.connection);
    return out;
}

void registry::describe_entry(std::string_view path, const record& from, naming::entry& to) const {
    const auto [scope, name] = split_path(path);
    to.scope = scope;
    to.name = name;
    to.address = from.address;
    to.shared = from.shared;
    to.type = from.type;
    to.attributes = from.attributes;
    to.locations.clear();
    for (const stored_location& l : from.locations) {
        to.locations.push_back({l.endpoints, l.generation, l.holder, l.published_at_ms});
        to.ttl_ms = l.ttl_ms;
    }
}

registry::found registry::lookup(std::string_view scope, std::string_view name) const {
    found out;
    auto wanted = full_name::parse(scope, name, out.text);
    if (!wanted) {
        out.status = status::invalid;
        out.text = "the name cannot be looked up: " + out.text;
        return out;
    }
    const std::string from = wanted->scope();
    for (auto here = std::move(wanted); here; here = here->outward()) {
        const auto at = entries_.find(here->path());
        if (at == entries_.end()) continue;
        out.status = status::ok;
        describe_entry(at->first, at->second, out.entry);
        out.description = description(at->second.type.fingerprint);
        return out;
    }
    out.status = status::not_found;
    const std::string bare{split_path("/" + std::string{name}).second};
    out.text = "no server is published as '" + bare + "' in " + from +
               (from == "/" ? "" : " or further out");
    return out;
}

naming::list_answer registry::list(const naming::list_request& request) const {
    naming::list_answer out;
    out.at = at();
    std::string why;
    const auto scope = parse_scope(request.scope, why);
    if (!scope) {
        out.status = status::invalid;
        out.text = "the scope cannot be listed: " + why;
        return out;
    }
    const std::string inside = *scope == "/" ? "/" : *scope + "/";
    // The prefix is of the name, and names of inner scopes may match too, so it is no range of
    // keys.
    const std::uint32_t page = std::clamp(request.limit, 1U, options_.limits.list_page);
    auto at = request.after.empty() || request.after < inside ? entries_.lower_bound(inside)
                                                              : entries_.upper_bound(request.after);
    // Entries that are only passed over count too, so that nobody waits for a long search.
    std::size_t passed = 0;
    for (; at != entries_.end() && at->first.starts_with(inside); ++at) {
        if (out.entries.size() == page || passed == options_.limits.list_passed) {
            out.more = true;
            break;
        }
        ++passed;
        out.next = at->first;
        if (split_path(at->first).second.starts_with(request.prefix)) {
            describe_entry(at->first, at->second, out.entries.emplace_back());
        }
    }
    if (!out.more) out.next.clear();
    return out;
}

std::shared_ptr<const std::vector<std::byte>> registry::description(
    const id128& fingerprint) const {
    const auto at = descriptions_.find(fingerprint);
    return at == descriptions_.end() ? nullptr : at->second.bytes;
}

}  // namespace roi::nameserver
