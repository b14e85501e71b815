// Asks name servers by the stubs that idlc made of their interface.
#include "directory.hpp"

#include "description/names.hpp"
#include "format.hpp"
#include "name_service.roi.hpp"
#include "places.hpp"

#include <roi/dynamic.hpp>

#include <algorithm>

namespace roi::cli {

namespace {

/// A page, and how many of them are read before a list is taken for endless.
constexpr std::uint32_t page = 500;
constexpr int most_pages = 2'000;
constexpr int most_hops = 8;

naming::name_service_client client_of(const std::string& endpoint, const settings& with) {
    return naming::name_service_client(roi::at(endpoint, naming::server_object).without_waiting())
        .with({.deadline = with.timeout});
}

/// An answer that is not ok, as a failure.
[[noreturn]] void refused(const std::string& doing, naming::status status,
                          const std::string& text) {
    failure made(exit_code::failed, doing + ": " + text);
    switch (status) {
        case naming::status::not_found:
            made.details["code"] = "name_not_found";
            break;
        case naming::status::type_mismatch:
            made.details["code"] = "type_mismatch";
            break;
        case naming::status::denied:
            made.details["code"] = "permission_denied";
            break;
        case naming::status::invalid:
            made.details["code"] = "invalid_argument";
            break;
        case naming::status::stopping:
            made.details["code"] = "shutting_down";
            break;
        default:
            made.details["code"] = "not_supported";
            break;
    }
    throw made;
}

naming::scope_name read_scope(const std::string& text) {
    std::string why;
    auto scope = naming::scope_name::parse(text, why);
    if (!scope) {
        throw failure(exit_code::usage, why);
    }
    return *scope;
}

}  // namespace

directory::directory(const settings& with, std::string endpoint, std::string path)
    : with_(with), endpoint_(std::move(endpoint)), path_(std::move(path)) {}

directory directory::open(const settings& with) {
    const auto scope = read_scope(with.scope);
    if (scope.where == naming::scope_name::place::local) {
        throw failure(exit_code::usage, "no name server knows what is in the scope 'local:'",
                      "name such an object by its endpoint: unix:/run/x#bank");
    }
    const auto here = naming::system_surroundings();
    const bool given = scope.where == naming::scope_name::place::given_server;
    const auto servers = given ? std::vector{scope.server} : naming::default_servers(here);
    // The runtime tries a refused connection again until its deadline; here that is an answer.
    auto soon = with;
    soon.timeout = std::min<std::chrono::milliseconds>(with.timeout, std::chrono::seconds(2));
    std::string tried;
    for (const auto& server : servers) {
        try {
            (void)client_of(server, soon).state();
            return directory(with, server, scope.path);
        } catch (const roi::error& why) {
            tried += (tried.empty() ? "" : "; ") + std::string(why.what());
        }
    }
    const auto text = given ? "the name server at " + scope.server + " does not answer: " + tried
                            : "no name server answers; looked at " +
                                  naming::explain_default_servers(here) +
                                  (tried.empty() ? "" : ". " + tried);
    failure made(
        exit_code::failed, text,
        "start one with `roi-nameserver &`, or name one with --nameserver or ROI_NAMESERVER");
    made.details["code"] = "no_name_server";
    made.details["outcome"] = "not_executed";
    throw made;
}

std::vector<naming::entry> directory::list(const std::string& prefix) const {
    std::vector<naming::entry> all;
    naming::list_request request{.scope = path_, .prefix = prefix, .after = {}, .limit = page};
    try {
        for (int i = 0; i < most_pages; ++i) {
            auto answer = client_of(endpoint_, with_).list(request);
            if (answer.status != naming::status::ok) {
                refused("listing names at " + endpoint_, answer.status, answer.text);
            }
            const bool more = answer.more;
            request.after = std::move(answer.next);
            all.insert(all.end(), std::make_move_iterator(answer.entries.begin()),
                       std::make_move_iterator(answer.entries.end()));
            if (!more) {
                return all;
            }
        }
    } catch (const roi::error& why) {
        throw from_error("listing names at " + endpoint_, why);
    }
    throw failure(exit_code::failed,
                  text() + " lists more than " + std::to_string(page * most_pages) + " names");
}

std::string directory::explain_absent(const std::string& name) const {
    std::vector<std::string> names;
    try {
        for (const auto& entry : list("")) {
            names.push_back(full_name(entry.scope, entry.name));
        }
    } catch (const failure&) {
        return {};  // the name's absence is what matters
    }
    if (names.empty()) {
        return "nothing is published there; start the server, or look elsewhere with --scope";
    }
    const auto guess = description::nearest(name, names);
    return guess.empty() ? "`roi ls` shows what is published" : "did you mean '" + guess + "'?";
}

naming::entry directory::resolve(const std::string& name) const {
    std::string server = endpoint_;
    naming::resolve_request request{.scope = path_, .name = name, .type = {}, .description = {}};
    std::string text;
    for (int hop = 0; hop < most_hops; ++hop) {
        try {
            auto answer = client_of(server, with_).resolve(request);
            if (answer.status == naming::status::ok) {
                return std::move(answer.entry);
            }
            if (answer.status != naming::status::not_found) {
                refused("resolving '" + name + "'", answer.status, answer.text);
            }
            text = answer.text;
            if (answer.parent.empty()) {
                break;
            }
            auto outer = with_;
            outer.scope = answer.parent;
            const auto next = open(outer);
            server = next.endpoint_;
            request.scope = next.path_;
        } catch (const roi::error& why) {
            throw from_error("resolving '" + name + "'", why);
        }
    }
    failure made(exit_code::failed,
                 text.empty() ? "no server is published as '" + name + "'" : text,
                 explain_absent(name));
    made.details["code"] = reason_name(errc::name_not_found);
    made.details["outcome"] = "not_executed";
    throw made;
}

std::vector<std::byte> directory::describe(const naming::interface_id& type) const {
    try {
        auto answer = client_of(endpoint_, with_).describe(type.fingerprint);
        if (answer.status != naming::status::ok) {
            refused("fetching the description of " + type.name, answer.status, answer.text);
        }
        return std::move(answer.description);
    } catch (const roi::error& why) {
        throw from_error("fetching the description of " + type.name, why);
    }
}

naming::server_state directory::state() const {
    try {
        return client_of(endpoint_, with_).state();
    } catch (const roi::error& why) {
        throw from_error("asking " + text(), why);
    }
}

object_name object_name::parse(const std::string& text, const settings& with) {
    object_name object;
    object.text = text;
    object.scope = with.scope;
    if (text.starts_with("unix:") || text.starts_with("tcp://")) {
        const auto mark = text.find('#');
        object.endpoint = text.substr(0, mark);
        object.name = mark == std::string::npos ? "" : text.substr(mark + 1);
        return object;
    }
    const auto slash = text.rfind('/');
    object.name = slash == std::string::npos ? text : text.substr(slash + 1);
    if (slash != std::string::npos) {
        const auto path = slash == 0 ? std::string("/") : text.substr(0, slash);
        if (path.front() != '/') {
            throw failure(exit_code::usage, "'" + text + "' is no name: a scope begins with '/'");
        }
        const auto mark = with.scope.find('#');
        const bool other_server = !with.scope.empty() && with.scope.front() != '/';
        object.scope = other_server ? with.scope.substr(0, mark) + "#" + path : path;
    }
    if (object.name.empty()) {
        throw failure(exit_code::usage, "'" + text + "' names no object",
                      "write bank, /team/alice/bank, or unix:/run/x#bank");
    }
    return object;
}

roi::target object_name::target() const {
    return endpoint.empty() ? roi::named(name).in(scope) : roi::at(endpoint, name);
}

object_interface find_interface(const object_name& object, const settings& with) {
    if (object.endpoint.empty()) {
        auto there = with;
        there.scope = object.scope;
        const auto names = directory::open(there);
        const auto entry = names.resolve(object.name);
        object_interface found{entry.type.name, {}, {}};
        if (!entry.locations.empty()) {
            found.holder = holder_text(entry.locations.front().holder);
        }
        try {
            found.description = names.describe(entry.type);
            return found;
        } catch (const failure&) {
            // An entry of an outer scope: this name server has no description of it, its server
            // has.
        }
    }
    try {
        auto offer = dynamic::describe(object.target(), {.deadline = with.timeout});
        return {std::move(offer.interface), std::move(offer.description),
                std::move(offer.endpoint)};
    } catch (const roi::error& why) {
        throw from_error("asking '" + object.text + "' for its interface", why);
    }
}

}  // namespace roi::cli
