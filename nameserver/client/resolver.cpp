// The cache, and the searches for callers that block and for those that do not.
#include "resolver.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace roi::naming {
namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

const not_found stopping{errc::shutting_down, "the runtime is stopping"};

std::uint64_t newest(const entry& e) {
    std::uint64_t out = 0;
    for (const location& l : e.locations)
        out = std::max(out, l.generation);
    return out;
}

}  // namespace

resolver::key resolver::key_of(const lookup_request& what) {
    const auto number = [](std::uint64_t n) { return std::to_string(n) + '\n'; };
    return what.scope + '\n' + what.name + '\n' + what.type.name + '\n' +
           number(what.type.fingerprint.high) + number(what.type.fingerprint.low);
}

// The cache.

std::optional<found> resolver::from_cache(const key& where, const lookup_request& what,
                                          bool refresh) {
    const auto at = cache_.find(where);
    if (at == cache_.end()) return std::nullopt;
    const bool stale =
        what.stale_generation != 0 && newest(at->second.what.entry) <= what.stale_generation;
    if (refresh || stale || world_->now() - at->second.at > fresh) {
        cache_.erase(at);
        return std::nullopt;
    }
    return at->second.what;
}

duration resolver::hold_off(const key& where) const {
    const auto at = absent_until_.find(where);
    return at == absent_until_.end() ? duration{0}
                                     : std::max(duration{0}, at->second - world_->now());
}

void resolver::remember(const key& where, const found& what) {
    absent_until_.erase(where);
    if (cache_.size() >= cached) {
        cache_.erase(std::min_element(
            cache_.begin(), cache_.end(),
            [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
    }
    cache_[where] = {what, world_->now()};
}

void resolver::remember_absent(const key& where, duration time) {
    if (absent_until_.size() >= cached) absent_until_.clear();
    absent_until_[where] = world_->now() + std::min<duration>(time, negative);
}

// Callers that do not block.

void resolver::resolve(const lookup_request& what, bool refresh, on_done done) {
    const key where = key_of(what);
    // Whoever distrusts a location does not join those who trust it.
    const key flight_key = where + std::to_string(what.stale_generation);
    std::shared_ptr<flight> f;
    std::optional<lookup::action> first;
    std::uint64_t number = 0;
    std::optional<lookup::done> known;
    {
        const std::lock_guard lock{mutex_};
        if (stopped_) {
            known = stopping;
        } else if (auto hit = from_cache(where, what, refresh)) {
            known = std::move(*hit);
        } else {
            number = ++last_number_;
            auto& slot = flights_[flight_key];
            if (!slot) {
                lookup_request endless = what;
                endless.deadline.reset();
                slot = std::make_shared<flight>(flight{lookup{std::move(endless), *world_}, {}});
                const duration wait = hold_off(where);
                first = wait > duration{0} ? slot->search.wait_first(wait, world_->now())
                                           : slot->search.begin(world_->now());
            }
            f = slot;
            f->waiters.push_back({number, std::exchange(done, nullptr)});
        }
    }
    if (known) return done(std::move(*known));
    if (what.deadline) {
        world_->after(std::max(duration{0}, *what.deadline - world_->now()),
                      [weak = weak_from_this(), flight_key, number] {
                          if (auto self = weak.lock()) self->expire(flight_key, number);
                      });
    }
    if (first) run(flight_key, f, std::move(*first));
}

void resolver::expire(const key& where, std::uint64_t number) {
    on_done done;
    not_found why;
    {
        const std::lock_guard lock{mutex_};
        const auto at = flights_.find(where);
        if (at == flights_.end()) return;
        auto& waiters = at->second->waiters;
        const auto mine = std::find_if(waiters.begin(), waiters.end(),
                                       [&](const waiter& w) { return w.number == number; });
        if (mine == waiters.end()) return;
        done = std::move(mine->done);
        waiters.erase(mine);
        why = at->second->search.so_far();
        if (waiters.empty()) flights_.erase(at);  // its next step finds that nobody waits
    }
    done(std::move(why));
}

void resolver::run(const key& where, const std::shared_ptr<flight>& f, lookup::action&& next) {
    // One step of the machine, under the lock; what it wants is done outside of it.
    const auto step = [weak = weak_from_this(), where, f](auto&& decide) {
        const auto self = weak.lock();
        if (!self) return;
        std::optional<lookup::action> then;
        {
            const std::lock_guard lock{self->mutex_};
            const auto at = self->flights_.find(where);
            if (self->stopped_ || at == self->flights_.end() || at->second != f) return;
            then = decide(f->search, self->world_->now());
        }
        self->run(where, f, std::move(*then));
    };
    std::visit(
        overloaded{
            [&](lookup::ask& a) {
                world_->resolve(a.server, a.what, a.limit, [step](reply<resolve_answer>&& r) {
                    step([&](lookup& search, time_point now) {
                        if (auto* failed = std::get_if<roi::error>(&r)) {
                            return search.failed(*failed, now);
                        }
                        return search.answered(std::get<resolve_answer>(std::move(r)), now);
                    });
                });
            },
            [&](lookup::wait& w) {
                if (!w.tell.empty()) world_->log(level::warning, w.tell);
                {
                    const std::lock_guard lock{mutex_};
                    remember_absent(where.substr(0, where.rfind('\n') + 1), w.time);
                }
                world_->after(w.time, [step] {
                    step([](lookup& search, time_point now) { return search.waited(now); });
                });
            },
            [&](lookup::done& d) { end(where, f, std::move(d)); },
        },
        next);
}

void resolver::end(const key& where, const std::shared_ptr<flight>& f, lookup::done&& how) {
    std::list<waiter> waiters;
    {
        const std::lock_guard lock{mutex_};
        const auto at = flights_.find(where);
        if (at == flights_.end() || at->second != f) return;
        flights_.erase(at);
        waiters.swap(f->waiters);
        if (const auto* hit = std::get_if<found>(&how)) {
            remember(where.substr(0, where.rfind('\n') + 1), *hit);
        }
    }
    for (waiter& w : waiters)
        w.done(lookup::done{how});
}

// Callers that block.

lookup::done resolver::resolve_now(const lookup_request& what, bool refresh) {
    const key where = key_of(what);
    const key search_key = where + std::to_string(what.stale_generation);
    std::unique_lock lock{mutex_};
    if (stopped_) return stopping;
    if (auto hit = from_cache(where, what, refresh)) return std::move(*hit);

    auto& slot = searches_[search_key];
    if (!slot) slot = std::make_shared<shared_search>();
    const std::shared_ptr<shared_search> search = slot;
    while (search->driven) {
        lock.unlock();
        world_->before_blocking();
        lock.lock();
        const auto over = [&] { return stopped_ || search->result || !search->driven; };
        if (!what.deadline) {
            search->changed.wait(lock, over);
        } else if (!search->changed.wait_until(lock, *what.deadline, over)) {
            return search->so_far;
        }
        if (stopped_) return stopping;
        if (search->result) return *search->result;
    }

    // This caller asks. When it gives up, the next one goes on.
    search->driven = true;
    lookup machine{what, *world_};
    const duration wait = hold_off(where);
    lookup::action next =
        wait > duration{0} ? machine.wait_first(wait, world_->now()) : machine.begin(world_->now());
    for (;;) {
        search->so_far = machine.so_far();
        if (auto* done = std::get_if<lookup::done>(&next)) {
            if (const auto* hit = std::get_if<found>(done)) {
                search->result = *hit;
                remember(where, *hit);
            }
            search->driven = false;
            // Those who wait hold it too: the map and this function are two.
            if (search->result || search.use_count() == 2) {
                const auto at = searches_.find(search_key);
                if (at != searches_.end() && at->second == search) searches_.erase(at);
            }
            search->changed.notify_all();
            return std::move(*done);
        }
        if (auto* pause = std::get_if<lookup::wait>(&next)) {
            remember_absent(where, pause->time);
            const duration time = pause->time;
            const std::string tell = std::move(pause->tell);
            lock.unlock();
            if (!tell.empty()) world_->log(level::warning, tell);
            world_->before_blocking();
            lock.lock();
            stop_changed_.wait_for(lock, time, [&] { return stopped_; });
            next =
                stopped_ ? lookup::action{lookup::done{stopping}} : machine.waited(world_->now());
            continue;
        }
        const lookup::ask ask = std::get<lookup::ask>(std::move(next));
        lock.unlock();
        reply<resolve_answer> r = world_->resolve_now(ask.server, ask.what, ask.limit);
        lock.lock();
        if (stopped_) {
            next = lookup::done{stopping};
        } else if (const auto* failed = std::get_if<roi::error>(&r)) {
            next = machine.failed(*failed, world_->now());
        } else {
            next = machine.answered(std::get<resolve_answer>(std::move(r)), world_->now());
        }
    }
}

void resolver::stop() noexcept {
    std::map<key, std::shared_ptr<flight>> flights;
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        flights.swap(flights_);
        for (auto& [where, search] : searches_)
            search->changed.notify_all();
        stop_changed_.notify_all();
    }
    for (auto& [where, f] : flights) {
        for (waiter& w : f->waiters)
            w.done(stopping);
    }
}

}  // namespace roi::naming
