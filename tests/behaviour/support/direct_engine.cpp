// Calls through memory, served on threads of their own.
#include "behaviour/support/direct_engine.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace roi::testing {
namespace {

using core::time_point;

time_point real_now() noexcept {
    return std::chrono::steady_clock::now();
}

// All engines of the process, by the endpoints they listen at.
struct network {
    std::mutex mutex;
    std::map<std::string, core::call_sink*> listeners;
    int next = 1;
};
network& the_network() {
    static network& instance = *new network;
    return instance;
}

class threads final : public core::executor {
public:
    threads() : timer_thread_([this] { run_timers(); }) {}
    ~threads() override { stop(); }

    bool post(void (*work)(void*), void* context) override {
        {
            const std::lock_guard lock{mutex_};
            if (stopped_) return false;
            ++running_;
        }
        std::thread{[this, work, context] {
            worker = true;
            work(context);
            const std::lock_guard lock{mutex_};
            --running_;
            changed_.notify_all();
        }}.detach();
        return true;
    }
    std::uint64_t start_timer(time_point when, void (*work)(void*), void* context) override {
        const std::lock_guard lock{mutex_};
        timers_.emplace(when, timer{++next_timer_, work, context});
        changed_.notify_all();
        return next_timer_;
    }
    bool cancel_timer(std::uint64_t number) override {
        const std::lock_guard lock{mutex_};
        for (auto it = timers_.begin(); it != timers_.end(); ++it) {
            if (it->second.number != number) continue;
            timers_.erase(it);
            return true;
        }
        return false;
    }
    void before_blocking() noexcept override {}
    bool on_worker() const noexcept override { return worker; }
    time_point now() const noexcept override { return real_now(); }

    void stop() {
        std::unique_lock lock{mutex_};
        if (std::exchange(stopped_, true)) return;
        changed_.notify_all();
        changed_.wait(lock, [&] { return running_ == 0; });
        lock.unlock();
        timer_thread_.join();
    }

private:
    struct timer {
        std::uint64_t number;
        void (*work)(void*);
        void* context;
    };
    void run_timers() {
        std::unique_lock lock{mutex_};
        while (!stopped_) {
            if (timers_.empty()) {
                changed_.wait(lock);
            } else if (const auto first = timers_.begin(); first->first > real_now()) {
                changed_.wait_until(lock, time_point{first->first});
            } else {
                const timer due = first->second;
                timers_.erase(first);
                lock.unlock();
                due.work(due.context);
                lock.lock();
            }
        }
    }
    static thread_local bool worker;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::multimap<time_point, timer> timers_;
    std::uint64_t next_timer_ = 0;
    int running_ = 0;
    bool stopped_ = false;
    std::thread timer_thread_;
};
thread_local bool threads::worker = false;

// One call under way, seen from both ends.
struct pending_call {
    std::mutex mutex;
    std::condition_variable changed;
    core::outgoing* caller = nullptr;  // null: completed
    bool completed = false;
    bool abandoned = false;
    void (*notify)(void*) = nullptr;
    void* context = nullptr;
    bool notifying = false;
    core::call_header header;
    std::optional<time_point> deadline;
    wire::writer arguments;
    core::incoming::peer from;

    void complete(core::answer&& answer, bool gives_up) {
        core::outgoing* told = nullptr;
        void (*call)(void*) = nullptr;
        {
            const std::lock_guard lock{mutex};
            told = std::exchange(caller, nullptr);
            if (gives_up && !abandoned) {
                abandoned = true;
                call = std::exchange(notify, nullptr);
                notifying = call != nullptr;
            }
        }
        if (call) {
            call(context);
            const std::lock_guard lock{mutex};
            notifying = false;
            changed.notify_all();
        }
        if (!told) return;
        told->completed(std::move(answer));
        const std::lock_guard lock{mutex};
        completed = true;
        changed.notify_all();
    }
};

core::answer failed(errc code, outcome ran, std::string text) {
    core::answer result;
    result.code = code;
    result.ran = ran;
    result.text = std::move(text);
    return result;
}

class served final : public core::incoming {
public:
    explicit served(std::shared_ptr<pending_call> call) : call_(std::move(call)) {}
    ~served() override {
        if (!answered_) refuse(errc::shutting_down, outcome::not_executed, "dropped");
    }
    const core::call_header& header() const noexcept override { return call_->header; }
    std::optional<time_point> deadline() const noexcept override { return call_->deadline; }
    std::span<const std::byte> arguments() const noexcept override {
        return call_->arguments.bytes();
    }
    bool abandoned() const noexcept override {
        const std::lock_guard lock{call_->mutex};
        return call_->abandoned;
    }
    void on_abandoned(void (*notify)(void*), void* context) override {
        bool now = false;
        {
            std::unique_lock lock{call_->mutex};
            call_->notify = nullptr;
            if (!notify) {
                call_->changed.wait(lock, [&] { return !call_->notifying; });
                return;
            }
            now = call_->abandoned;
            if (!now) {
                call_->notify = notify;
                call_->context = context;
            }
        }
        if (now) notify(context);
    }
    void reply(wire::writer&& result) noexcept override {
        core::answer answer;
        answer.what = core::answer::kind::result;
        answer.result = result.take();
        finish(std::move(answer));
    }
    void fail(std::span<const core::wire_exception> exceptions) noexcept override {
        core::answer answer;
        answer.what = core::answer::kind::exception;
        answer.exceptions.assign(exceptions.begin(), exceptions.end());
        finish(std::move(answer));
    }
    void refuse(errc code, outcome ran, std::string text) noexcept override {
        finish(failed(code, ran, std::move(text)));
    }
    const peer& from() const noexcept override { return call_->from; }

private:
    void finish(core::answer&& answer) {
        answered_ = true;
        call_->complete(std::move(answer), false);
    }
    std::shared_ptr<pending_call> call_;
    bool answered_ = false;
};

class direct_channel final : public core::channel {
public:
    direct_channel(std::string endpoint, threads& executor, const std::atomic<bool>& stopped)
        : endpoint_(std::move(endpoint)), executor_(executor), stopped_(stopped) {}

    void start(core::outgoing& call) override {
        core::call_sink* sink = nullptr;
        {
            network& all = the_network();
            const std::lock_guard lock{all.mutex};
            const auto found = all.listeners.find(endpoint_);
            if (found != all.listeners.end()) sink = found->second;
        }
        if (stopped_) {
            call.completed(failed(errc::shutting_down, outcome::not_executed, "stopped"));
            return;
        }
        if (!sink) {
            failed_ = true;
            call.completed(failed(errc::unreachable, outcome::not_executed, "nobody listens"));
            return;
        }
        static std::atomic<std::uint64_t> numbers{0};
        call.id = ++numbers;
        auto shared = std::make_shared<pending_call>();
        shared->caller = &call;
        shared->header = call.header;
        shared->deadline = call.deadline;
        shared->arguments = std::move(call.arguments);
        shared->from.endpoint = endpoint_;
        shared->from.connection = 1;
        {
            const std::lock_guard lock{mutex_};
            std::erase_if(calls_, [](const auto& old) {
                const std::lock_guard inner{old.second->mutex};
                return old.second->completed;
            });
            calls_[&call] = shared;
        }
        if (call.deadline) {
            executor_.start_timer(*call.deadline, [](void* context) {
                const std::unique_ptr<std::weak_ptr<pending_call>> weak{
                    static_cast<std::weak_ptr<pending_call>*>(context)};
                if (const auto late = weak->lock()) {
                    late->complete(failed(errc::deadline_exceeded, outcome::unknown,
                                          "no answer within the deadline"), true);
                }
            }, new std::weak_ptr<pending_call>{shared});
        }
        struct arrival {
            core::call_sink* sink;
            std::shared_ptr<pending_call> call;
        };
        auto* arrived = new arrival{sink, shared};
        const auto serve = [](void* context) {
            const std::unique_ptr<arrival> mine{static_cast<arrival*>(context)};
            mine->sink->on_call(std::make_unique<served>(mine->call));
        };
        if (!executor_.post(serve, arrived)) {
            delete arrived;
            shared->complete(failed(errc::shutting_down, outcome::not_executed, "stopped"), true);
        }
    }
    void wait(core::outgoing& call) override {
        std::shared_ptr<pending_call> shared;
        {
            const std::lock_guard lock{mutex_};
            const auto found = calls_.find(&call);
            if (found == calls_.end()) return;
            shared = found->second;
        }
        std::unique_lock lock{shared->mutex};
        shared->changed.wait(lock, [&] { return shared->completed; });
    }
    void cancel(core::outgoing& call) override {
        std::shared_ptr<pending_call> shared;
        {
            const std::lock_guard lock{mutex_};
            const auto found = calls_.find(&call);
            if (found == calls_.end()) return;
            shared = found->second;
        }
        shared->complete(failed(errc::cancelled, outcome::unknown, "given up"), true);
    }
    std::string endpoint() const override { return endpoint_; }
    bool failed_now() const noexcept { return failed_; }
    bool failed() const noexcept override { return failed_; }
    void abandon_all() {
        std::map<core::outgoing*, std::shared_ptr<pending_call>> calls;
        {
            const std::lock_guard lock{mutex_};
            calls.swap(calls_);
        }
        for (auto& [call, shared] : calls) {
            shared->complete(testing::failed(errc::shutting_down, outcome::unknown, "stopped"),
                             true);
        }
    }

private:
    static core::answer failed(errc code, outcome ran, std::string text) {
        return testing::failed(code, ran, std::move(text));
    }
    const std::string endpoint_;
    threads& executor_;
    const std::atomic<bool>& stopped_;
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::map<core::outgoing*, std::shared_ptr<pending_call>> calls_;
};

class direct_engine final : public net::engine {
public:
    ~direct_engine() override { direct_engine::stop({}); }
    void set_sink(core::call_sink* sink) override { sink_ = sink; }
    std::string listen(const std::string& endpoint) override {
        network& all = the_network();
        const std::lock_guard lock{all.mutex};
        std::string mine = endpoint.starts_with("tcp:")
                               ? "tcp://127.0.0.1:" + std::to_string(all.next++)
                               : endpoint;
        if (!all.listeners.emplace(mine, sink_).second) {
            throw error{errc::name_taken, outcome::not_executed, mine + " is in use"};
        }
        endpoints_.push_back(mine);
        return mine;
    }
    void unlisten(const std::string& endpoint) override {
        network& all = the_network();
        const std::lock_guard lock{all.mutex};
        all.listeners.erase(endpoint);
        std::erase(endpoints_, endpoint);
    }
    std::vector<std::string> endpoints() const override { return endpoints_; }
    std::shared_ptr<core::channel> connect(const std::string& endpoint) override {
        const std::lock_guard lock{mutex_};
        auto& channel = channels_[endpoint];
        if (!channel || channel->failed()) {
            if (channel) old_.push_back(channel);
            channel = std::make_shared<direct_channel>(endpoint, executor_, stopped_);
        }
        return channel;
    }
    core::executor& executor() override { return executor_; }
    identity runtime_id() const override { return {1, 2}; }
    void on_stop_signal(void (*)(void*), void*) override {}
    bool stop(time_point) override {
        if (std::exchange(stop_begun_, true)) return true;
        {
            network& all = the_network();
            const std::lock_guard lock{all.mutex};
            for (const std::string& mine : endpoints_) all.listeners.erase(mine);
        }
        stopped_ = true;
        std::map<std::string, std::shared_ptr<direct_channel>> channels;
        {
            const std::lock_guard lock{mutex_};
            channels.swap(channels_);
        }
        for (auto& [endpoint, channel] : channels) channel->abandon_all();
        executor_.stop();
        return true;
    }

private:
    core::call_sink* sink_ = nullptr;
    std::atomic<bool> stopped_{false};
    bool stop_begun_ = false;
    threads executor_;
    std::vector<std::string> endpoints_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<direct_channel>> channels_;
    std::vector<std::shared_ptr<direct_channel>> old_;
};

}  // namespace

std::unique_ptr<net::engine> make_direct_engine() {
    return std::make_unique<direct_engine>();
}

}  // namespace roi::testing
