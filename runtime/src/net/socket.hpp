// Endpoints as text, and sockets as file descriptors with an owner.
#pragma once

#include <roi/error.hpp>

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roi::net {

/// A file descriptor that is closed with its owner.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor();
    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// "unix:/run/x", "tcp://127.0.0.1:4000", "tcp://[::1]:4000", "tcp://name:4000".
struct endpoint {
    enum class kind { unix_socket, tcp };
    kind what = kind::unix_socket;
    std::string path;
    std::string host;
    std::uint16_t port = 0;

    /// Empty where the spelling is wrong; `why` then says how.
    static std::optional<endpoint> parse(std::string_view text, std::string& why);
    std::string text() const;
};

struct address {
    sockaddr_storage octets{};
    socklen_t size = 0;
    int family() const noexcept { return octets.ss_family; }
    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&octets); }
};

/// The address of a Unix socket, or of a numeric host; empty where the host is a name.
std::optional<address> numeric_address(const endpoint& where);
/// Asks the system's resolver; blocks. Empty: `why` says the reason.
std::vector<address> resolve_blocking(const endpoint& where, std::string& why);
/// "tcp://127.0.0.1:4000" of a bound socket.
std::string local_endpoint(int fd);
std::string remote_endpoint(int fd);

/// A socket for `to`, close-on-exec, non-blocking; empty: errno says why.
descriptor new_socket(int family);
/// What every connected socket gets: no delay, keepalive and user time-out on TCP, room for bulk on
/// Unix sockets, and blocking mode (each read says by flag when it must not block).
void prepare_connected(int fd, int family) noexcept;

/// Lets a blocking read end by itself after 20 ms.
void set_nap(int fd) noexcept;

struct credentials {
    std::optional<std::uint32_t> uid;
    std::optional<std::int32_t> pid;
};
credentials peer_credentials(int fd, int family) noexcept;

/// Does a process of that number run (one that has ended and was not waited for does not)?
bool process_runs(std::int32_t pid);

/// "No such file or directory"
std::string system_text(int error);

/// Opens a listening socket; throws roi::error as engine::listen() says. A Unix socket's file is
/// replaced only where no process listens on it.
struct listening {
    descriptor socket;
    std::string endpoint;
    std::string path;  // of a Unix socket, with the identity of the file we made
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};
listening open_listener(const endpoint& where);
/// Removes the file of a Unix socket, if it is still ours.
void remove_socket_file(const listening& socket) noexcept;

}  // namespace roi::net
