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

    /// Rows of one call session: calls that run, or whose end the caller has not acknowledged.
    /// Advertised; a caller at the limit waits. One more is refused (overloaded, not_executed), and
    /// remembered as refused; at twice the limit the connection is given up as malformed.
    std::uint32_t max_session_rows = 1024;
    /// Largest answer kept for a repeated call. A larger one is sent once; who asks again is told
    /// that the call was executed (reply_unreadable).
    std::size_t max_kept_reply = std::size_t{64} << 10;
    /// Answers kept for one session, and for all of a process; above it new calls of that session
    /// (of all) are refused (overloaded, not_executed) until the caller acknowledges.
    std::size_t max_session_replies = std::size_t{4} << 20;
    std::size_t max_all_replies = std::size_t{256} << 20;
    /// Sessions of one principal (the user at the other end of a Unix socket, or everybody
    /// together who is not known). One more connection goes without: its lost calls stay unknown.
    std::size_t max_sessions = 1024;
    /// How long a session waits for its caller to connect again, and its caller for an answer.
    std::chrono::milliseconds session_lease{60'000};
    /// After its connection was lost a call is asked for again for so long, within its deadline.
    std::chrono::milliseconds reattach_time{60'000};
    /// Acknowledgements of single calls that one frame may hold, as pairs of numbers.
    std::size_t max_acknowledged_ranges = 1024;
    /// A caller that makes no further call acknowledges its last ones after this time.
    std::chrono::milliseconds acknowledge_after{1'000};
    /// A call that is given up waits so long at most for the server to say whether it began.
    std::chrono::milliseconds cancel_answer{50};

    /// Time to connect, all addresses of a name together.
    std::chrono::milliseconds connect_time{5'000};
    /// Accepted connections of one engine; one more is closed at once.
    std::size_t max_connections = 10'000;
    /// Threads that run methods; beyond it calls are refused (overloaded, not_executed).
    unsigned max_workers = 256;
};

}  // namespace roi::core
