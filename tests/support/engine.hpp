// What the tests of the engine share: a server whose methods a test can hold back, a client, and
// peers that are not ours.
#pragma once

#include "support/seam.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace seam {

using roi::errc;
using roi::outcome;
using kind = roi::core::answer::kind;
using incoming = std::unique_ptr<roi::core::incoming>;

enum method : std::uint64_t {
    echo_it = 1,
    keep = 2,
    hold = 3,
    throws = 4,
    refuses = 5,
    ignores = 6
};

/// A directory of its own for Unix sockets; removed with everything in it.
class scratch {
public:
    scratch() {
        char name[] = "/tmp/roi_engine_XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~scratch() { ::rmdir(path_.c_str()); }
    std::string socket(const std::string& name = "s") const { return "unix:" + path_ + "/" + name; }
    std::string file(const std::string& name = "s") const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// A server whose methods a test can hold back.
struct server {
    explicit server(roi::net::engine_options options = {})
        : objects{[this](incoming one) { serve(std::move(one)); }},
          engine{roi::net::make_engine(std::move(options))} {
        engine->set_sink(&objects);
    }
    ~server() {
        release.release(1000);
        engine->stop(clock::now() + 60s);
    }
    void serve(incoming one) {
        switch (one->header().method) {
            case keep: {
                std::lock_guard hold_it{mutex};
                kept.push_back(std::move(one));
                arrived.release();
                return;
            }
            case hold:
                arrived.release();
                release.acquire();
                return echo(std::move(one));
            case throws: {
                const roi::core::wire_exception what[] = {
                    {"demo.broke", {std::byte{7}}, "no money"},
                    {"std.runtime_error", {}, "no money"}};
                return one->fail(what);
            }
            case refuses:
                return one->refuse(errc::object_not_found, outcome::not_executed, "gone");
            case ignores:
                return;
            default:
                return echo(std::move(one));
        }
    }
    std::counting_semaphore<> arrived{0};
    std::counting_semaphore<> release{0};
    std::mutex mutex;
    std::vector<incoming> kept;
    sink objects;
    std::unique_ptr<roi::net::engine> engine;
};

struct client {
    explicit client(roi::net::engine_options options = {})
        : engine{roi::net::make_engine(std::move(options))} {}
    std::unique_ptr<roi::net::engine> engine;
};

/// A peer that speaks the protocol by hand, or does not.
class raw_peer {
public:
    raw_peer() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) { REQUIRE(fd_ >= 0); }
    explicit raw_peer(const std::string& path) : raw_peer() { REQUIRE(connect(path)); }
    explicit raw_peer(int fd) : fd_(fd) {}
    raw_peer(raw_peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    raw_peer& operator=(raw_peer&&) = delete;
    ~raw_peer() { close(); }

    bool connect(const std::string& path) const {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        return ::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    int fd() const { return fd_; }

    /// False: the other end has closed.
    bool send(std::span<const std::byte> bytes) const {
        while (!bytes.empty()) {
            const auto put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put <= 0) return false;
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        }
        return true;
    }
    bool send(std::string_view bytes) const { return send(octets(bytes)); }

    /// The preface and Hello{version 1, chunks, id, max_calls 1000}.
    bool greet() const {
        roi::wire::writer hello;
        hello.put_varint_field(6, 1000);
        const std::size_t mark = hello.size();
        hello.put_fixed64(1);
        hello.put_fixed64(2);
        hello.close(4, mark);
        hello.put_varint_field(3, 1);
        hello.put_varint_field(2, 1);
        hello.put_varint_field(1, 1);
        hello.close(1, 0);
        hello.put_fixed32(static_cast<std::uint32_t>(hello.size()));
        hello.put_raw(octets({"\x89ROI\r\n\x1a\n", 8}));
        return send(hello.bytes());
    }
    static roi::wire::buffer call_frame(std::uint64_t id, std::uint64_t method,
                                        std::string_view argument) {
        roi::wire::writer frame;
        frame.put_bytes_field(15, argument.data(), argument.size());
        frame.put_fixed64_field(5, method);
        frame.put_varint_field(1, id);
        frame.close(2, 0);
        frame.put_fixed32(static_cast<std::uint32_t>(frame.size()));
        return frame.take();
    }
    bool send_call(std::uint64_t id, std::uint64_t method, std::string_view argument = {}) const {
        return send(call_frame(id, method, argument).bytes());
    }

    /// Reads until the other end closes.
    std::string read_all() const {
        std::string out;
        char part[512];
        for (;;) {
            const auto got = ::recv(fd_, part, sizeof part, 0);
            if (got <= 0) return out;
            out.append(part, static_cast<std::size_t>(got));
        }
    }
    /// Reads until `text` has come; false: the other end has closed.
    bool read_until(std::string_view text) const {
        std::string seen;
        char part[512];
        while (seen.find(text) == std::string::npos) {
            const auto got = ::recv(fd_, part, sizeof part, 0);
            if (got <= 0) return false;
            seen.append(part, static_cast<std::size_t>(got));
        }
        return true;
    }
    /// Reads and drops `count` octets; false: the other end has closed.
    bool read_away(std::size_t count) const {
        std::vector<char> part(64 << 10);
        while (count > 0) {
            const auto got = ::recv(fd_, part.data(), std::min(count, part.size()), 0);
            if (got <= 0) return false;
            count -= static_cast<std::size_t>(got);
        }
        return true;
    }

private:
    int fd_;
};

}  // namespace seam
