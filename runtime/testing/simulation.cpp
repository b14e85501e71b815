// The simulated network from inside.
#include "simulation.hpp"

#include <algorithm>
#include <utility>

namespace roi::testing::detail {
namespace {

constexpr auto give_up_time = std::chrono::seconds{10};  // as TCP_USER_TIMEOUT of real connections

std::pair<std::string, std::string> ordered(const std::string& a, const std::string& b) {
    return a < b ? std::pair{a, b} : std::pair{b, a};
}

}  // namespace

// --- the world -----------------------------------------------------------------------------------

std::uint64_t simulation::random() noexcept {
    // SplitMix64: small, and the same everywhere.
    std::uint64_t z = (random_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void simulation::note(const std::string& event) {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(
        now_ - time_point{std::chrono::hours{1}});
    trace_.push_back(std::to_string(since.count()) + "us " + event);
}

std::uint64_t simulation::at(time_point when, std::function<void()> what) {
    const auto id = ++last_event_;
    if (when < now_) when = now_;
    events_.emplace(std::pair{when, id}, std::move(what));
    times_.emplace(id, when);
    return id;
}

bool simulation::forget(std::uint64_t event) {
    const auto found = times_.find(event);
    if (found == times_.end()) return false;
    events_.erase({found->second, event});
    times_.erase(found);
    return true;
}

bool simulation::step() {
    if (events_.empty()) return false;
    const auto first = events_.begin();
    now_ = first->first.first;
    auto what = std::move(first->second);
    times_.erase(first->first.second);
    events_.erase(first);
    what();
    return true;
}

void simulation::run_until(time_point end) {
    while (!events_.empty() && events_.begin()->first.first <= end)
        step();
    if (now_ < end) now_ = end;
}

simulation::link& simulation::between(const std::string& a, const std::string& b) {
    return links_[ordered(a, b)];
}

bool simulation::blocked(const std::string& a, const std::string& b) {
    const auto& way = between(a, b);
    return way.held || way.cut;
}

nanoseconds simulation::a_latency() {
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + nanoseconds{static_cast<std::int64_t>(random_below(span + 1))};
}

void simulation::link_changed(const std::string& a, const std::string& b) {
    const bool open = !blocked(a, b);
    const bool cut = between(a, b).cut;
    const auto all = connections;
    for (const auto& weak : all) {
        const auto one = weak.lock();
        if (!one || one->ended() || ordered(one->here(), one->there()) != ordered(a, b)) continue;
        if (open) {
            one->link_open();
        } else if (cut) {
            one->link_cut();
        }
    }
}

void simulation::reset_between(const std::string& a, const std::string& b) {
    const auto all = connections;
    for (const auto& weak : all)
        if (const auto one = weak.lock();
            one && ordered(one->here(), one->there()) == ordered(a, b))
            one->fail(errc::connection_lost, "the simulated link was reset");
}

// --- a connection --------------------------------------------------------------------------------

simulated_connection::simulated_connection(std::shared_ptr<simulated_engine> owner,
                                           core::side which, std::string endpoint,
                                           std::string other_host)
    : owner_(std::move(owner)),
      which_(which),
      endpoint_(std::move(endpoint)),
      there_(std::move(other_host)),
      session_(which, owner_->limits, owner_->identity, owner_->world->random(),
               {&owner_->served_sessions, &owner_->own_sessions}),
      receiver_(owner_->limits) {
    peer_.connection = ++owner_->world->last_connection;
    peer_.endpoint = endpoint_;
}

const std::string& simulated_connection::here() const noexcept {
    return owner_->host_name;
}

void simulated_connection::join(const std::shared_ptr<simulated_connection>& other) {
    other_ = other;
}

void simulated_connection::attached() {
    if (ended_) return;
    begun_ = true;
    session_.begin(owner_->now());
    flush();
    watch_time();
}

void simulated_connection::send(std::vector<std::byte> bytes) {
    auto& world = *owner_->world;
    if (world.blocked(here(), there_)) {
        held_.push_back(std::move(bytes));
        if (world.between(here(), there_).cut) link_cut();
        return;
    }
    if (world.fragment == 0) return carry(std::move(bytes));
    for (std::size_t at = 0; at < bytes.size();) {
        const auto size =
            std::min<std::size_t>(1 + world.random_below(world.fragment), bytes.size() - at);
        carry({bytes.begin() + static_cast<std::ptrdiff_t>(at),
               bytes.begin() + static_cast<std::ptrdiff_t>(at + size)});
        at += size;
    }
}

void simulated_connection::carry(std::vector<std::byte> piece) {
    auto& world = *owner_->world;
    const auto other = other_.lock();
    if (!other) return reset_by_peer();
    // In order, and sometimes together with what went before.
    auto when = std::max(world.now() + world.a_latency(), last_delivery_);
    if (world.fragment != 0 && last_delivery_ > world.now() && world.random_below(4) == 0)
        when = last_delivery_;
    last_delivery_ = when;
    other->inbox_.emplace_back(when, std::move(piece));
    world.at(when, [other, self = shared_from_this()] {
        if (other->ended_ || !other->owner_->alive()) return self->reset_by_peer();
        std::vector<std::byte> due;
        while (!other->inbox_.empty() && other->inbox_.front().first <= other->owner_->now()) {
            auto& bytes = other->inbox_.front().second;
            due.insert(due.end(), bytes.begin(), bytes.end());
            other->inbox_.pop_front();
        }
        if (due.empty()) return;
        other->owner_->world->note(other->there_ + " > " + other->here() + " " +
                                   std::to_string(due.size()) + " octets");
        other->receive(due);
    });
}

void simulated_connection::reset_by_peer() {
    // Nobody has this connection there: the host answers what arrives with a reset. That it
    // crashed may not have been told, where the link was cut at that time.
    auto& world = *owner_->world;
    world.at(world.now() + world.a_latency(), [self = shared_from_this()] {
        if (self->owner_->alive())
            self->fail(errc::connection_lost, "the other host knows nothing of this connection");
    });
}

void simulated_connection::link_open() {
    cut_pending_ = false;
    auto held = std::exchange(held_, {});
    for (auto& bytes : held)
        send(std::move(bytes));
}

void simulated_connection::link_cut() {
    if (held_.empty() || cut_pending_) return;
    cut_pending_ = true;
    owner_->world->at(owner_->now() + give_up_time, [self = shared_from_this()] {
        if (!self->cut_pending_ || self->ended_) return;
        const auto other = self->other_.lock();
        self->fail(errc::connection_lost, "the other end does not read");
        if (other) other->fail(errc::connection_lost, "the other end is out of reach");
    });
}

void simulated_connection::receive(std::span<const std::byte> bytes) {
    while (!bytes.empty() && !ended_) {
        std::size_t taken = 0;
        for (const auto& place : receiver_.room()) {
            const auto size = std::min(place.size(), bytes.size() - taken);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(taken), size, place.begin());
            taken += size;
            if (size < place.size()) break;
        }
        receiver_.received(taken);
        bytes = bytes.subspan(taken);
        bool more = true;
        while (more && !ended_) {
            core::actions todo;
            more = session_.take(receiver_, shared_from_this(), owner_->now(), 32, todo);
            if (session_.is_open() && !known_) {
                known_ = true;
                peer_.runtime_high = session_.peer().runtime_high;
                peer_.runtime_low = session_.peer().runtime_low;
                if (session_.yields()) {
                    successor_ = owner_->other_than(*this);
                    if (successor_) {
                        std::vector<core::session::moved_call> moved;
                        session_.yield(moved, todo);
                        for (const auto& each : moved) {
                            successor_->start(*each.call);
                            if (each.waiter != nullptr)
                                successor_->session_.set_waiter(*each.call, each.waiter);
                        }
                    } else {
                        session_.go_ahead(owner_->now(), todo);
                    }
                }
            }
            run(todo);
        }
    }
    flush();
}

void simulated_connection::run(core::actions& todo) {
    for (auto& one : todo.done) {
        if (one.waiter != nullptr) *static_cast<bool*>(one.waiter) = true;
        one.call->completed(std::move(one.result));
    }
    for (auto* one : todo.abandoned)
        one->abandon();
    if (todo.look_after_sessions) owner_->look_after_sessions(*todo.look_after_sessions);
    if (const auto old = std::exchange(todo.replaced, nullptr)) old->replaced();
    for (auto& one : todo.arrived) {
        if (owner_->sink == nullptr) {
            one->refuse(errc::object_not_found, outcome::not_executed, "nothing is served here");
            continue;
        }
        // As an event of its own: a method that makes calls must not keep back those behind it.
        auto shared = std::make_shared<std::unique_ptr<core::served_call>>(std::move(one));
        owner_->later(owner_->now(),
                      [owner = owner_, shared] { owner->sink->on_call(std::move(*shared)); });
    }
}

void simulated_connection::flush() {
    if (!begun_ || ended_) return;
    std::vector<std::byte> out;
    core::actions todo;
    for (;;) {
        std::size_t size = 0;
        for (const auto& piece : session_.output()) {
            out.insert(out.end(), piece.begin(), piece.end());
            size += piece.size();
        }
        session_.wrote(size);
        if (size == 0) break;
        session_.pump(owner_->now(), todo);
    }
    if (!out.empty()) send(std::move(out));
    run(todo);
    if (session_.now_in() == core::session::state::closing ||
        (session_.drained_by_us() && session_.quiet())) {
        // What was written arrives before the end does.
        auto self = shared_from_this();
        const auto other = other_.lock();
        fail(errc::shutting_down, "the connection was closed");
        if (other)
            owner_->world->at(
                std::max(last_delivery_, owner_->now() + owner_->world->a_latency()), [other] {
                    other->fail(errc::connection_lost, "the other end closed the connection");
                });
    }
}

void simulated_connection::fail(errc code, const std::string& why) {
    if (ended_) return;
    ended_ = true;
    owner_->world->note(here() + " - " + there_ + " ended: " + why);
    const auto self = shared_from_this();
    core::actions todo;
    session_.close(code, why, todo);
    if (timer_ != 0) owner_->world->forget(timer_);
    owner_->gone(*this);
    run(todo);
    if (known_ && owner_->sink != nullptr && owner_->alive()) owner_->sink->on_peer_gone(peer_);
}

void simulated_connection::drain() {
    if (!begun_ && session_.own_calls() == 0)
        return fail(errc::shutting_down, "the runtime is stopping");
    session_.drain("the other end is stopping");
    flush();
}

void simulated_connection::watch_time() {
    if (ended_) return;
    core::actions todo;
    const auto next = session_.expire(owner_->now(), todo);
    run(todo);
    flush();
    if (ended_ || !next || (timer_ != 0 && timer_at_ <= *next)) return;
    if (timer_ != 0) owner_->world->forget(timer_);
    timer_at_ = *next;
    timer_ = owner_->world->at(*next, [self = shared_from_this()] {
        self->timer_ = 0;
        self->watch_time();
    });
}

void simulated_connection::start(core::outgoing& call) {
    if (successor_) return successor_->start(call);
    core::actions todo;
    session_.start(call, owner_->now(), todo);
    run(todo);
    flush();
    watch_time();
}

void simulated_connection::cancel(core::outgoing& call) {
    if (successor_) return successor_->cancel(call);
    core::actions todo;
    session_.cancel(call, owner_->now(), todo);
    run(todo);
    flush();
    watch_time();
}

void simulated_connection::wait(core::outgoing& call) {
    if (successor_) return successor_->wait(call);
    if (!session_.active(call)) return;
    const auto done = std::make_unique<bool>(false);
    session_.set_waiter(call, done.get());
    while (!*done) {
        if (owner_->world->step()) continue;
        // Nothing will ever happen again: in a real program this call would wait for ever.
        fail(errc::connection_lost, "the simulated network is idle: this call can never end");
    }
}

void simulated_connection::answer(std::uint64_t id, bool oneway, wire::writer&& bytes,
                                  form what) noexcept {
    session_.answer(id, oneway, std::move(bytes), what);
    flush();
}

// --- an engine -----------------------------------------------------------------------------------

simulated_engine::simulated_engine(std::shared_ptr<simulation> in, std::string name)
    : world(std::move(in)),
      host_name(std::move(name)),
      limits{},
      identity{world->random(), world->random(), "roi (simulated)"},
      // Who died is not known on a simulated host: sessions end with their leases.
      served_sessions{limits, [this] { return world->random(); },
                      [](std::int32_t) { return true; }} {}

void simulated_engine::look_after_sessions(time_point when) {
    later(when, [this] {
        std::vector<core::served_call*> abandoned;
        const auto next = served_sessions.expire(now(), abandoned);
        for (auto* call : abandoned)
            call->abandon();
        if (next) look_after_sessions(*next);
    });
}

std::uint64_t simulated_engine::later(time_point when, std::function<void()> what) {
    return world->at(when, [self = shared_from_this(), what = std::move(what)] {
        if (!self->alive_) return;
        ++self->depth_;
        what();
        --self->depth_;
    });
}

std::string simulated_engine::listen() {
    auto name = "sim://" + host_name + "/" + std::to_string(++world->last_listener);
    world->listeners[name] = weak_from_this();
    endpoints.push_back(name);
    return name;
}

void simulated_engine::unlisten(const std::string& where) {
    const auto found = std::find(endpoints.begin(), endpoints.end(), where);
    if (found == endpoints.end()) return;
    endpoints.erase(found);
    world->listeners.erase(where);
}

std::shared_ptr<core::channel> simulated_engine::connect(const std::string& where) {
    auto& place = by_endpoint_[where];
    if (place && !place->failed()) return place;
    std::string other;
    if (where.starts_with("sim://")) other = where.substr(6, where.find('/', 6) - 6);
    auto made = std::make_shared<simulated_connection>(shared_from_this(), core::side::connector,
                                                       where, other);
    place = made;
    all_.push_back(made);
    world->connections.push_back(made);
    if (stopping_ || !alive_ || other.empty()) {
        made->fail(other.empty() ? errc::invalid_argument : errc::shutting_down,
                   other.empty() ? "a simulated endpoint is spelt sim://host/number"
                                 : "the runtime is stopping");
        return made;
    }
    world->note(host_name + " connects to " + where);
    if (world->blocked(host_name, other)) {
        later(now() + limits.connect_time,
              [made] { made->fail(errc::unreachable, "no connection within the time for it"); });
        return made;
    }
    world->at(now() + world->a_latency(), [self = shared_from_this(), made, where] {
        const auto found = self->world->listeners.find(where);
        const auto to = found == self->world->listeners.end() ? nullptr : found->second.lock();
        if (!to || !to->alive() || made->ended()) {
            made->fail(errc::unreachable, "cannot connect: Connection refused");
            return;
        }
        to->accept(made, where);
    });
    return made;
}

void simulated_engine::accept(const std::shared_ptr<simulated_connection>& from,
                              const std::string& where) {
    auto mine = std::make_shared<simulated_connection>(shared_from_this(), core::side::acceptor,
                                                       where, from->here());
    all_.push_back(mine);
    world->connections.push_back(mine);
    mine->join(from);
    from->join(mine);
    mine->attached();
    from->attached();
}

std::shared_ptr<simulated_connection> simulated_engine::other_than(simulated_connection& which) {
    for (const auto& other : all_) {
        if (other.get() == &which || other->failed() || !other->known() ||
            other->which() != core::side::connector)
            continue;
        if (other->from().runtime_high != which.from().runtime_high ||
            other->from().runtime_low != which.from().runtime_low)
            continue;
        by_endpoint_[which.endpoint()] = other;
        return other;
    }
    return nullptr;
}

void simulated_engine::gone(simulated_connection& which) {
    std::erase_if(by_endpoint_, [&](const auto& each) { return each.second.get() == &which; });
    std::erase_if(all_, [&](const auto& one) { return one.get() == &which; });
    std::erase_if(world->connections, [&](const auto& one) {
        const auto there = one.lock();
        return !there || there.get() == &which;
    });
}

bool simulated_engine::post(void (*work)(void*), void* context) {
    if (!alive_) return false;
    posted_.emplace_back(work, context);
    later(now(), [this] { run_posted(); });
    return true;
}

void simulated_engine::run_posted() {
    if (posted_.empty()) return;
    const auto [work, context] = posted_.front();
    posted_.pop_front();
    work(context);
}

void simulated_engine::end() {
    stop({});
    // What was accepted runs, as on real threads; nothing does after this.
    while (!posted_.empty())
        run_posted();
    alive_ = false;
}

std::uint64_t simulated_engine::start_timer(time_point when, void (*work)(void*), void* context) {
    return later(when, [work, context] { work(context); });
}

bool simulated_engine::stop(time_point deadline) {
    if (stopping_ || !alive_) return true;
    stopping_ = true;
    for (const auto& one : std::exchange(endpoints, {}))
        world->listeners.erase(one);
    const auto draining = all_;
    for (const auto& one : draining)
        one->drain();
    while (!all_.empty() && now() < deadline && world->step()) {
    }
    const bool drained = all_.empty();
    const auto rest = all_;
    for (const auto& one : rest)
        one->fail(errc::shutting_down, "the runtime has stopped");
    std::vector<core::served_call*> abandoned;
    served_sessions.end_all(abandoned);
    for (auto* call : abandoned)
        call->abandon();
    return drained;
}

void simulated_engine::crash() {
    if (!alive_) return;
    world->note(host_name + " crashes");
    alive_ = false;
    for (const auto& one : std::exchange(endpoints, {}))
        world->listeners.erase(one);
    const auto rest = all_;
    for (const auto& one : rest) {
        // The other end learns of it when the reset arrives.
        const auto there = one->there();
        const auto here = host_name;
        std::weak_ptr<simulated_connection> mine = one;
        const auto peers = world->connections;
        for (const auto& weak : peers) {
            const auto peer = weak.lock();
            if (!peer || peer->here() != there || peer->there() != here) continue;
            world->at(now() + world->a_latency(), [peer, sim = world] {
                if (!sim->blocked(peer->here(), peer->there()))
                    peer->fail(errc::connection_lost, "the other end closed the connection");
            });
        }
        one->fail(errc::connection_lost, "this host has crashed");
    }
}

}  // namespace roi::testing::detail
