// Calls through the seam itself (core/channel.hpp), for tests and benchmarks of the engine.
#pragma once

#include "core/channel.hpp"
#include "net/engine.hpp"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace seam {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

inline std::span<const std::byte> octets(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}
inline std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One call whose end can be looked at.
class call final : public roi::core::outgoing {
public:
    explicit call(std::uint64_t method, std::string_view argument = {}) {
        header.method = method;
        arguments.put_raw(octets(argument));
    }
    virtual ~call() = default;

    void completed(roi::core::answer&& result) noexcept override {
        std::lock_guard hold{mutex_};
        answer = std::move(result);
        ++times;
        done_.notify_all();
    }
    /// For calls nobody waits for by channel::wait. False: not within `most`.
    bool ended_within(std::chrono::seconds most = 60s) {
        std::unique_lock hold{mutex_};
        return done_.wait_for(hold, most, [this] { return times > 0; });
    }
    bool ended() {
        std::lock_guard hold{mutex_};
        return times > 0;
    }
    std::string result() const { return text(answer.result.bytes()); }
    bool failed(roi::errc code, roi::outcome ran) const {
        return answer.what == roi::core::answer::kind::failure && answer.code == code &&
               answer.ran == ran;
    }

    roi::core::answer answer;
    int times = 0;

private:
    std::mutex mutex_;
    std::condition_variable done_;
};

/// Starts a call and waits for it on this thread.
inline void invoke(roi::core::channel& on, call& one, std::optional<clock::duration> within = 60s) {
    one.will_wait = true;
    if (within) one.deadline = clock::now() + *within;
    on.start(one);
    on.wait(one);
}

/// Serves calls by a function.
class sink final : public roi::core::call_sink {
public:
    using handler = std::function<void(std::unique_ptr<roi::core::incoming>)>;
    explicit sink(handler how) : how_(std::move(how)) {}
    void on_call(std::unique_ptr<roi::core::incoming> one) noexcept override {
        how_(std::move(one));
    }
    void on_peer_gone(const roi::core::incoming::peer&) noexcept override { ++gone; }
    std::atomic<int> gone{0};

private:
    handler how_;
};

inline void echo(std::unique_ptr<roi::core::incoming> one) {
    roi::wire::writer out;
    out.put_raw(one->arguments());
    one->reply(std::move(out));
}

}  // namespace seam
