// The floors: the same bytes to and fro over bare sockets, with no calls at all.
//
//     bench_floor server ADDRESS blocking|spin
//     bench_floor client ADDRESS WORKLOAD blocking|spin [...]
//
// "blocking" sleeps in recv; "spin" reads without blocking for up to 20 us before it sleeps.
#include "common/measure.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace {

enum class waiting { blocking, spin };

struct endpoint {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

endpoint to_endpoint(const bench::arguments& how) {
    endpoint result;
    if (how.is_unix()) {
        auto& address = reinterpret_cast<sockaddr_un&>(result.storage);
        address.sun_family = AF_UNIX;
        bench::check(how.path().size() < sizeof address.sun_path, "the path is too long");
        std::memcpy(address.sun_path, how.path().c_str(), how.path().size() + 1);
        result.size = sizeof address;
    } else {
        auto& address = reinterpret_cast<sockaddr_in&>(result.storage);
        address.sin_family = AF_INET;
        address.sin_port = htons(how.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        result.size = sizeof address;
    }
    return result;
}

int make_socket(const bench::arguments& how) {
    const int fd = ::socket(how.is_unix() ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bench::check(fd >= 0, "socket");
    return fd;
}

void tune(const bench::arguments& how, int fd) {
    const int on = 1;
    if (!how.is_unix()) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Reads at least one byte; 0 at the end of the connection.
std::size_t read_some(int fd, std::span<char> into, waiting how) {
    using namespace std::chrono_literals;
    if (how == waiting::spin) {
        const auto until = std::chrono::steady_clock::now() + 20us;
        do {
            const ssize_t n = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
            if (n >= 0) return static_cast<std::size_t>(n);
        } while (errno == EAGAIN && std::chrono::steady_clock::now() < until);
    }
    const ssize_t n = ::recv(fd, into.data(), into.size(), 0);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void send_all(int fd, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        bench::check(n > 0, "the connection broke while sending");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

waiting to_waiting(const std::string& mode) {
    bench::check(mode == "blocking" || mode == "spin", "the mode is blocking or spin");
    return mode == "spin" ? waiting::spin : waiting::blocking;
}

// A message is 4 bytes of length, then so many bytes.
int serve(const bench::arguments& how) {
    const waiting wait = to_waiting(how.mode);
    const int listener = make_socket(how);
    endpoint at = to_endpoint(how);
    bench::check(::bind(listener, at.address(), at.size) == 0 && ::listen(listener, 8) == 0,
                 "bind");
    std::string address = how.address;
    if (!how.is_unix()) {
        sockaddr_in got{};
        socklen_t size = sizeof got;
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&got), &size);
        address = "tcp:" + std::to_string(ntohs(got.sin_port));
    }
    std::printf("ready %s\n", address.c_str());
    std::fflush(stdout);
    std::vector<char> buffer(bench::bulk_size + 4096);
    for (int fd; (fd = ::accept(listener, nullptr, nullptr)) >= 0; ::close(fd)) {
        tune(how, fd);
        std::size_t have = 0;
        while (const std::size_t n = read_some(fd, std::span(buffer).subspan(have), wait)) {
            have += n;
            std::uint32_t length = 0;
            if (have < sizeof length) continue;
            std::memcpy(&length, buffer.data(), sizeof length);
            bench::check(length + sizeof length <= buffer.size(), "the message is too long");
            if (have == length + sizeof length) {
                send_all(fd, std::span(buffer).first(have));
                have = 0;
            }
        }
    }
    return 0;
}

int call(const bench::arguments& how) {
    const waiting wait = to_waiting(how.mode);
    const std::size_t size = how.workload == "W1"   ? 8
                             : how.workload == "W2" ? bench::text_size
                             : how.workload == "W3" ? bench::bulk_size
                                                    : 0;
    bench::check(size != 0, "the floors know W1, W2 and W3");
    const int fd = make_socket(how);
    const endpoint to = to_endpoint(how);
    bench::check(::connect(fd, to.address(), to.size) == 0, "connect");
    tune(how, fd);
    std::vector<char> message(size + sizeof(std::uint32_t), 'x');
    std::vector<char> answer(message.size());
    const auto length = static_cast<std::uint32_t>(size);
    std::memcpy(message.data(), &length, sizeof length);
    bench::measure_one_by_one(
        how,
        [&] {
            // Sent and read in turns: neither side may fill both socket buffers and wait.
            std::size_t sent = 0;
            std::size_t have = 0;
            while (have < answer.size()) {
                if (sent < message.size()) {
                    const ssize_t n =
                        ::send(fd, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
                    bench::check(n > 0, "the connection broke while sending");
                    sent += static_cast<std::size_t>(n);
                    continue;
                }
                const std::size_t n = read_some(fd, std::span(answer).subspan(have), wait);
                bench::check(n > 0, "the connection ended");
                have += n;
            }
            bench::check(answer.back() == 'x', "the echo differs");
        },
        size >= bench::bulk_size ? size : 0);
    ::close(fd);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    bench::check(what == "server" || what == "client", "the first argument is server or client");
    return what == "server" ? serve(bench::parse_server(argc - 1, argv + 1))
                            : call(bench::parse_client(argc - 1, argv + 1));
}
