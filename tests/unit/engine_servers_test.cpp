// The engine as a client of servers that are full, foreign or silent; and what TCP is told to
// watch.
#include "support/engine.hpp"

#include "core/frame.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace seam;

namespace {

/// A listening Unix socket whose owner is not ours: `backlog` + 1 connections may wait there.
class raw_listener {
public:
    raw_listener(std::string file, int backlog)
        : file_{std::move(file)}, fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const auto at = address();
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
        REQUIRE(::listen(fd_, backlog) == 0);
    }
    ~raw_listener() {
        ::close(fd_);
        ::unlink(file_.c_str());
    }
    raw_listener(const raw_listener&) = delete;
    raw_listener& operator=(const raw_listener&) = delete;

    raw_peer accept() const {
        const int taken = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        REQUIRE(taken >= 0);
        return raw_peer{taken};
    }
    /// Connections that nobody accepts, until the next one would have to wait.
    std::vector<raw_peer> fill() const {
        std::vector<raw_peer> out;
        const auto at = address();
        for (;;) {
            raw_peer one{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
            if (::connect(one.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
                REQUIRE(errno == EAGAIN);
                return out;
            }
            out.push_back(std::move(one));
        }
    }

private:
    sockaddr_un address() const {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        file_.copy(at.sun_path, sizeof at.sun_path - 1);
        return at;
    }
    std::string file_;
    int fd_;
};

/// Both kinds of engine; nobody runs the context of the second.
struct clients {
    explicit clients(const roi::net::engine_options& options = {})
        : own{roi::net::make_engine(options)},
          on_context{roi::net::make_engine(context, options)} {}
    boost::asio::io_context context;
    std::unique_ptr<roi::net::engine> own;
    std::unique_ptr<roi::net::engine> on_context;
    std::vector<roi::net::engine*> all() const { return {own.get(), on_context.get()}; }
};

roi::wire::writer reply(std::uint64_t id, std::string_view result) {
    roi::wire::writer out;
    out.put_raw(octets(result));
    roi::core::put_reply(out, id);
    return out;
}

/// What `tells` does to each connection that is accepted at `on`, one after the other.
class raw_server {
public:
    raw_server(const raw_listener& on, int connections, std::function<void(const raw_peer&)> tells)
        : thread_{[&on, connections, tells = std::move(tells)] {
              for (int i = 0; i < connections; ++i)
                  tells(on.accept());
          }} {}
    ~raw_server() { thread_.join(); }

private:
    std::thread thread_;
};

}  // namespace

TEST_CASE("where a Unix listener's queue is full a call waits, and goes on when there is room") {
    scratch files;
    const clients here;
    for (auto* engine : here.all()) {
        const raw_listener busy{files.file(), 0};
        const auto waiting = busy.fill();
        call one{echo_it, "asked"};
        one.will_wait = true;
        const auto to = engine->connect(files.socket());
        to->start(one);
        CHECK_FALSE(one.ended());
        CHECK_MESSAGE(busy.fill().empty(), "there is still no room");
        std::thread server{[&] {
            for (std::size_t i = 0; i < waiting.size(); ++i)
                busy.accept();
            const auto peer = busy.accept();
            peer.read_until("ROI");
            peer.greet();
            peer.read_until("asked");
            peer.send(reply(1, "answered").bytes());
            peer.read_all();
        }};
        to->wait(one);
        CHECK(one.result() == "answered");
        engine->stop(clock::now());
        server.join();
    }
}

TEST_CASE("where it stays full a call ends at its deadline, or when connecting takes too long") {
    scratch files;
    roi::net::engine_options hasty;
    hasty.limits.connect_time = 200ms;
    const clients here{hasty};
    const raw_listener busy{files.file(), 0};
    const auto waiting = busy.fill();
    for (auto* engine : here.all()) {
        const auto to = engine->connect(files.socket());
        call early{echo_it};
        invoke(*to, early, 10ms);
        CHECK(early.failed(errc::deadline_exceeded, outcome::not_executed));
        call late{echo_it};
        invoke(*to, late);
        CHECK(late.failed(errc::unreachable, outcome::not_executed));
        CHECK(to->failed());
    }
    // One that nobody waits for ends as well.
    call alone{echo_it};
    here.own->connect(files.socket())->start(alone);
    REQUIRE(alone.ended_within());
    CHECK(alone.failed(errc::unreachable, outcome::not_executed));
}

TEST_CASE("a foreign server is recognised at its first words, and nothing was executed there") {
    scratch files;
    const clients here;
    using namespace std::string_view_literals;
    for (const auto greeting : {
             "SSH-2.0-OpenSSH_9.2\r\n"sv, "220 mail.example ESMTP\r\n"sv,
             "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"sv,
             "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
             "\x15\x03\x01\x00\x02\x02\x0a and some more"sv,  // a TLS alert
         }) {
        CAPTURE(greeting);
        for (auto* engine : here.all()) {
            const raw_listener foreign{files.file(), 8};
            const raw_server speaks{foreign, 1, [&](const raw_peer& peer) {
                                        peer.send(greeting);
                                        peer.read_all();
                                    }};
            call one{echo_it};
            invoke(*engine->connect(files.socket()), one);
            CHECK(one.failed(errc::malformed, outcome::not_executed));
        }
    }
}

TEST_CASE("a server that hangs up or says any bytes in place of Hello is not waited for") {
    scratch files;
    const clients here;
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int i = 0; i < 50; ++i) {
        std::string bytes(random() % 200, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        for (auto* engine : here.all()) {
            const raw_listener foreign{files.file(), 8};
            const raw_server speaks{foreign, 1, [&](const raw_peer& peer) { peer.send(bytes); }};
            call one{echo_it};
            invoke(*engine->connect(files.socket()), one);
            CHECK(one.answer.what == kind::failure);
            CHECK(one.answer.ran == outcome::not_executed);
        }
    }
}

TEST_CASE("a server that says nothing is given up when the time for Hello is over") {
    scratch files;
    roi::net::engine_options hasty;
    hasty.limits.hello_time = 50ms;
    const clients here{hasty};
    for (auto* engine : here.all()) {
        const raw_listener silent{files.file(), 8};
        const raw_server listens{silent, 1, [](const raw_peer& peer) { peer.read_all(); }};
        call one{echo_it};
        invoke(*engine->connect(files.socket()), one);
        CHECK(one.answer.what == kind::failure);
        CHECK(one.answer.ran == outcome::not_executed);
    }
}

TEST_CASE("a server that loses its mind in the middle of a call ends it, with an unknown outcome") {
    scratch files;
    const clients here;
    for (auto* engine : here.all()) {
        const raw_listener mad{files.file(), 8};
        const raw_server speaks{mad, 1, [](const raw_peer& peer) {
                                    peer.read_until("ROI");
                                    peer.greet();
                                    peer.read_until("asked");
                                    peer.send("\xff\xff\xff\xff and what not");
                                    peer.read_all();
                                }};
        call one{echo_it, "asked"};
        invoke(*engine->connect(files.socket()), one);
        CHECK(one.failed(errc::malformed, outcome::unknown));
    }
}

TEST_CASE("arguments larger than the socket's buffer leave with nobody to run the io_context") {
    scratch files;
    server there;
    const clients here;
    const std::string large(24 << 20, 'l');
    for (const auto& where :
         {there.engine->listen(files.socket()), there.engine->listen("tcp://127.0.0.1:0")}) {
        call one{echo_it, large};
        invoke(*here.on_context->connect(where), one);
        const bool came_back = one.result() == large;
        CHECK(came_back);
    }
}

TEST_CASE("TCP is told to give up a host that confirms nothing for ten seconds, or is silent") {
    server there;
    client here;
    call one{echo_it, "hello"};
    invoke(*here.engine->connect(there.engine->listen("tcp://127.0.0.1:0")), one);
    REQUIRE(one.result() == "hello");
    int ends = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int fd = std::stoi(entry.path().filename());
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
        if (peer.ss_family != AF_INET) continue;
        ++ends;
        const auto option = [&](int level, int name) {
            int value = -1;
            socklen_t length = sizeof value;
            REQUIRE(::getsockopt(fd, level, name, &value, &length) == 0);
            return value;
        };
        CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 10'000);
        CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
        CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 30);
        CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 10);
        CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 3);
        CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 1);
    }
    CHECK_MESSAGE(ends == 2, "the connected and the accepted one");
}
