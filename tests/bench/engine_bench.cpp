// Measures the engine through its seam, without stubs: W1, W2, W3, W4 and nested calls between two
// processes, next to raw ping-pong on the same machine.
//
//     engine_bench [--tcp] [--seconds S] [w1 w2 w3 w4 nested threads floor spinfloor]...
//
// One core: taskset -c 0 engine_bench ...
#include "support/seam.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using namespace seam;
using micro = std::chrono::duration<double, std::micro>;

bool tcp = false;
double seconds = 1;

enum method : std::uint64_t { add = 1, echo_it = 2, call_back = 3, quit = 4 };

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto s = [](timeval t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return s(used.ru_utime) + s(used.ru_stime);
}

void report(const char* name, std::vector<double>& took) {
    std::sort(took.begin(), took.end());
    auto at = [&](double q) {
        return took[std::min(took.size() - 1,
                             static_cast<std::size_t>(q * static_cast<double>(took.size())))];
    };
    std::printf("%-10s %s p50 %7.2f us  p99 %7.2f  p99.9 %7.2f  (%zu calls)\n", name,
                tcp ? "tcp " : "unix", at(0.5), at(0.99), at(0.999), took.size());
}

template <class Body>
void timed(const char* name, Body&& body) {
    for (int i = 0; i < 2000; ++i)
        body();
    std::vector<double> took;
    const auto until = clock::now() + std::chrono::duration<double>(seconds);
    auto last = clock::now();
    while (last < until) {
        body();
        const auto now = clock::now();
        took.push_back(micro(now - last).count());
        last = now;
    }
    report(name, took);
}

// --- raw ping-pong: the floor
// ---------------------------------------------------------------------

void raw_pair(int out[2]) {
    if (!tcp) {
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, out) != 0) std::abort();
        return;
    }
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener, 1) != 0)
        std::abort();
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
    out[0] = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(out[0], reinterpret_cast<sockaddr*>(&at), size) != 0) std::abort();
    out[1] = ::accept(listener, nullptr, nullptr);
    const int one = 1;
    for (int i = 0; i < 2; ++i)
        ::setsockopt(out[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::close(listener);
}

ssize_t read_raw(int fd, char* to, std::size_t size, bool spin) {
    if (!spin) return ::recv(fd, to, size, 0);
    const auto until = clock::now() + 50us;
    for (;;) {
        const ssize_t got = ::recv(fd, to, size, MSG_DONTWAIT);
        if (got >= 0) return got;
        if (clock::now() > until) return ::recv(fd, to, size, 0);
    }
}

void floor(bool spin) {
    int ends[2];
    raw_pair(ends);
    char message[64] = {};
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        for (;;) {
            const ssize_t got = read_raw(ends[1], message, sizeof message, spin);
            if (got <= 0) ::_exit(0);
            if (::send(ends[1], message, 20, MSG_NOSIGNAL) <= 0) ::_exit(0);
        }
    }
    ::close(ends[1]);
    timed(spin ? "raw spin" : "raw block", [&] {
        if (::send(ends[0], message, 50, MSG_NOSIGNAL) <= 0) std::abort();
        if (read_raw(ends[0], message, sizeof message, spin) <= 0) std::abort();
    });
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
}

// --- the engine
// -----------------------------------------------------------------------------------

// Serves until told to quit; prints the endpoint to `out`.
[[noreturn]] void serve(int out, std::string where) {
    std::atomic<bool> ends{false};
    auto engine = roi::net::make_engine();
    // Calls back over the endpoint that the argument names.
    sink objects{[&](std::unique_ptr<roi::core::incoming> one) {
        switch (one->header().method) {
            case quit:
                one->reply({});
                ends = true;
                ends.notify_all();
                return;
            case call_back: {
                auto back = engine->connect(text(one->arguments()));
                call inner{add, "12345678"};
                invoke(*back, inner);
                one->reply({});
                return;
            }
            default:
                echo(std::move(one));
        }
    }};
    engine->set_sink(&objects);
    where = engine->listen(where) + "\n";
    if (::write(out, where.data(), where.size()) < 0) ::_exit(1);
    ends.wait(false);
    std::fprintf(stderr, "           server used %.2f s of CPU\n", cpu_seconds());
    engine->stop(clock::now() + 1s);
    ::_exit(0);
}

struct flight final : roi::core::outgoing {
    roi::core::channel* on = nullptr;
    std::atomic<std::uint64_t>* count = nullptr;
    std::atomic<bool>* ends = nullptr;
    std::atomic<int>* left = nullptr;
    clock::time_point until;
    unsigned lap = 0;
    void go() {
        header.method = add;
        arguments.put_fixed64(42);
        deadline = until + 30s;
        on->start(*this);
    }
    void completed(roi::core::answer&& result) noexcept override {
        if (result.what != roi::core::answer::kind::result) std::abort();
        count->fetch_add(1, std::memory_order_relaxed);
        if ((++lap & 15) == 0 && clock::now() > until) {
            if (left->fetch_sub(1) == 1) {
                *ends = true;
                ends->notify_all();
            }
            return;
        }
        go();
    }
};

void in_flight(roi::core::channel& on, int n) {
    std::atomic<std::uint64_t> count{0};
    std::atomic<bool> ends{false};
    std::atomic<int> left{n};
    std::deque<flight> all(static_cast<std::size_t>(n));
    const double cpu = cpu_seconds();
    const auto begin = clock::now();
    for (auto& one : all) {
        one.on = &on;
        one.count = &count;
        one.ends = &ends;
        one.left = &left;
        one.until = begin + std::chrono::duration_cast<clock::duration>(
                                std::chrono::duration<double>(seconds));
        one.go();
    }
    ends.wait(false);
    const double took = std::chrono::duration<double>(clock::now() - begin).count();
    std::printf("w4:%-7d %s %.2f M calls/s, client CPU %.2f us per call\n", n,
                tcp ? "tcp " : "unix", static_cast<double>(count) / took / 1e6,
                (cpu_seconds() - cpu) / static_cast<double>(count) * 1e6);
}

void with_threads(roi::core::channel& on, int n) {
    std::atomic<std::uint64_t> count{0};
    std::vector<std::thread> all;
    const auto begin = clock::now();
    const auto until = begin + std::chrono::duration<double>(seconds);
    for (int i = 0; i < n; ++i)
        all.emplace_back([&] {
            while (clock::now() < until) {
                call one{add, "12345678"};
                invoke(on, one);
                count.fetch_add(1, std::memory_order_relaxed);
            }
        });
    for (auto& one : all)
        one.join();
    const double took = std::chrono::duration<double>(clock::now() - begin).count();
    std::printf("threads:%-2d %s %.0f k calls/s\n", n, tcp ? "tcp " : "unix",
                static_cast<double>(count) / took / 1e3);
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> what;
    for (int i = 1; i < count; ++i) {
        const std::string one = arguments[i];
        if (one == "--tcp") {
            tcp = true;
        } else if (one == "--seconds" && i + 1 < count) {
            seconds = std::atof(arguments[++i]);
        } else {
            what.push_back(one);
        }
    }
    if (what.empty()) what = {"spinfloor", "floor", "w1", "w2", "w3", "w4", "nested", "threads"};
    auto wanted = [&](const char* name) {
        return std::find(what.begin(), what.end(), name) != what.end();
    };
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (wanted("spinfloor")) floor(true);
    if (wanted("floor")) floor(false);

    char directory[] = "/tmp/roi_bench_XXXXXX";
    if (::mkdtemp(directory) == nullptr) return 1;
    const std::string base = directory;
    int pipe_ends[2];
    if (::pipe(pipe_ends) != 0) return 1;
    const pid_t server = ::fork();
    if (server == 0) serve(pipe_ends[1], tcp ? "tcp://127.0.0.1:0" : "unix:" + base + "/server");
    std::string where;
    for (char one = 0; ::read(pipe_ends[0], &one, 1) == 1 && one != '\n';)
        where += one;

    {
        auto engine = roi::net::make_engine();
        sink own{echo};
        engine->set_sink(&own);
        const auto here = engine->listen(tcp ? "tcp://127.0.0.1:0" : "unix:" + base + "/client");
        auto channel = engine->connect(where);
        const double cpu = cpu_seconds();
        if (wanted("w1"))
            timed("w1", [&] {
                call one{add, "12345678"};
                invoke(*channel, one);
                if (one.answer.what != roi::core::answer::kind::result) std::abort();
            });
        if (wanted("w2")) {
            const std::string kib(1024, 'x');
            timed("w2", [&] {
                call one{echo_it, kib};
                invoke(*channel, one);
            });
        }
        if (wanted("w3")) {
            const std::string mib(1 << 20, 'x');
            std::size_t calls = 0;
            const auto begin = clock::now();
            const auto until = begin + std::chrono::duration<double>(seconds);
            for (; clock::now() < until; ++calls) {
                call one{echo_it, mib};
                invoke(*channel, one);
                if (one.answer.result.size() != mib.size()) std::abort();
            }
            std::printf("w3         %s %.0f MB/s\n", tcp ? "tcp " : "unix",
                        static_cast<double>(calls * mib.size()) / 1e6 /
                            std::chrono::duration<double>(clock::now() - begin).count());
        }
        if (wanted("w4")) {
            in_flight(*channel, 1);
            in_flight(*channel, 64);
            in_flight(*channel, 256);
        }
        if (wanted("nested"))
            timed("nested", [&] {
                call one{call_back, here};
                invoke(*channel, one);
                if (one.answer.what != roi::core::answer::kind::result) std::abort();
            });
        if (wanted("threads"))
            for (const int n : {2, 8, 32})
                with_threads(*channel, n);
        std::fprintf(stderr, "           client used %.2f s of CPU\n", cpu_seconds() - cpu);
        call last{quit};
        invoke(*channel, last);
        engine->stop(clock::now() + 1s);
    }
    ::waitpid(server, nullptr, 0);
    ::unlink((base + "/server").c_str());
    ::unlink((base + "/client").c_str());
    ::rmdir(base.c_str());
    return 0;
}
