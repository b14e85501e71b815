// Many timers on one of Asio's.
#include "net/timer_queue.hpp"

#include <utility>
#include <vector>

namespace roi::net {

std::uint64_t timer_queue::start(core::time_point when, std::function<void()> work) {
    std::lock_guard hold{mutex_};
    if (closed_) return 0;
    const auto id = ++last_id_;
    queue_.emplace(std::pair{when, id}, std::move(work));
    times_.emplace(id, when);
    wait();
    return id;
}

bool timer_queue::cancel(std::uint64_t id) {
    std::function<void()> dropped;  // destroyed after the lock
    std::lock_guard hold{mutex_};
    const auto found = times_.find(id);
    if (found == times_.end()) return false;
    const auto entry = queue_.find({found->second, id});
    dropped = std::move(entry->second);
    queue_.erase(entry);
    times_.erase(found);
    // An empty queue must not keep a user's context running.
    if (queue_.empty() && waits_for_ != core::time_point::max()) {
        ++generation_;
        waits_for_ = core::time_point::max();
        timer_->cancel();
    }
    return true;
}

void timer_queue::close() {
    decltype(queue_) dropped;
    std::lock_guard hold{mutex_};
    closed_ = true;
    ++generation_;
    dropped.swap(queue_);
    times_.clear();
    timer_.reset();
}

void timer_queue::wait() {
    if (queue_.empty() || queue_.begin()->first.first >= waits_for_) return;
    waits_for_ = queue_.begin()->first.first;
    timer_->expires_at(waits_for_);
    // A cancelled wait may already be queued as a success, so a number tells which one counts.
    timer_->async_wait(
        [self = shared_from_this(), mine = ++generation_](const boost::system::error_code& failed) {
            if (failed) return;
            {
                std::lock_guard hold{self->mutex_};
                if (mine != self->generation_) return;
            }
            self->fire();
        });
}

void timer_queue::fire() {
    std::vector<std::function<void()>> due;
    {
        std::lock_guard hold{mutex_};
        const auto now = std::chrono::steady_clock::now();
        while (!queue_.empty() && queue_.begin()->first.first <= now) {
            times_.erase(queue_.begin()->first.second);
            due.push_back(std::move(queue_.begin()->second));
            queue_.erase(queue_.begin());
        }
        waits_for_ = core::time_point::max();
        if (!closed_) wait();
    }
    for (auto& work : due)
        work();
}

}  // namespace roi::net
