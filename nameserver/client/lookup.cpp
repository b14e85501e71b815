// The steps of one search.
#include "lookup.hpp"

#include <algorithm>
#include <utility>

namespace roi::naming {

using namespace std::chrono_literals;

namespace {

constexpr duration ask_limit = 5s;
constexpr duration first_wait = 10ms;
constexpr duration longest_wait = 1s;

}  // namespace

lookup::lookup(lookup_request what, port& world)
    : what_(std::move(what)), world_(world), waits_(first_wait, longest_wait) {}

duration lookup::left(time_point now) const {
    return what_.deadline ? *what_.deadline - now : duration::max();
}

lookup::action lookup::begin(time_point now) {
    return round(now);
}
lookup::action lookup::waited(time_point now) {
    return round(now);
}

lookup::action lookup::wait_first(duration time, time_point now) {
    return wait{std::max(duration{0}, std::min(time, left(now)))};
}

lookup::action lookup::round(time_point now) {
    passed_.clear();
    absent_ = false;
    tried_.clear();
    return enter(what_.scope, now);
}

lookup::action lookup::enter(const std::string& scope, time_point now) {
    std::string why;
    const auto where = scope_name::parse(scope, why);
    if (!where) return done{not_found{errc::invalid_argument, why}};
    if (where->where == scope_name::place::local) {
        return done{not_found{errc::name_not_found,
                              "names in the scope local: are found by their endpoint only"}};
    }
    if (!passed_.insert(scope).second || passed_.size() > max_hops) {
        last_text_ +=
            "; the scopes of the name servers lead in a circle, or too far, at '" + scope + "'";
        return pause(now);
    }
    path_ = where->path;
    servers_ = where->where == scope_name::place::given_server
                   ? std::vector<std::string>{where->server}
                   : world_.default_servers();
    server_ = 0;
    describing_ = false;
    return ask_next(now);
}

lookup::action lookup::ask_next(time_point now) {
    if (left(now) <= duration{0}) return give_up();
    if (server_ >= servers_.size()) {
        // Nobody answered in this scope. What an inner one said stands.
        if (!absent_) {
            last_code_ = errc::no_name_server;
            last_text_ = "no name server is in reach; looked at " +
                         (servers_.size() == 1 ? servers_[0] : world_.explain_default_servers()) +
                         (tried_.empty() ? "" : " (" + tried_ + ")") +
                         "; start one with roi-nameserver";
        }
        return pause(now);
    }
    resolve_request request;
    request.scope = path_;
    request.name = what_.name;
    request.type = what_.type;
    if (describing_) request.description = what_.description;
    return ask{servers_[server_], std::move(request), std::min(ask_limit, left(now))};
}

lookup::action lookup::pause(time_point now) {
    const duration rest = left(now);
    if (rest <= duration{0}) return give_up();
    wait next{std::min(waits_.next(world_.chance()), rest)};
    if (!since_) since_ = now;
    if (!told_ && now - *since_ >= told_after) {
        told_ = true;
        next.tell = "waiting for '" + what_.name + "': " + last_text_;
    }
    return next;
}

lookup::action lookup::give_up() const {
    return done{so_far()};
}

lookup::action lookup::failed(const roi::error& why, time_point now) {
    if (why.reason() == errc::shutting_down || why.reason() == errc::cancelled) {
        return done{not_found{errc::shutting_down, why.what()}};
    }
    tried_ = why.what();
    ++server_;
    return ask_next(now);
}

lookup::action lookup::answered(resolve_answer&& answer, time_point now) {
    const auto end = [&](errc code) { return done{not_found{code, std::move(answer.text)}}; };
    switch (answer.status) {
        case status::ok: {
            std::uint64_t newest = 0;
            for (const location& l : answer.entry.locations) {
                newest = std::max(newest, l.generation);
            }
            // The server that just died may still be registered; its successor is on its way.
            if (what_.stale_generation != 0 && newest == what_.stale_generation &&
                stale_ < max_stale) {
                ++stale_;
                absent_ = true;
                last_code_ = errc::name_not_found;
                last_text_ = "the server of '" + what_.name + "' is gone, and no other took over";
                if (left(now) > duration{0}) return pause(now);
            }
            return done{found{std::move(answer.entry), servers_[server_]}};
        }
        case status::not_found:
            absent_ = true;
            last_code_ = errc::name_not_found;
            last_text_ = std::move(answer.text);
            if (!answer.parent.empty()) return enter(answer.parent, now);
            return pause(now);
        case status::need_description:
            if (!describing_ && !what_.description.empty()) {
                describing_ = true;
                return ask_next(now);
            }
            return end(errc::type_mismatch);
        case status::type_mismatch:
            return end(errc::type_mismatch);
        case status::denied:
            return end(errc::permission_denied);
        case status::invalid:
            return end(errc::invalid_argument);
        case status::taken:
        case status::superseded:
        case status::store_failed:
        case status::stopping:
            break;
    }
    tried_ = std::move(answer.text);
    ++server_;
    return ask_next(now);
}

}  // namespace roi::naming
