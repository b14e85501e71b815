// What is not our protocol on a server's port: answered or closed, never waited on, no harm done.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <random>
#include <string>
#include <string_view>

#include <roi/runtime.hpp>

#include "bank.roi.hpp"
#include "integration/stage.hpp"

using roi::support::process;
using roi::support::scoped_environment;
using roi::support::stage;

namespace {

class raw_connection {
public:
    explicit raw_connection(std::uint16_t port) {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }
    ~raw_connection() { ::close(fd_); }
    raw_connection(const raw_connection&) = delete;
    raw_connection& operator=(const raw_connection&) = delete;

    void send(std::string_view bytes) {
        // The peer may have closed already; that is what is tested.
        [[maybe_unused]] const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    void end_of_input() { ::shutdown(fd_, SHUT_WR); }

    // Reads to the end; false: the peer neither answers nor closes.
    bool is_closed_by_peer() {
        std::array<char, 4096> buffer;
        while (true) {
            pollfd watched{fd_, POLLIN, 0};
            const auto patience =
                std::chrono::duration_cast<std::chrono::milliseconds>(roi::support::patience);
            if (::poll(&watched, 1, static_cast<int>(patience.count())) != 1) return false;
            const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n <= 0) return true;
        }
    }

private:
    int fd_ = -1;
};

struct bank_on_tcp {
    stage s;
    std::uint16_t port = roi::support::free_port();
    std::string endpoint = "tcp://127.0.0.1:" + std::to_string(port);
    process server = s.start_bank({.environment = {{"ROI_LISTEN", endpoint}}});

    void check_alive() {
        const scoped_environment environment(s.here.environment());
        roi::runtime runtime;
        demo::BankClient bank{roi::at(endpoint).on(runtime)};
        CHECK(bank.balance("alice") == 10'000);
        CHECK(server.running());
    }
};

}  // namespace

TEST_CASE("foreign protocols are answered or closed, and the server goes on") {
    bank_on_tcp b;
    using namespace std::string_view_literals;
    for (const std::string_view greeting : {
             "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"sv,
             "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"sv,  // gRPC begins so
             "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv,        // TLS
             "SSH-2.0-OpenSSH_9.2\r\n"sv,
             "<?xml version=\"1.0\"?><methodCall/>"sv,
             "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv,  // huge lengths
             "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
             "QUIT\r\n\r\n"sv,
         }) {
        CAPTURE(greeting);
        raw_connection connection(b.port);
        connection.send(greeting);
        CHECK(connection.is_closed_by_peer());
    }
    b.check_alive();
}

TEST_CASE("any bytes are survived") {
    bank_on_tcp b;
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int i = 0; i < 200; ++i) {
        std::string bytes(random() % 300, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        raw_connection connection(b.port);
        connection.send(bytes);
        connection.end_of_input();
        CHECK(connection.is_closed_by_peer());
    }
    b.check_alive();
}

TEST_CASE("connections that say nothing delay nobody") {
    bank_on_tcp b;
    const std::array<raw_connection, 3> silent{raw_connection(b.port), raw_connection(b.port),
                                               raw_connection(b.port)};
    b.check_alive();
}
