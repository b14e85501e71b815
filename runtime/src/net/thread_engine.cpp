// The engine with threads of its own.
#include "net/thread_engine.hpp"

#include <boost/asio/post.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace roi::net {
namespace {

constexpr auto tick_length = std::chrono::milliseconds{2};
constexpr unsigned ticks_until_idle = 50;
constexpr unsigned ticks_per_lazy_look = 10;
constexpr auto parked_for_long = std::chrono::seconds{10};
constexpr unsigned threads_kept = 4;
constexpr std::uint64_t kick_token = 0;  // connections count from 1

// The engine whose worker this thread is.
thread_local const thread_engine* worker_of = nullptr;
thread_local bool service_thread = false;

unsigned pollers() {
    return std::max(1u, std::thread::hardware_concurrency()) + 1;
}

}  // namespace

thread_engine::thread_engine(engine_options options)
    : engine_base(own, std::move(options), false),
      busy_(boost::asio::make_work_guard(own)),
      tick_timer_(own),
      max_pollers_(pollers()),
      max_threads_(this->options()->limits.max_workers + max_pollers_) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    kick_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kick_token;
    if (epoll_ < 0 || kick_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, kick_, &event) != 0) {
        const int failed = errno;
        if (epoll_ >= 0) ::close(epoll_);
        if (kick_ >= 0) ::close(kick_);
        throw error{errc::unreachable, outcome::not_executed,
                    "cannot make a runtime: " + system_text(failed)};
    }
}

thread_engine::~thread_engine() {
    if (service_.joinable()) stop_threads();
    ::close(epoll_);
    ::close(kick_);
}

void thread_engine::begin() {
    service_ = std::thread{[this] {
        service_thread = true;
        own.run();
    }};
}

void thread_engine::stop_threads() {
    {
        std::lock_guard hold{pool_mutex_};
        ending_ = true;
        wake_.notify_all();
    }
    const std::uint64_t one = 1;
    (void)!::write(kick_, &one, sizeof one);  // never read again: every poller sees it
    for (;;) {
        std::vector<std::thread> ended;
        {
            std::unique_lock hold{pool_mutex_};
            wake_.wait(hold, [this] { return workers_.empty() || !finished_.empty(); });
            ended.swap(finished_);
            if (ended.empty() && workers_.empty()) break;
        }
        for (auto& thread : ended)
            thread.join();
    }
    busy_.reset();
    own.stop();
    if (service_.joinable()) service_.join();
}

// --- threads -------------------------------------------------------------------------------------

bool thread_engine::spawn() {
    if (ending_ || threads_.load() >= max_threads_) return false;
    for (auto& thread : finished_)
        thread.join();
    finished_.clear();
    auto& fresh = workers_.emplace_back();
    fresh.place = std::prev(workers_.end());
    try {
        ++starting_;
        ++threads_;
        fresh.thread = std::thread{[this, &fresh] { work(fresh); }};
        return true;
    } catch (const std::system_error&) {
        --starting_;
        --threads_;
        workers_.pop_back();
        log(log_level::warning, "cannot start another thread");
        return false;
    }
}

void thread_engine::work(worker& me) {
    worker_of = this;
    std::unique_lock hold{pool_mutex_};
    --starting_;
    while (!ending_ || !jobs_.empty()) {  // what was accepted is done, also at the end
        if (!jobs_.empty()) {
            auto next = std::move(jobs_.front());
            jobs_.pop_front();
            // This thread may have been the one woken to poll.
            need_poller_locked();
            hold.unlock();
            if (next.serve) {
                serve(me, next.serve, true);
                next.serve.reset();
            } else {
                next.work(next.context);
            }
            hold.lock();
            continue;
        }
        if (polling_.load() < max_pollers_) {
            ++polling_;
            hold.unlock();
            poll_once(me);
            hold.lock();
            continue;
        }
        ++parked_;
        const auto woken = wake_.wait_for(hold, parked_for_long);
        --parked_;
        if (woken == std::cv_status::timeout && jobs_.empty() && threads_.load() > threads_kept &&
            polling_.load() >= max_pollers_)
            break;
    }
    --threads_;
    finished_.push_back(std::move(me.thread));
    workers_.erase(me.place);
    wake_.notify_all();
}

void thread_engine::poll_once(worker& me) {
    epoll_event event{};
    const int found = ::epoll_wait(epoll_, &event, 1, -1);
    const bool last = polling_.fetch_sub(1) == 1;
    if (found <= 0) return;
    if (event.data.u64 == kick_token) {
        std::uint64_t count = 0;
        std::lock_guard hold{pool_mutex_};
        if (!ending_) (void)!::read(kick_, &count, sizeof count);
        return;
    }
    const auto which = find(event.data.u64);
    if (!which) return;
    // Somebody must go on polling while this thread serves.
    if (last) need_poller();
    serve(me, which, false);
}

void thread_engine::serve(worker& me, const std::shared_ptr<connection>& which, bool handed_over) {
    {
        std::lock_guard hold{me.mutex};
        me.serving = which;
    }
    if (handed_over) {
        which->on_handed_over();
    } else {
        which->on_ready();
    }
    std::shared_ptr<connection> dropped;
    std::lock_guard hold{me.mutex};
    dropped.swap(me.serving);
}

void thread_engine::need_poller() {
    std::lock_guard hold{pool_mutex_};
    need_poller_locked();
}

void thread_engine::need_poller_locked() {
    if (ending_ || polling_.load() > 0) return;
    if (parked_.load() + starting_ > jobs_.size()) {
        wake_.notify_one();
    } else {
        spawn();
    }
}

bool thread_engine::post(void (*what)(void*), void* context) {
    std::lock_guard hold{pool_mutex_};
    if (ending_) return false;
    const std::size_t free = parked_.load() + starting_;
    // The last threads stay for polling: a method that runs there could be the last thing they do.
    if (free <= jobs_.size() && (threads_.load() + max_pollers_ > max_threads_ || !spawn()))
        return false;
    jobs_.push_back({what, context, nullptr});
    wake_.notify_one();
    return true;
}

void thread_engine::continue_serving(std::shared_ptr<connection> which) {
    bool kick = false;
    {
        std::lock_guard hold{pool_mutex_};
        if (ending_) return;
        const std::size_t free = parked_.load() + starting_;
        kick = free <= jobs_.size() && !spawn();
        jobs_.push_back({nullptr, nullptr, std::move(which)});
        wake_.notify_one();
    }
    if (kick) {
        const std::uint64_t one = 1;
        (void)!::write(kick_, &one, sizeof one);
    }
}

void thread_engine::arm(connection& which) {
    const int fd = which.fd();
    epoll_event event{};
    event.events = (which.connecting() ? EPOLLOUT : EPOLLIN) | EPOLLRDHUP | EPOLLONESHOT;
    event.data.u64 = which.number();
    const bool known = which.of_shell.registered_fd.exchange(fd) == fd;
    if (::epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0 &&
        (errno != EEXIST || ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) &&
        which.fd() == fd)  // else a waiting thread went on to the next address meanwhile
        return which.abort(errc::connection_lost, "cannot poll: " + system_text(errno));
    // A worker that is done with the connection polls next by itself; a method that was taken
    // from, a service or a user's thread does not.
    if (polling_.load() == 0) need_poller();
}

bool thread_engine::on_worker() const noexcept {
    return worker_of == this;
}

bool thread_engine::saturated() const noexcept {
    return threads_.load(std::memory_order_relaxed) >= max_threads_ && polling_.load() == 0 &&
           parked_.load() == 0;
}

bool thread_engine::try_sleep() noexcept {
    return polling_.load() > 0;
}

bool thread_engine::may_wait_in_write() const noexcept {
    return !service_thread;
}

// --- the monitor ---------------------------------------------------------------------------------

void thread_engine::method_begins() noexcept {
    if (!ticking_.load(std::memory_order_seq_cst)) start_monitor();
}

void thread_engine::touched(connection& which) {
    if (!which.of_shell.lazy.load(std::memory_order_acquire) &&
        !which.of_shell.lazy.exchange(true)) {
        std::lock_guard hold{lazy_mutex_};
        lazy_.push_back({which.weak_from_this(), 0});
    }
    if (!ticking_.load(std::memory_order_seq_cst)) start_monitor();
}

void thread_engine::start_monitor() noexcept {
    if (ticking_.exchange(true, std::memory_order_seq_cst)) return;
    try {
        boost::asio::post(own, [this] {
            idle_ticks_ = 0;
            tick();
        });
    } catch (...) {
        ticking_.store(false, std::memory_order_seq_cst);
    }
}

bool thread_engine::tick_workers() {
    // A method that was seen twice has run for a whole tick at least.
    std::vector<std::pair<std::shared_ptr<connection>, std::uint64_t>> slow;
    bool any = false;
    {
        std::lock_guard hold{pool_mutex_};
        for (auto& one : workers_) {
            std::shared_ptr<connection> serving;
            {
                std::lock_guard inner{one.mutex};
                serving = one.serving;
            }
            const auto run = serving ? serving->running() : 0;
            any = any || run != 0;
            if (run != 0 && one.seen == serving.get() && one.seen_run == run)
                slow.emplace_back(serving, run);
            one.seen = serving.get();
            one.seen_run = run;
        }
    }
    for (const auto& [which, run] : slow)
        which->take_over(run);
    return any;
}

void thread_engine::tick_lazy() {
    std::vector<lazy> list;
    {
        std::lock_guard hold{lazy_mutex_};
        list.swap(lazy_);
    }
    std::vector<lazy> rest;
    for (auto& entry : list) {
        const auto which = entry.which.lock();
        if (!which) continue;
        // Cleared first: whoever uses the connection from now on enters it again.
        which->of_shell.lazy.store(false, std::memory_order_seq_cst);
        if (which->arm_if_idle(entry.seen)) continue;
        if (!which->of_shell.lazy.exchange(true)) rest.push_back(std::move(entry));
    }
    std::lock_guard hold{lazy_mutex_};
    lazy_.insert(lazy_.end(), std::make_move_iterator(rest.begin()),
                 std::make_move_iterator(rest.end()));
}

void thread_engine::tick() {
    bool any = tick_workers();
    if (++tick_number_ % ticks_per_lazy_look == 0) tick_lazy();
    {
        std::lock_guard hold{lazy_mutex_};
        any = any || !lazy_.empty();
    }
    idle_ticks_ = any ? 0 : idle_ticks_ + 1;
    if (idle_ticks_ > ticks_until_idle) {
        idle_ticks_ = 0;
        ticking_.store(false, std::memory_order_seq_cst);
        // Whoever began between the look and the store saw `true` and relies on us.
        bool missed = tick_workers();
        {
            std::lock_guard hold{lazy_mutex_};
            missed = missed || !lazy_.empty();
        }
        if (!missed || ticking_.exchange(true, std::memory_order_seq_cst)) return;
    }
    tick_timer_.expires_after(tick_length);
    tick_timer_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed) tick();
    });
}

std::unique_ptr<engine> make_engine(engine_options options) {
    auto made = std::make_shared<thread_engine>(std::move(options));
    made->begin();
    return wrap(std::move(made));
}

}  // namespace roi::net
