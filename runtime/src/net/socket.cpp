// Endpoints as text, and sockets as file descriptors with an owner.
#include "net/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace roi::net {
namespace {

constexpr int backlog = 1024;

template <class Value>
void set_option(int fd, int level, int name, Value value) noexcept {
    // What a kernel does not know is no reason to refuse a connection.
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

std::string spell(const sockaddr_storage& octets) {
    char host[INET6_ADDRSTRLEN] = {};
    if (octets.ss_family == AF_INET) {
        const auto& in = reinterpret_cast<const sockaddr_in&>(octets);
        ::inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
        return "tcp://" + std::string{host} + ":" + std::to_string(ntohs(in.sin_port));
    }
    if (octets.ss_family == AF_INET6) {
        const auto& in = reinterpret_cast<const sockaddr_in6&>(octets);
        ::inet_ntop(AF_INET6, &in.sin6_addr, host, sizeof host);
        return "tcp://[" + std::string{host} + "]:" + std::to_string(ntohs(in.sin6_port));
    }
    return {};
}

std::optional<address> unix_address(const std::string& path) {
    address out;
    auto& un = reinterpret_cast<sockaddr_un&>(out.octets);
    if (path.empty() || path.size() >= sizeof un.sun_path) return std::nullopt;
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
    out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return out;
}

[[noreturn]] void refuse_listening(int error, const std::string& text) {
    const errc code = error == EADDRINUSE                 ? errc::name_taken
                      : error == EACCES || error == EPERM ? errc::permission_denied
                                                          : errc::unreachable;
    throw roi::error{code, outcome::not_executed, text + ": " + system_text(error)};
}

listening listen_unix(const endpoint& where) {
    const auto slash = where.path.rfind('/');
    const std::string directory = slash == std::string::npos ? "."
                                  : slash == 0               ? "/"
                                                             : where.path.substr(0, slash);
    static std::atomic<unsigned> serial{0};
    const std::string fresh = where.path + "." + std::to_string(::getpid()) + "." +
                              std::to_string(serial.fetch_add(1, std::memory_order_relaxed));
    const auto at = unix_address(where.path);
    const auto made_at = unix_address(fresh);
    if (!at || !made_at)
        throw roi::error{errc::invalid_argument, outcome::not_executed,
                         "the path of a Unix socket must have 1 to 90 characters: " + where.path};

    // Whoever looks whether the present file is alive, and replaces it, does so alone.
    descriptor lock{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!lock) refuse_listening(errno, "cannot listen on " + where.text());
    while (::flock(lock.get(), LOCK_EX) != 0)
        if (errno != EINTR) refuse_listening(errno, "cannot lock " + directory);

    auto probe = new_socket(AF_UNIX);
    if (!probe) refuse_listening(errno, "cannot listen on " + where.text());
    if (::connect(probe.get(), at->get(), at->size) == 0 || errno == EAGAIN)
        throw roi::error{errc::name_taken, outcome::not_executed,
                         "another process listens on " + where.text()};
    struct stat found {};
    if (errno == ECONNREFUSED && ::lstat(where.path.c_str(), &found) == 0 &&
        !S_ISSOCK(found.st_mode))
        refuse_listening(EEXIST, where.path + " is not a socket");

    listening out;
    out.socket = new_socket(AF_UNIX);
    if (!out.socket) refuse_listening(errno, "cannot listen on " + where.text());
    if (::bind(out.socket.get(), made_at->get(), made_at->size) != 0)
        refuse_listening(errno, "cannot listen on " + where.text());
    if (::listen(out.socket.get(), backlog) != 0 || ::stat(fresh.c_str(), &found) != 0 ||
        ::rename(fresh.c_str(), where.path.c_str()) != 0) {
        const int error = errno;
        ::unlink(fresh.c_str());
        refuse_listening(error, "cannot listen on " + where.text());
    }
    out.endpoint = where.text();
    out.path = where.path;
    out.device = found.st_dev;
    out.inode = found.st_ino;
    return out;
}

listening listen_tcp(const endpoint& where) {
    std::string why;
    const auto found = resolve_blocking(where, why);
    if (found.empty())
        throw roi::error{errc::invalid_argument, outcome::not_executed,
                         "cannot listen on " + where.text() + ": " + why};
    const auto& at = found.front();
    listening out;
    out.socket = new_socket(at.family());
    if (!out.socket) refuse_listening(errno, "cannot listen on " + where.text());
    set_option(out.socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (at.family() == AF_INET6) set_option(out.socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (::bind(out.socket.get(), at.get(), at.size) != 0 ||
        ::listen(out.socket.get(), backlog) != 0)
        refuse_listening(errno, "cannot listen on " + where.text());
    out.endpoint = local_endpoint(out.socket.get());
    return out;
}

}  // namespace

descriptor::~descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

std::optional<endpoint> endpoint::parse(std::string_view text, std::string& why) {
    endpoint out;
    if (text.starts_with("unix:")) {
        out.path = text.substr(5);
        if (!unix_address(out.path) || out.path.find('\0') != std::string::npos) {
            why = "the path of a Unix socket must have 1 to 107 characters";
            return std::nullopt;
        }
        return out;
    }
    if (!text.starts_with("tcp://")) {
        why = "an endpoint is spelt unix:/path or tcp://host:port";
        return std::nullopt;
    }
    text.remove_prefix(6);
    out.what = kind::tcp;
    std::size_t colon = text.rfind(':');
    if (text.starts_with('[')) {
        const auto bracket = text.find(']');
        if (bracket == std::string_view::npos || bracket + 1 != colon) {
            why = "an IPv6 endpoint is spelt tcp://[address]:port";
            return std::nullopt;
        }
        out.host = text.substr(1, bracket - 1);
    } else if (colon != std::string_view::npos) {
        out.host = text.substr(0, colon);
    }
    if (out.host.empty() || colon == std::string_view::npos || out.host.size() > 255 ||
        (text.front() != '[' && out.host.find(':') != std::string::npos)) {
        why = "a TCP endpoint is spelt tcp://host:port";
        return std::nullopt;
    }
    const auto digits = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
        why = "a port is a number from 0 to 65535";
        return std::nullopt;
    }
    return out;
}

std::string endpoint::text() const {
    if (what == kind::unix_socket) return "unix:" + path;
    const bool v6 = host.find(':') != std::string::npos;
    return "tcp://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<address> numeric_address(const endpoint& where) {
    if (where.what == endpoint::kind::unix_socket) return unix_address(where.path);
    address out;
    auto& v4 = reinterpret_cast<sockaddr_in&>(out.octets);
    if (::inet_pton(AF_INET, where.host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(where.port);
        out.size = sizeof v4;
        return out;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out.octets);
    if (::inet_pton(AF_INET6, where.host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(where.port);
        out.size = sizeof v6;
        return out;
    }
    return std::nullopt;
}

std::vector<address> resolve_blocking(const endpoint& where, std::string& why) {
    std::vector<address> out;
    if (const auto at = numeric_address(where)) {
        out.push_back(*at);
        return out;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int failed =
        ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
    if (failed != 0) {
        why = ::gai_strerror(failed);
        return out;
    }
    for (auto* one = list; one != nullptr && out.size() < 16; one = one->ai_next) {
        auto& at = out.emplace_back();
        std::memcpy(&at.octets, one->ai_addr, one->ai_addrlen);
        at.size = one->ai_addrlen;
    }
    ::freeaddrinfo(list);
    return out;
}

std::string local_endpoint(int fd) {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) return {};
    return spell(at);
}

std::string remote_endpoint(int fd) {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) return {};
    return spell(at);
}

descriptor new_socket(int family) {
    return descriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

void prepare_connected(int fd, int family) noexcept {
    if (const int flags = ::fcntl(fd, F_GETFL); flags >= 0)
        (void)::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    if (family == AF_UNIX) {
        // The kernel cuts this to what it allows; larger is faster for bulk, and a control frame
        // then waits behind as much.
        set_option(fd, SOL_SOCKET, SO_SNDBUF, 512 << 10);
        return;
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 10'000u);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

void set_nap(int fd) noexcept {
    set_option(fd, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 20'000});
}

credentials peer_credentials(int fd, int family) noexcept {
    if (family != AF_UNIX) return {};
    ucred found{};
    socklen_t size = sizeof found;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return {};
    return {found.uid, found.pid};
}

bool process_runs(std::int32_t pid) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return false;
    // "4711 (name) Z ...": the name may hold anything, so what counts is behind the last bracket.
    const descriptor file{
        ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return errno != ENOENT;
    char text[512];
    const ssize_t size = ::read(file.get(), text, sizeof text);
    const std::string_view all{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    const auto bracket = all.rfind(')');
    if (bracket == std::string_view::npos || bracket + 2 >= all.size()) return true;
    return all[bracket + 2] != 'Z' && all[bracket + 2] != 'X';
}

std::string system_text(int error) {
    return std::error_code{error, std::generic_category()}.message();
}

listening open_listener(const endpoint& where) {
    return where.what == endpoint::kind::unix_socket ? listen_unix(where) : listen_tcp(where);
}

void remove_socket_file(const listening& socket) noexcept {
    struct stat found {};
    if (socket.path.empty() || ::lstat(socket.path.c_str(), &found) != 0) return;
    if (found.st_dev == socket.device && found.st_ino == socket.inode)
        ::unlink(socket.path.c_str());
}

}  // namespace roi::net
