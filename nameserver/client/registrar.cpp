// One question renews, finds the name server, and tells what is to be published again.
#include "registrar.hpp"

#include <algorithm>
#include <utility>

namespace roi::naming {

using namespace std::chrono_literals;

namespace {

constexpr duration ask_limit = 10s;
constexpr duration withdraw_limit = 2s;
// Short, for on one host a try costs little, and programs may be started in any order.
constexpr duration longest_wait = 1s;

errc code_of(status why) {
    switch (why) {
        case status::taken:
        case status::superseded:
            return errc::name_taken;
        case status::denied:
            return errc::permission_denied;
        case status::type_mismatch:
            return errc::type_mismatch;
        case status::invalid:
        case status::need_description:
            return errc::invalid_argument;
        case status::ok:
        case status::not_found:
        case status::store_failed:
        case status::stopping:
            break;
    }
    return errc::no_name_server;
}

}  // namespace

registrar::registrar(std::shared_ptr<port> world, options with)
    : world_(std::move(world)), options_(std::move(with)), waits_(200ms, longest_wait) {}

void registrar::perform(deeds& todo) {
    for (auto& deed : todo)
        deed();
}

registrar::kept_name* registrar::find(std::uint64_t number) {
    for (kept_name& n : names_) {
        if (n.number == number) return &n;
    }
    return nullptr;
}

// What the runtime asks.

std::uint64_t registrar::publish(publication what,
                                 std::shared_ptr<registration_observer> observer) {
    deeds todo;
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = ++last_number_;
        const bool twice = std::any_of(names_.begin(), names_.end(), [&](const kept_name& n) {
            return !n.withdrawn && n.state != state::refused && n.what.name == what.name &&
                   n.what.scope == what.scope;
        });
        if (stopped_ || twice) {
            refusal why{errc::shutting_down, "the runtime is stopping"};
            if (!stopped_) {
                why = {errc::name_taken, what.name + " is published by this process already"};
            }
            todo.push_back([observer, why]() mutable { observer->refused(std::move(why)); });
        } else {
            kept_name& mine = names_.emplace_back();
            mine.number = number;
            mine.what = std::move(what);
            mine.observer = std::move(observer);
            if (server_.empty()) {
                if (!renewing_) seek(todo);
            } else {
                ask_publish(mine, todo);
            }
        }
    }
    perform(todo);
    return number;
}

void registrar::withdraw(std::uint64_t number, waiting how) noexcept {
    deeds todo;
    std::optional<withdraw_request> ask;
    std::string server;
    {
        const std::lock_guard lock{mutex_};
        kept_name* mine = find(number);
        if (!mine) return;
        if (mine->state == state::asking && !stopped_) {
            mine->withdrawn = true;
            mine->observer.reset();
        } else {
            if (mine->state == state::registered && !stopped_ && !server_.empty()) {
                ++changes_;
                server = server_;
                ask = withdraw_request{mine->what.scope, mine->what.name, options_.instance};
            }
            names_.remove_if([&](const kept_name& n) { return n.number == number; });
        }
    }
    if (!ask) return;
    if (how == waiting::for_answer) {
        const auto answer = world_->withdraw_now(server, *ask, withdraw_limit);
        if (const auto* failed = std::get_if<roi::error>(&answer)) {
            world_->log(level::info, "withdrawing " + ask->name + ": " + failed->what() +
                                         "; it vanishes when its lease ends");
        }
    } else {
        world_->withdraw(server, *ask, withdraw_limit, [](reply<withdraw_answer>&&) {});
    }
}

void registrar::stop() noexcept {
    std::list<kept_name> names;
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    ++round_;
    names.swap(names_);
}

// Looking for a name server, and renewing: the same question.

void registrar::seek(deeds& out) {
    server_.clear();
    candidates_ = options_.server.empty() ? world_->default_servers()
                                          : std::vector<std::string>{options_.server};
    candidate_ = 0;
    last_failure_.clear();
    ask_renewal(out);
}

void registrar::ask_renewal(deeds& out) {
    if (server_.empty() && candidate_ >= candidates_.size()) {
        const std::string where =
            options_.server.empty() ? world_->explain_default_servers() : options_.server;
        lost("no name server is in reach; looked at " + where +
                 (last_failure_.empty() ? "" : " (" + last_failure_ + ")") +
                 "; start one with roi-nameserver",
             out);
        return;
    }
    const std::string server = server_.empty() ? candidates_[candidate_] : server_;
    renewing_ = true;
    changes_at_renewal_ = changes_;
    const std::uint64_t round = ++round_;
    const renew_request request{options_.instance, ++renewals_};
    out.push_back([world = world_, weak = weak_from_this(), server, request, round] {
        world->renew(server, request, ask_limit, [weak, server, round](reply<renew_answer>&& r) {
            if (auto self = weak.lock()) self->on_renewal(round, server, std::move(r));
        });
    });
}

void registrar::on_renewal(std::uint64_t round, const std::string& server,
                           reply<renew_answer>&& r) {
    deeds todo;
    {
        const std::lock_guard lock{mutex_};
        if (stopped_ || round != round_) return;
        renewing_ = false;
        if (const auto* failed = std::get_if<roi::error>(&r)) {
            last_failure_ = failed->what();
            if (server_.empty()) {
                ++candidate_;
                ask_renewal(todo);
            } else {
                seek(todo);  // maybe it is somewhere else by now
            }
        } else {
            adopt(server, std::get<renew_answer>(r), changes_ == changes_at_renewal_, todo);
        }
    }
    perform(todo);
}

void registrar::adopt(const std::string& server, const renew_answer& answer, bool comparable,
                      deeds& out) {
    const bool back = outage_;
    server_ = server;
    outage_ = false;
    // What it has put off is asked for less and less often.
    if (!put_off_) waits_.reset();
    std::uint64_t count = 0;
    std::uint64_t digest = 0;
    for (const kept_name& n : names_) {
        if (n.state != state::registered) continue;
        ++count;
        digest += n.generation;
    }
    const bool went_back = store_ && (store_->store != answer.at.store ||
                                      (comparable && store_->revision > answer.at.revision));
    note(answer.at);
    const bool unknown = answer.status == status::not_found;
    if (count != 0 && (unknown || went_back ||
                       (comparable && (answer.names != count || answer.digest != digest)))) {
        forget_registrations();
        out.push_back([world = world_, server, count] {
            world->log(level::info, "the name server at " + server + " no longer knows " +
                                        (count == 1 ? "the name" : "the names") +
                                        " of this process; publishing again");
        });
    } else if (back) {
        out.push_back([world = world_, server] {
            world->log(level::info, "the name server at " + server + " is back");
        });
    }
    publish_wanted(out);
    // A third of the TTL, ten percent more or less, so that many holders do not come at once.
    const duration third = options_.ttl / 3;
    schedule(std::chrono::duration_cast<duration>(third * (0.9 + 0.2 * world_->chance())), out);
}

void registrar::note(const store_state& at) {
    store_ = at;
}

void registrar::forget_registrations() {
    for (kept_name& n : names_) {
        if (n.state == state::registered) n.state = state::wanted;
    }
}

void registrar::tell_unreachable(const std::string& why, deeds& out) {
    for (kept_name& n : names_) {
        if (n.state != state::wanted || n.told_unreachable) continue;
        n.told_unreachable = true;
        out.push_back([observer = n.observer, why] {
            if (observer) observer->not_reachable({errc::no_name_server, why});
        });
    }
}

/// A name server is there and answers, but takes no name now: no outage. Whether it is asked again
/// or another one is found meanwhile, the next time decides.
void registrar::put_off(const std::string& why, deeds& out) {
    server_.clear();
    put_off_ = true;
    tell_unreachable(why, out);
    schedule(waits_.next(world_->chance()), out);
}

void registrar::lost(const std::string& why, deeds& out) {
    server_.clear();
    const bool first = !outage_;
    outage_ = true;
    tell_unreachable(why, out);
    const bool holds = std::any_of(names_.begin(), names_.end(),
                                   [](const kept_name& n) { return n.was_registered; });
    if (first && holds) {
        out.push_back([world = world_, why] {
            world->log(level::warning,
                       why + "; serving on, and trying to renew the lease of what is published");
        });
    }
    schedule(waits_.next(world_->chance()), out);
}

void registrar::schedule(duration delay, deeds& out) {
    const std::uint64_t round = ++round_;
    out.push_back([world = world_, weak = weak_from_this(), delay, round] {
        world->after(delay, [weak, round] {
            const auto self = weak.lock();
            if (!self) return;
            deeds todo;
            {
                const std::lock_guard lock{self->mutex_};
                if (self->stopped_ || round != self->round_) return;
                if (std::all_of(self->names_.begin(), self->names_.end(),
                                [](const kept_name& n) { return n.state == state::refused; })) {
                    // Nothing to keep: the lease may end. The next publication looks anew.
                    self->server_.clear();
                    self->outage_ = false;
                    return;
                }
                if (self->server_.empty()) {
                    self->seek(todo);
                } else {
                    self->ask_renewal(todo);
                }
            }
            perform(todo);
        });
    });
}

// Publishing.

void registrar::publish_wanted(deeds& out) {
    for (kept_name& n : names_) {
        if (n.state == state::wanted) ask_publish(n, out);
    }
}

void registrar::ask_publish(kept_name& name, deeds& out) {
    name.state = state::asking;
    ++changes_;
    publish_request request;
    request.scope = name.what.scope;
    request.name = name.what.name;
    // The address is the object's own: it has served under it since before it was published.
    request.mode = publish_mode::renew;
    request.address = name.what.address;
    request.type = name.what.type;
    if (name.send_description) request.description = name.what.description;
    request.endpoints = name.what.endpoints;
    request.instance = options_.instance;
    request.ttl_ms = static_cast<std::uint32_t>(options_.ttl.count());
    request.holder = options_.holder;
    out.push_back([world = world_, weak = weak_from_this(), server = server_,
                   request = std::move(request), number = name.number] {
        world->publish(server, request, ask_limit,
                       [weak, server, number](reply<publish_answer>&& r) {
                           if (auto self = weak.lock()) {
                               self->on_published(number, server, std::move(r));
                           }
                       });
    });
}

void registrar::withdraw_later(const kept_name& name, const std::string& server, deeds& out) {
    ++changes_;
    withdraw_request request{name.what.scope, name.what.name, options_.instance};
    out.push_back([world = world_, server, request = std::move(request)] {
        world->withdraw(server, request, withdraw_limit, [](reply<withdraw_answer>&&) {});
    });
}

void registrar::on_published(std::uint64_t number, const std::string& server,
                             reply<publish_answer>&& r) {
    deeds todo;
    {
        const std::lock_guard lock{mutex_};
        kept_name* mine = find(number);
        if (stopped_ || !mine) return;
        ++changes_;
        if (mine->withdrawn) {
            // Also where the answer was lost: it may have been published.
            withdraw_later(*mine, server, todo);
            names_.remove_if([&](const kept_name& n) { return n.number == number; });
        } else if (const auto* failed = std::get_if<roi::error>(&r)) {
            mine->state = state::wanted;
            last_failure_ = failed->what();
            if (server == server_ && !renewing_) seek(todo);
        } else {
            auto& answer = std::get<publish_answer>(r);
            const std::string name = mine->what.name;
            switch (answer.status) {
                case status::ok: {
                    mine->state = state::registered;
                    mine->generation = answer.generation;
                    mine->told_unreachable = false;
                    put_off_ = false;
                    note(answer.at);
                    const bool again = std::exchange(mine->was_registered, true);
                    todo.push_back([world = world_, observer = mine->observer, again, name, server,
                                    address = answer.address, generation = answer.generation] {
                        world->log(level::debug,
                                   name +
                                       (again ? " is published again at " : " is published at ") +
                                       server + ", generation " + std::to_string(generation));
                        if (observer) observer->registered(address, generation);
                    });
                    break;
                }
                case status::need_description:
                    if (!mine->send_description && !mine->what.description.empty()) {
                        mine->send_description = true;
                        ask_publish(*mine, todo);
                        break;
                    }
                    [[fallthrough]];
                case status::denied:
                    if (options_.server.empty()) {
                        // The one that was found is none for us; the right one may come yet.
                        mine->state = state::wanted;
                        if (server == server_ && !renewing_) {
                            put_off("the name server at " + server + " refuses: " + answer.text,
                                    todo);
                        }
                        break;
                    }
                    [[fallthrough]];
                case status::taken:
                case status::superseded:
                case status::type_mismatch:
                case status::invalid: {
                    mine->state = state::refused;
                    refusal why{code_of(answer.status), answer.text};
                    todo.push_back([observer = mine->observer, why]() mutable {
                        if (observer) observer->refused(std::move(why));
                    });
                    break;
                }
                case status::store_failed:
                case status::stopping:
                case status::not_found:
                    mine->state = state::wanted;
                    last_failure_ = answer.text;
                    if (server == server_ && !renewing_) {
                        put_off("the name server at " + server + " cannot publish " + name +
                                    " now: " + answer.text,
                                todo);
                    }
                    break;
            }
        }
    }
    perform(todo);
}

}  // namespace roi::naming
