// Waiting for tasks, and waiting in tasks.
#include <roi/task.hpp>

#include "api/runtime_core.hpp"
#include "api/serving.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace roi::detail {

struct blocking_wait::state {
    std::mutex mutex;
    std::condition_variable changed;
    bool finished = false;
};

blocking_wait::blocking_wait() : state_(new state) {}

blocking_wait::~blocking_wait() {
    delete state_;
}

void blocking_wait::finished() noexcept {
    const std::lock_guard lock{state_->mutex};
    state_->finished = true;
    // Under the lock: who waits destroys this object as soon as it is through.
    state_->changed.notify_all();
}

void blocking_wait::wait() noexcept {
    std::unique_lock lock{state_->mutex};
    if (state_->finished) return;
    lock.unlock();
    if (serving* const here = serving::current()) here->before_blocking();
    lock.lock();
    state_->changed.wait(lock, [&] { return state_->finished; });
}

// Shared by the awaiter, which may be destroyed with its coroutine, and by the timer.
struct delay_awaiter::state final : abandon_listener {
    std::atomic<int> references{2};
    std::mutex mutex;
    std::coroutine_handle<> waiting;
    serving* here = nullptr;  // retained
    std::shared_ptr<runtime_core> owner;
    std::uint64_t timer = 0;
    bool over = false;
    bool cancelled = false;

    bool add_reference() noexcept override {
        int count = references.load(std::memory_order_relaxed);
        do {
            if (count == 0) return false;
        } while (!references.compare_exchange_weak(count, count + 1, std::memory_order_relaxed));
        return true;
    }
    void release_reference() noexcept override {
        if (references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        if (here) {
            here->unlisten(*this);
            here->release();
        }
        delete this;
    }
    void on_abandoned() noexcept override { end(true); }

    void end(bool is_cancelled) noexcept {
        {
            const std::lock_guard lock{mutex};
            if (std::exchange(over, true)) return;
            cancelled = is_cancelled;
        }
        if (!add_reference()) return;
        owner->post_surely(
            [](void* self) {
                auto& ended = *static_cast<state*>(self);
                {
                    const serving::scope scope{ended.here};
                    ended.waiting.resume();
                }
                ended.release_reference();
            },
            this);
    }
};

void delay_awaiter::await_suspend(std::coroutine_handle<> waiting) {
    state_ = new state;
    state& mine = *state_;
    mine.waiting = waiting;
    mine.owner = core_of(nullptr);
    mine.here = serving::current();
    if (mine.here) mine.here->retain();
    const auto until = mine.owner->now() + time_;
    if (!mine.add_reference()) return;  // for this function: the coroutine may go on meanwhile
    {
        const std::lock_guard lock{mine.mutex};
        mine.timer = mine.owner->start_timer(
            until,
            [](void* self) {
                auto& due = *static_cast<state*>(self);
                due.end(due.owner->is_stopping());
                due.release_reference();
            },
            &mine);
    }
    if (mine.here) mine.here->listen(mine);
    mine.release_reference();
}

void delay_awaiter::await_resume() const {
    if (state_ && state_->cancelled) {
        throw roi::error{errc::cancelled, outcome::not_executed,
                         "the caller gave up while the method waited"};
    }
}

delay_awaiter::~delay_awaiter() {
    if (!state_) return;
    std::uint64_t timer = 0;
    {
        const std::lock_guard lock{state_->mutex};
        state_->over = true;
        timer = state_->timer;
    }
    if (state_->owner->cancel_timer(timer)) state_->release_reference();
    state_->release_reference();
}

}  // namespace roi::detail
