// Every limit of connections and calls, with its default; what happens at each stands beside it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace roi::core {

struct limits {
    /// Largest message, all its parts together, in either direction. A larger argument list is
    /// never sent (message_too_large, not_executed); a larger result is not sent either
    /// (message_too_large, executed); one announced by a peer is refused without being received.
    std::size_t max_message = std::size_t{64} << 20;
    /// Largest value that max_message may be set to.
    static constexpr std::size_t max_message_ceiling = std::size_t{1} << 30;

    /// Messages above this travel in parts of this size, with other frames between them. A control
    /// frame waits behind one part at most: 128 KiB is a millisecond at one gigabit per second.
    std::size_t chunk = std::size_t{128} << 10;

    /// What a frame may hold beside the message in it: its other fields.
    static constexpr std::size_t frame_overhead = std::size_t{64} << 10;

    /// Bytes accepted, and kept, before the peer has said Hello. More: malformed, closed.
    std::size_t before_hello = std::size_t{16} << 10;
    /// Time until the peer's Hello must be complete; then the connection ends.
    std::chrono::milliseconds hello_time{10'000};

    /// Unanswered calls that we accept on one connection, advertised in Hello. One more is refused
    /// (overloaded, not_executed). Of our own calls, those above the peer's number wait here.
    std::uint32_t max_calls = 1024;
    /// Our own calls that wait on one connection for a place; one more fails (overloaded).
    std::size_t max_waiting_calls = 65'536;
    /// Bytes of half-received messages on one connection; the call that exceeds it is refused
    /// (overloaded, not_executed), the result ends its call (message_too_large, executed).
    std::size_t max_partial = std::size_t{256} << 20;
    /// A message grows at most so far ahead of what was received of it.
    std::size_t growth_step = std::size_t{64} << 10;

    /// Small frames waiting to be written on one connection. Above it no call is read and no own
    /// call is written until the peer has read.
    std::size_t write_buffer = std::size_t{1} << 20;
    /// The same for large messages: those that wait to be written on one connection.
    std::size_t write_large = std::size_t{16} << 20;
    /// What methods that run already may add to that; a result beyond it is not sent
    /// (message_too_large, executed).
    std::size_t max_unwritten = std::size_t{256} << 20;
    /// A peer whose own frames (calls to refuse, pings) make so much wait for it in small frames is
    /// given up as malformed: it asks and does not read.
    std::size_t max_small_unwritten = std::size_t{64} << 20;
    /// Arguments of the calls that one connection has under way; one call more is refused
    /// (overloaded, not_executed).
    std::size_t max_served = std::size_t{256} << 20;
    /// A peer that reads nothing for so long while something waits for it is given up.
    std::chrono::milliseconds write_time{10'000};

    /// Fields of a Call's chain; more is malformed.
    std::size_t max_chain = 64;
    /// Exceptions in one Reply (a type and its bases), endpoints of one redirect.
    std::size_t max_exceptions = 64;
    std::size_t max_endpoints = 16;
    /// Longest text kept from a Failure, GoAway or Exception; the rest is cut off.
    std::size_t max_text = std::size_t{4} << 10;

    /// Time to connect, all addresses of a name together.
    std::chrono::milliseconds connect_time{5'000};
    /// Accepted connections of one engine; one more is closed at once.
    std::size_t max_connections = 10'000;
    /// Threads that run methods; beyond it calls are refused (overloaded, not_executed).
    unsigned max_workers = 256;
};

}  // namespace roi::core
