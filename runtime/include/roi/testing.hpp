// A simulated network in virtual time: several runtimes in one thread, and every fault on order.
#pragma once

#include <roi/options.hpp>
#include <roi/runtime.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace roi::net {
class engine;
}

namespace roi::testing {

namespace detail {
class simulation;
class simulated_engine;
}  // namespace detail

class host;

/// Hosts that reach each other over links with latency and faults.
///
/// Nothing happens by itself: time moves only while somebody runs the network, or blocks in a call
/// made on one of its hosts. The same seed and the same program give the same trace(), event by
/// event. The protocol code is that of real connections; sockets and threads are not there.
///
/// A blocking call runs the events of all hosts until it ends, also within a method that is being
/// served; calls nested so end in the order of a stack, the last begun first.
///
/// Threads: one only, that of the test.
class network {
public:
    /// `seed` decides latencies and how octets are cut; print it when a test fails.
    explicit network(std::uint64_t seed = 1);
    network(const network&) = delete;
    network& operator=(const network&) = delete;
    /// Runtimes on its hosts must be gone.
    ~network();

    std::uint64_t seed() const noexcept;
    /// Adds a host. References stay valid as long as the network.
    host& add(const std::string& name);

    /// Every piece of octets takes between `least` and `most`; the default is 100 us to 300 us.
    void latency(std::chrono::nanoseconds least, std::chrono::nanoseconds most);
    /// Cuts what is sent into pieces of 1 to `most` octets, and joins some that arrive together; 0
    /// (the default): as they were written.
    void fragment(std::size_t most);

    /// What is sent between the two from now on is kept back until release().
    void hold(const host& a, const host& b);
    void release(const host& a, const host& b);
    /// Resets every connection between the two; what was under way is lost.
    void drop(const host& a, const host& b);
    /// Nothing gets through, and nobody is told: connections with something under way end after
    /// ten seconds, new ones are not made.
    void partition(const host& a, const host& b);
    void repair(const host& a, const host& b);

    /// Virtual time since the network was made.
    std::chrono::nanoseconds elapsed() const noexcept;
    /// Runs the next event, if there is one; time moves to it.
    bool step();
    /// Runs what happens in the next `span`, then moves time to its end.
    void run_for(std::chrono::nanoseconds span);
    /// Runs until nothing is left to happen, for `most` of virtual time. False: something is.
    bool run_until_idle(std::chrono::nanoseconds most = std::chrono::hours{1});

    /// What happened, one line each: time, place, event.
    const std::vector<std::string>& trace() const noexcept;

private:
    friend class host;
    std::shared_ptr<detail::simulation> simulation_;
    std::vector<std::unique_ptr<host>> hosts_;
};

/// A machine in the network; it runs one runtime at a time.
class host {
public:
    const std::string& name() const noexcept { return name_; }

    /// A runtime that lives on this host. What it listens on is called "sim://<host>/<number>",
    /// whatever its options say.
    std::unique_ptr<roi::runtime> make_runtime(runtime_options options = {});

    /// The process dies: its connections are reset after the latency of their links, its timers
    /// and its work never run. Its runtime object may be destroyed afterwards, without effect.
    void crash();

    /// For tests of the runtime itself: the engine alone.
    std::unique_ptr<net::engine> make_engine();

    host(std::shared_ptr<detail::simulation> in, std::string name);
    ~host();

private:
    std::shared_ptr<detail::simulation> simulation_;
    std::weak_ptr<detail::simulated_engine> running_;
    std::string name_;
};

}  // namespace roi::testing
