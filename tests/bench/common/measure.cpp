// Clock, CPU time and percentiles.
#include "common/measure.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

using clock = std::chrono::steady_clock;

std::int64_t own_cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

// Time on a core of all threads of another process, also of those that have ended.
std::int64_t cpu_ns_of(int process) {
    clockid_t id{};
    timespec used{};
    if (::clock_getcpuclockid(process, &id) != 0 || ::clock_gettime(id, &used) != 0) return 0;
    return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

clock::duration seconds(double number) {
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(number));
}

[[noreturn]] void usage(const char* program, const char* rest) {
    std::fprintf(stderr, "usage: %s unix:PATH|tcp:PORT %s\n", program, rest);
    std::exit(2);
}

void print_line(const arguments& how, const char* values, std::int64_t client_ns,
                std::int64_t server_ns, std::uint64_t calls) {
    const double n = static_cast<double>(calls);
    std::printf("result %s calls=%llu %s client_cpu_us=%.2f", how.workload.c_str(),
                static_cast<unsigned long long>(calls), values,
                static_cast<double>(client_ns) / 1000 / n);
    if (how.server != 0)
        std::printf(" server_cpu_us=%.2f", static_cast<double>(server_ns) / 1000 / n);
    std::printf("\n");
}

}  // namespace

std::uint16_t arguments::port() const {
    return static_cast<std::uint16_t>(std::strtoul(address.c_str() + 4, nullptr, 10));
}

unsigned arguments::in_flight() const {
    return workload.starts_with("W4:")
               ? static_cast<unsigned>(std::strtoul(workload.c_str() + 3, nullptr, 10))
               : 0;
}

arguments parse_server(int argc, char** argv) {
    arguments result;
    if (argc < 2 || argc > 3) usage(argv[0], "[MODE]");
    result.address = argv[1];
    if (argc == 3) result.mode = argv[2];
    if (!result.address.starts_with("unix:") && !result.address.starts_with("tcp:"))
        usage(argv[0], "[MODE]");
    return result;
}

arguments parse_client(int argc, char** argv) {
    const char* const rest =
        "W1|W2|W3|W4:n|W5|bank [MODE] [--seconds N | --calls N] [--server PID]";
    arguments result;
    std::vector<std::string> plain;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--seconds" && i + 1 < argc)
            result.seconds = std::strtod(argv[++i], nullptr);
        else if (word == "--calls" && i + 1 < argc)
            result.calls = std::strtoul(argv[++i], nullptr, 10);
        else if (word == "--server" && i + 1 < argc)
            result.server = static_cast<int>(std::strtol(argv[++i], nullptr, 10));
        else
            plain.push_back(word);
    }
    if (plain.size() < 2 || plain.size() > 3) usage(argv[0], rest);
    result.address = plain[0];
    result.workload = plain[1];
    if (plain.size() == 3) result.mode = plain[2];
    if (!result.address.starts_with("unix:") && !result.address.starts_with("tcp:"))
        usage(argv[0], rest);
    return result;
}

void measure_one_by_one(const arguments& how, const std::function<void()>& once,
                        std::size_t bytes) {
    once();
    const auto warm_end = clock::now() + seconds(how.seconds / 4);
    for (std::size_t i = 0; how.calls != 0 ? i < how.calls / 10 : clock::now() < warm_end; ++i)
        once();

    std::vector<std::uint32_t> samples;
    samples.reserve(1'000'000);
    const std::int64_t client_before = own_cpu_ns();
    const std::int64_t server_before = how.server != 0 ? cpu_ns_of(how.server) : 0;
    const auto begin = clock::now();
    const auto end = begin + seconds(how.seconds);
    auto before = begin;
    do {
        once();
        const auto after = clock::now();
        samples.push_back(static_cast<std::uint32_t>(
            std::min<std::int64_t>((after - before).count(), UINT32_MAX)));
        before = after;
    } while (how.calls != 0 ? samples.size() < how.calls : before < end);
    const double total = std::chrono::duration<double>(before - begin).count();
    const std::int64_t client_cpu = own_cpu_ns() - client_before;
    const std::int64_t server_cpu = how.server != 0 ? cpu_ns_of(how.server) - server_before : 0;

    const std::size_t n = samples.size();
    std::ranges::sort(samples);
    const auto us = [&](double share) {
        return samples[std::min(n - 1, static_cast<std::size_t>(share * static_cast<double>(n)))] /
               1000.0;
    };
    double sum = 0;
    for (const std::uint32_t ns : samples)
        sum += ns / 1000.0;
    char text[256];
    std::snprintf(
        text, sizeof text,
        "p50_us=%.2f p99_us=%.2f p999_us=%.2f mean_us=%.2f calls_per_s=%.0f mb_per_s=%.1f", us(0.5),
        us(0.99), us(0.999), sum / static_cast<double>(n), static_cast<double>(n) / total,
        static_cast<double>(bytes) * static_cast<double>(n) / total / 1e6);
    print_line(how, text, client_cpu, server_cpu, n);
}

in_flight_measure::in_flight_measure(const arguments& how)
    : how_(how),
      warm_(clock::now() + seconds(how.seconds / 4)),
      end_(warm_ + seconds(how.seconds)) {}

bool in_flight_measure::keep_going() {
    if (measuring_) ++calls_;
    // The clock is read now and then only: it must not be what is measured.
    if (++seen_ % 32 != 0) return !over_;
    const auto now = clock::now();
    if (!measuring_ && now >= warm_ && !over_) {
        measuring_ = true;
        first_ = now;
        cpu_before_ = own_cpu_ns();
        server_before_ = how_.server != 0 ? cpu_ns_of(how_.server) : 0;
    }
    if (measuring_ && calls_ > 0 && now >= end_) {
        measuring_ = false;
        over_ = true;
        last_ = now;
        cpu_before_ = own_cpu_ns() - cpu_before_;
        server_before_ = how_.server != 0 ? cpu_ns_of(how_.server) - server_before_ : 0;
    }
    return !over_;
}

void in_flight_measure::print() {
    check(over_, "the measurement did not come to its end");
    const double total = std::chrono::duration<double>(last_ - first_).count();
    char text[64];
    std::snprintf(text, sizeof text, "calls_per_s=%.0f", static_cast<double>(calls_) / total);
    print_line(how_, text, cpu_before_, server_before_, calls_);
}

void check(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "bench: %s\n", what);
        std::exit(1);
    }
}

}  // namespace bench
