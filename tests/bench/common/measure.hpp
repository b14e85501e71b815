// What the programs of all systems share: payloads, the clock, and the one line each prints.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// The command line of every program here.
///
///     SERVER ADDRESS [MODE]
///     CLIENT ADDRESS WORKLOAD [MODE] [--seconds N | --calls N] [--server PID]
///
/// ADDRESS is "unix:PATH" or "tcp:PORT" (0: any; the server prints "ready ADDRESS" with what it
/// got). WORKLOAD is W1, W2, W3, W5, W4:n, or "bank" (one string in, one number out).
struct arguments {
    std::string address;
    std::string workload;
    std::string mode;
    double seconds = 0.7;
    std::size_t calls = 0;  ///< so many calls, where not 0, in place of `seconds`; not for W4
    int server = 0;         ///< process of the server, for its CPU time; 0: not known

    bool is_unix() const { return address.starts_with("unix:"); }
    std::string path() const { return address.substr(5); }
    std::uint16_t port() const;
    /// n of "W4:n"; 0 for other workloads.
    unsigned in_flight() const;
};
arguments parse_client(int argc, char** argv);
arguments parse_server(int argc, char** argv);

inline constexpr std::size_t text_size = 1024;
inline constexpr std::size_t bulk_size = 1024 * 1024;
inline constexpr std::size_t record_count = 100;
inline constexpr std::size_t name_size = 16;
inline constexpr std::size_t numbers_per_record = 8;

/// Calls `once` again and again, first unmeasured, then for `seconds`; prints the distribution.
/// `bytes`: payload of a call, counted once, for the MB/s of W3.
void measure_one_by_one(const arguments& how, const std::function<void()>& once,
                        std::size_t bytes = 0);

/// Measures many calls in flight. The caller's loop asks keep_going() after each completed call
/// whether to start another, and finishes what is under way when it says no. One thread at a time.
class in_flight_measure {
public:
    explicit in_flight_measure(const arguments& how);
    bool keep_going();
    void print();

private:
    using clock = std::chrono::steady_clock;
    const arguments& how_;
    clock::time_point warm_, end_, first_, last_;
    std::int64_t cpu_before_ = 0, server_before_ = 0;
    std::uint64_t calls_ = 0, seen_ = 0;
    bool measuring_ = false, over_ = false;
};

/// Ends the program with a sentence when an echo is not what was sent.
void check(bool good, const char* what);

}  // namespace bench
