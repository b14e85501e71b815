// What the naming client needs of the world: calls to name servers, time, chance, a log. Stubs and
// the runtime implement it; tests put a registry and a clock of their own there.
#pragma once

#include "name_service.hpp"

#include <roi/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roi::naming {

using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::nanoseconds;

/// What a call to a name server came to.
template <class Answer>
using reply = std::variant<Answer, roi::error>;
template <class Answer>
using on_reply = std::function<void(reply<Answer>&&)>;

enum class level { debug, info, warning, error };

/// Threads: any. Handlers run once, on any thread, maybe before the function returns, so no lock
/// may be held that they take.
class port {
public:
    virtual ~port() = default;

    virtual void publish(const std::string& server, const publish_request& what, duration limit,
                         on_reply<publish_answer> done) = 0;
    virtual void withdraw(const std::string& server, const withdraw_request& what, duration limit,
                          on_reply<withdraw_answer> done) = 0;
    virtual void renew(const std::string& server, const renew_request& what, duration limit,
                       on_reply<renew_answer> done) = 0;
    virtual void resolve(const std::string& server, const resolve_request& what, duration limit,
                         on_reply<resolve_answer> done) = 0;
    // Block, and drive their call on this thread.
    virtual reply<resolve_answer> resolve_now(const std::string& server,
                                              const resolve_request& what, duration limit) = 0;
    virtual reply<withdraw_answer> withdraw_now(const std::string& server,
                                                const withdraw_request& what, duration limit) = 0;
    /// This thread is about to wait for something else than a call.
    virtual void before_blocking() noexcept = 0;

    virtual time_point now() const = 0;
    /// Runs `work` once, after `delay`; what it needs it keeps alive itself.
    virtual void after(duration delay, std::function<void()> work) = 0;
    /// From 0 up to 1.
    virtual double chance() = 0;
    virtual std::vector<std::string> default_servers() = 0;
    virtual std::string explain_default_servers() = 0;
    virtual void log(level how, const std::string& line) = 0;
};

/// Waits that grow by the factor 1.6, vary by a fifth, and start again after a success.
class backoff {
public:
    backoff(duration first, duration most) : first_(first), most_(most), next_(first) {}
    duration next(double chance) {
        const auto wait = std::chrono::duration_cast<duration>(next_ * (0.8 + 0.4 * chance));
        next_ = std::min(most_, std::chrono::duration_cast<duration>(next_ * 1.6));
        return wait;
    }
    void reset() { next_ = first_; }

private:
    duration first_;
    duration most_;
    duration next_;
};

}  // namespace roi::naming
