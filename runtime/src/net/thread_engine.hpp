// The engine with threads of its own: one epoll, threads that poll, serve, run or park, and a
// monitor that finds methods which run for long.
#pragma once

#include "net/engine_base.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace roi::net {

/// Owns the context, so that it is there before engine_base and goes after it.
struct own_context {
    boost::asio::io_context own{1};
};

class thread_engine final : private own_context, public engine_base {
public:
    explicit thread_engine(engine_options options);
    ~thread_engine() override;
    /// Starts the service thread; needs a shared_ptr to exist.
    void begin();

    // shell
    void arm(connection& which) override;
    void continue_serving(std::shared_ptr<connection> which) override;
    void touched(connection& which) override;
    void method_begins() noexcept override;
    bool saturated() const noexcept override;
    bool try_sleep() noexcept override;
    void end_sleep() noexcept override {}
    bool others_wait() const noexcept override { return polling_.load() == 0; }
    unsigned turns_per_hold() const noexcept override { return 64; }
    bool may_wait_in_write() const noexcept override;
    void before_blocking() noexcept override { connection::before_blocking(); }

    // executor
    bool post(void (*work)(void*), void* context) override;
    bool run_here(void (*callback)(void*), void* context) noexcept override {
        return !saturated() && connection::run_here(*this, callback, context);
    }
    bool on_worker() const noexcept override;

private:
    struct job {
        void (*work)(void*) = nullptr;
        void* context = nullptr;
        std::shared_ptr<connection> serve;
    };
    struct worker {
        std::thread thread;
        std::mutex mutex;  // guards serving
        std::shared_ptr<connection> serving;
        // The monitor's: what it saw last.
        const connection* seen = nullptr;
        std::uint64_t seen_run = 0;
        std::list<worker>::iterator place;
    };

    void work(worker& me);
    void poll_once(worker& me);
    void serve(worker& me, const std::shared_ptr<connection>& which, bool handed_over);
    bool spawn();  // under pool_mutex_
    void need_poller();
    void need_poller_locked();
    void start_monitor() noexcept;
    void tick();
    bool tick_workers();
    void tick_lazy();
    void stop_threads() override;

    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
    boost::asio::steady_timer tick_timer_;
    std::thread service_;
    const unsigned max_pollers_;
    const unsigned max_threads_;
    int epoll_ = -1;
    int kick_ = -1;  // an eventfd in epoll_: brings a polling thread back to look for jobs

    std::atomic<unsigned> polling_{0};  // threads in epoll_wait
    std::atomic<unsigned> parked_{0};
    std::atomic<unsigned> threads_{0};
    std::atomic<bool> ticking_{false};

    std::mutex pool_mutex_;  // guards what follows
    std::condition_variable wake_;
    std::deque<job> jobs_;
    std::list<worker> workers_;
    std::vector<std::thread> finished_;
    unsigned starting_ = 0;
    bool ending_ = false;

    std::mutex lazy_mutex_;
    struct lazy {
        std::weak_ptr<connection> which;
        std::uint64_t seen = 0;
    };
    std::vector<lazy> lazy_;
    unsigned tick_number_ = 0;
    unsigned idle_ticks_ = 0;
};

}  // namespace roi::net
