// One connection, seen by its callers: starting, waiting, leading, following, cancelling.
#include "net/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

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
    bool tell = false;
    if (settings_->eager_timers) look_alive();
    // `call` may be gone as soon as the lock is released.
    const bool attended = call.will_wait;
    const auto deadline = call.deadline;
    {
        std::lock_guard hold{mutex_};
        session_.start(call, clock::now(), todo);
        if (deadline && todo.done.empty()) tell = sooner(*deadline);
        later = batch_thread_ == this_thread_mark();
        noted = note(todo, nullptr);
    }
    run(todo, noted);
    if (tell) shell_->set_timer(*this, *deadline);
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
    {
        std::lock_guard hold{mutex_};
        session_.cancel(call, todo);
        noted = note(todo, nullptr);
    }
    run(todo, noted);
    flush(flusher::other, patience::wait_a_little);
}

void connection::wait(core::outgoing& call) {
    waiter me;
    me.wake = &thread_wake::mine();
    std::optional<core::time_point> deadline;
    {
        std::lock_guard hold{mutex_};
        if (session_.active(call)) {
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
        const auto seen = me.wake->ticket();
        bool leads = false;
        {
            std::lock_guard hold{mutex_};
            if (me.promoted) {
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
        if (leads) {
            lead(me, call, deadline);
            continue;
        }
        shell_->before_blocking();
        me.wake->sleep(seen, deadline);
        if (deadline && clock::now() >= *deadline) {
            expire_call(call, me);
            deadline.reset();  // from here on its end is certain
        }
    }
}

void connection::expire_call(core::outgoing& call, waiter& me) {
    core::actions todo;
    bool noted = false;
    {
        std::lock_guard hold{mutex_};
        session_.expire(call, todo);
        noted = note(todo, &me);
    }
    run(todo, noted, &me);
    flush(flusher::other, patience::wait_a_little);
}

void connection::lead(waiter& me, core::outgoing& call, std::optional<core::time_point> deadline) {
    bool have = receiver_.holds_input() || next_arrived_ < arrived_.size();
    unsigned naps = 0;
    while (!me.done.load(std::memory_order_acquire)) {
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
            auto until = deadline;
            const bool retries = !connected && retry_connect_;
            if (retries) {
                const auto soon = clock::now() + connect_retry;
                until = until ? std::min(*until, soon) : soon;
            }
            if (!connected) {
                std::lock_guard hold{mutex_};
                if (connect_until_)
                    until = until ? std::min(*until, *connect_until_) : connect_until_;
            }
            if (connected && !call.cancellable && naps < short_naps &&
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
            const short ready = me.wake->sleep_with(
                retries ? -1 : fd(), static_cast<short>(connected ? POLLIN : POLLOUT), seen, until);
            if (!connected) {
                // Without a service thread nobody else watches this time.
                bool late = false;
                {
                    std::lock_guard hold{mutex_};
                    late = connect_until_ && clock::now() >= *connect_until_;
                }
                if (late)
                    fail(errc::unreachable,
                         "no connection within " +
                             std::to_string(settings_->limits.connect_time.count()) + " ms");
            } else if (ready != 0) {
                got = read_some(false);
            }
            if (got == -1 && deadline && clock::now() >= *deadline) {
                expire_call(call, me);
                deadline.reset();
            }
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
