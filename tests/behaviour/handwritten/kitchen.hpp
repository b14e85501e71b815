// An interface with one of everything that a call can do, for the behaviour suite.
#pragma once

#include <roi/annotations.hpp>
#include <roi/task.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace demo {

/// Marked, with a marked type derived from it.
struct ROI_ERROR kitchen_error : std::runtime_error {
    kitchen_error() : std::runtime_error("kitchen") {}
    explicit kitchen_error(const std::string& text) : std::runtime_error(text) {}
    int code = 0;
};
struct ROI_ERROR burnt : kitchen_error {
    burnt() : kitchen_error("burnt") {}
    std::string dish;
};
/// Marked, and no std::exception.
struct ROI_ERROR odd {
    int number = 0;
};
/// Not marked.
struct unmarked : std::out_of_range {
    using std::out_of_range::out_of_range;
};

/// Lets tests see into methods, and hold them.
class gate {
public:
    void open();
    void shut();
    void pass();  ///< waits until the gate is open
    void pass_within(std::chrono::milliseconds time);
    void await_waiting(int count);  ///< until so many wait in pass()
    void await_left();              ///< until nobody waits there
    int waiting() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    int waiting_ = 0;
};

class ROI_REMOTE("kitchen") Kitchen {
public:
    std::string echo(const std::string& text);
    int add(int a, int b);
    /// Exchanges both, and returns the sum of their lengths.
    int swap(std::string& a, std::string& b);
    /// Throws what `kind` says.
    void fail(const std::string& kind);
    void nothing();

    /// Waits at the gate.
    void hold();
    /// The same, alongside others.
    ROI_CONCURRENT
    void hold_together();
    ROI_BLOCKING
    void hold_on_worker();
    /// Returns true when it sees that the caller gave up; false after about ten seconds.
    bool wait_until_cancelled();

    /// Calls `echo` of the kitchen published as `name`; blocks meanwhile.
    std::string ask(const std::string& name, const std::string& text);
    /// Calls itself through the kitchen published as `via`, `depth` times there and back.
    int bounce(const std::string& self, const std::string& via, int depth);
    /// Calls wait_until_cancelled of `name`, whatever comes of it.
    bool ask_to_wait(const std::string& name);
    /// Calls `hold` of `name`, within `milliseconds`; 0: without a deadline of its own.
    void ask_to_hold(const std::string& name, int milliseconds);
    /// Holds this object at the gate, and then calls `nothing` of `name`.
    void hold_and_ask(const std::string& name);
    /// Tells of this call what this_call() knows: "method;has deadline;cancelled".
    std::string who();
    std::int64_t milliseconds_left();
    /// The time that a call has left that this method makes, detached or not.
    std::int64_t milliseconds_left_inside(const std::string& name, bool detached);

    roi::task<int> add_later(int a, int b, int milliseconds);
    roi::task<std::string> ask_later(const std::string& name, const std::string& text);
    roi::task<void> fail_later(const std::string& kind);
    roi::task<int> bounce_later(const std::string& self, const std::string& via, int depth);
    roi::task<void> wait_later();

    /// For tests, beside the calls.
    ROI_LOCAL int most_inside() const { return most_inside_.load(); }
    ROI_LOCAL int runs() const { return runs_.load(); }
    gate door;

private:
    class inside;
    std::atomic<int> inside_{0};
    std::atomic<int> most_inside_{0};
    std::atomic<int> runs_{0};
};

}  // namespace demo
