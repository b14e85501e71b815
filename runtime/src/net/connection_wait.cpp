// One connection, seen by its callers: starting, waiting, leading, following, cancelling.
#include "net/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace roi::net {
namespace {

using clock = std::chrono::steady_clock;
constexpr unsigned short_naps = 3;
constexpr auto nap_length = std::chrono::milliseconds{20};  // SO_RCVTIMEO of made connections
constexpr auto connect_retry = std::chrono::milliseconds{5};

}  // namespace

void connection::start(core::outgoing& call) {
    core::actions todo;
    bool noted = false;
    bool later = false;
    if (settings_->eager_timers) look_alive();
    // `call` may be gone as soon as the lock is released.
    const bool attended = call.will_wait;
    const auto deadline = call.deadline;
    std::optional<core::time_point> timer;
    std::shared_ptr<connection> successor;
    {
        std::lock_guard hold{mutex_};
        if (successor_) [[unlikely]] {
            successor = successor_;
        } else {
            session_.start(call, clock::now(), todo);
            if (deadline && todo.done.empty() && sooner(*deadline)) timer = deadline;
            if (const auto when = session_.acknowledges_at(); when && acknowledges()) {
                if (sooner(*when)) timer = when;
            }
            later = batch_thread_ == this_thread_mark();
            noted = note(todo, nullptr);
        }
    }
    if (successor) return successor->start(call);
    run(todo, noted);
    if (timer) shell_->set_timer(*this, *timer);
    if (!later) flush(flusher::other, patience::wait_a_little);
    if (attended) return;
    std::uint64_t expected = gate_free;
    if (gate_.compare_exchange_strong(expected, gate_armed, std::memory_order_acq_rel))
        shell_->arm(*this);
}

void connection::look_alive() {
    std::uint64_t expected = gate_free;
    if (!gate_.compare_exchange_strong(expected, gate_owned, std::memory_order_acq_rel)) return;
    // Nobody polls an idle connection here, so its end is found out before it is used again.
    char octet = 0;
    const auto got = ::recv(fd(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0) fail(errc::connection_lost, "the other end closed the connection");
    leave();
}

void connection::cancel(core::outgoing& call) {
    core::actions todo;
    bool noted = false;
    std::optional<core::time_point> timer;
    thread_wake* wake = nullptr;
    std::shared_ptr<connection> successor;
    {
        std::lock_guard hold{mutex_};
        successor = successor_;
        if (!successor) session_.cancel(call, clock::now(), todo);
        noted = note(todo, nullptr);
        if (!successor && session_.active(call) && call.deadline) {
            // The peer is asked whether it began; that ends soon, answered or not.
            if (sooner(*call.deadline)) timer = call.deadline;
            if (auto* const one = static_cast<waiter*>(session_.waiter_of(call))) {
                one->hurried.store(true, std::memory_order_release);
                wake = one->wake;
                wake->retain();
            }
        }
    }
    if (successor) return successor->cancel(call);
    run(todo, noted);
    if (timer) shell_->set_timer(*this, *timer);
    if (wake != nullptr) {
        wake->signal();
        wake->release();
    }
    flush(flusher::other, patience::wait_a_little);
}

void connection::wait(core::outgoing& call) {
    waiter me;
    me.wake = &thread_wake::mine();
    std::optional<core::time_point> deadline;
    std::shared_ptr<connection> successor;
    {
        std::lock_guard hold{mutex_};
        successor = successor_;
        if (successor) {
            // Below, without the lock.
        } else if (session_.active(call)) {
            session_.set_waiter(call, &me);
            deadline = call.deadline;
        } else {
            // Ended; perhaps its completion is still running on another thread.
            core::actions::finished* running = nullptr;
            for (auto* todo : completing_)
                for (auto& entry : todo->done)
                    if (entry.call == &call) running = &entry;
            if (running == nullptr) return;
            running->waiter = &me;
        }
    }
    if (phase_ == phase::resolving) shell_->drive(*this);
    for (;;) {
        if (successor) return successor->wait(call);
        const auto seen = me.wake->ticket();
        bool leads = false;
        {
            std::lock_guard hold{mutex_};
            if (successor_ && !me.done) {
                dequeue(me);
                if (!me.promoted) {
                    successor = successor_;
                    continue;
                }
                me.promoted = false;  // the gate is ours, and is to be left in order
                leads = true;
            } else if (me.promoted) {
                me.promoted = false;
                leads = true;
            } else if (me.done) {
                dequeue(me);
                return;
            } else if (session_.active(call)) {
                leads = try_own();
                if (leads) {
                    dequeue(me);
                } else {
                    enqueue(me);
                }
            } else {
                dequeue(me);
            }
        }
        if (me.hurried.exchange(false, std::memory_order_acquire)) deadline = deadline_of(call);
        if (leads) {
            lead(me, call, deadline);
            deadline = deadline_of(call);
            continue;
        }
        shell_->before_blocking();
        me.wake->sleep(seen, deadline);
        if (deadline && clock::now() >= *deadline) deadline = expire_call(call, me);
    }
}

bool connection::has_successor() {
    std::lock_guard hold{mutex_};
    return successor_ != nullptr;
}

// None: its end is certain.
std::optional<core::time_point> connection::deadline_of(core::outgoing& call) {
    std::lock_guard hold{mutex_};
    return !successor_ && session_.active(call) ? call.deadline : std::nullopt;
}

std::optional<core::time_point> connection::expire_call(core::outgoing& call, waiter& me) {
    core::actions todo;
    bool noted = false;
    std::optional<core::time_point> next;
    {
        std::lock_guard hold{mutex_};
        session_.expire(call, clock::now(), todo);
        if (session_.active(call)) next = call.deadline;
        noted = note(todo, &me);
    }
    run(todo, noted, &me);
    flush(flusher::other, patience::wait_a_little);
    return next;
}

void connection::lead(waiter& me, core::outgoing& call, std::optional<core::time_point> deadline) {
    bool have = receiver_.holds_input() || next_arrived_ < arrived_.size();
    unsigned naps = 0;
    while (!me.done.load(std::memory_order_acquire)) {
        if (me.hurried.exchange(false, std::memory_order_acquire)) {
            if (has_successor()) break;
            deadline = deadline_of(call);
        }
        if (phase_ == phase::connecting) {
            connect_step();
        } else if (phase_ == phase::connected && have) {
            const auto done = process(who::waiter, &me);
            flush(flusher::owner, patience::wait_a_little);
            if (done == progress::ended || me.done.load(std::memory_order_acquire)) break;
        }
        if (phase_ == phase::ended || me.done.load(std::memory_order_acquire)) break;
        const bool connected = phase_ == phase::connected;
        ssize_t got = -1;
        if (connected && settings_->spin && spinner_.worth_trying()) {
            got = read_some(false);
            if (got == -1) got = spinner_.spin([this] { return read_some(false); });
        }
        if (got == -1) {
            shell_->before_blocking();
            const auto seen = me.wake->ticket();
            if (me.done.load(std::memory_order_acquire)) break;
            if (me.hurried.load(std::memory_order_acquire)) continue;
            auto until = deadline;
            const bool retries = !connected && retry_connect_;
            if (retries) {
                const auto soon = clock::now() + connect_retry;
                until = until ? std::min(*until, soon) : soon;
            }
            // Without a service thread nobody else may watch these times, and write what waits.
            auto look = core::time_point::max();
            bool unwritten = false;
            if (!connected || settings_->eager_timers) {
                std::lock_guard hold{mutex_};
                if (connect_until_) look = *connect_until_;
                if (settings_->eager_timers) {
                    if (timer_) look = std::min(look, *timer_);
                    unwritten = write_blocked_;
                }
            }
            if (look != core::time_point::max()) until = until ? std::min(*until, look) : look;
            if (connected && !unwritten && !call.cancellable && naps < short_naps &&
                (!deadline || *deadline - clock::now() > nap_length * 2)) {
                // One system call less than poll and recv. It ends by itself after nap_length, so
                // that a call whose end is told by another thread (a timer) is not missed for long;
                // calls that take longer are polled for.
                ++naps;
                have = false;
                got = read_some(true);
                if (got == -1) continue;
                have = got > 0;
                if (!after_read(got)) return;
                continue;
            }
            const int events = connected ? (unwritten ? POLLIN | POLLOUT : POLLIN) : POLLOUT;
            const short ready =
                me.wake->sleep_with(retries ? -1 : fd(), static_cast<short>(events), seen, until);
            if (clock::now() >= look) on_timer();
            if (connected && unwritten && (ready & POLLOUT) != 0) on_writable();
            if (connected && ready != 0) got = read_some(false);
            if (got == -1 && deadline && clock::now() >= *deadline)
                deadline = expire_call(call, me);
        }
        have = got > 0;
        if (got != -1 && !after_read(got)) return;  // ended: the gate is nobody's any more
    }
    leave();
}

bool connection::note(core::actions& todo, const waiter* mine) {
    if (todo.done.empty()) return false;
    if (todo.done.size() == 1 && mine != nullptr && todo.done.front().waiter == mine) return false;
    completing_.push_back(&todo);
    return true;
}

void connection::run(core::actions& todo, bool noted, waiter* mine) {
    if (!todo.done.empty()) {
        for (auto& entry : todo.done)
            entry.call->completed(std::move(entry.result));
        if (noted) {
            std::vector<thread_wake*> wakes;
            {
                std::lock_guard hold{mutex_};
                for (auto& entry : todo.done) {
                    if (entry.waiter == nullptr) continue;
                    auto& one = *static_cast<waiter*>(entry.waiter);
                    dequeue(one);
                    if (&one != mine) {
                        one.wake->retain();
                        wakes.push_back(one.wake);
                    }
                    one.done.store(true, std::memory_order_release);
                }
                completing_.erase(std::find(completing_.begin(), completing_.end(), &todo));
            }
            for (auto* wake : wakes) {
                wake->signal();
                wake->release();
            }
        } else {
            mine->done.store(true, std::memory_order_release);
        }
        todo.done.clear();
    }
    for (auto* call : todo.abandoned)
        call->abandon();
    todo.abandoned.clear();
    if (todo.look_after_sessions) {
        shell_->look_after_sessions(*todo.look_after_sessions);
        todo.look_after_sessions.reset();
    }
    if (const auto old = std::exchange(todo.replaced, nullptr)) old->replaced();
}

void connection::enqueue(waiter& one) noexcept {
    if (one.queued) return;
    one.queued = true;
    one.next = nullptr;
    one.previous = last_waiter_;
    (last_waiter_ != nullptr ? last_waiter_->next : first_waiter_) = &one;
    last_waiter_ = &one;
}

void connection::dequeue(waiter& one) noexcept {
    if (!one.queued) return;
    one.queued = false;
    (one.previous != nullptr ? one.previous->next : first_waiter_) = one.next;
    (one.next != nullptr ? one.next->previous : last_waiter_) = one.previous;
}

}  // namespace roi::net
