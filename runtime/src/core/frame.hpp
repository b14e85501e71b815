// The frames of wire.proto as plain structs, and their bytes.
#pragma once

#include "core/channel.hpp"
#include "core/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roi::core {

inline constexpr std::array<std::uint8_t, 8> preface = {0x89, 0x52, 0x4F, 0x49,
                                                        0x0D, 0x0A, 0x1A, 0x0A};
inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t length_prefix = 4;

enum class feature : std::uint32_t { chunks = 1, sessions = 2 };
enum call_flag : std::uint32_t { flag_oneway = 1, flag_repeated = 2 };

enum class frame_kind : std::uint8_t {
    unknown = 0,
    hello = 1,
    call = 2,
    reply = 3,
    cancel = 4,
    ping = 5,
    pong = 6,
    go_away = 7,
    chunk = 8,
    session = 9,
    attach = 10,
    acknowledge = 11,
    states = 12,
};

struct hello_frame {
    std::uint32_t version_min = 0;
    std::uint32_t version_max = 0;
    bool chunks = false;
    bool sessions = false;
    std::uint64_t runtime_high = 0;
    std::uint64_t runtime_low = 0;
    std::uint64_t max_message = 0;
    std::uint32_t max_calls = 0;
    std::string software;
};

struct call_frame {
    std::uint64_t id = 0;
    call_header header;
    std::uint64_t total_size = 0;  // 0: `arguments` is all
    std::span<const std::byte> arguments;
};

struct reply_frame {
    std::uint64_t id = 0;
    bool failed = false;
    errc code = errc::connection_lost;
    roi::outcome ran = outcome::unknown;
    std::string text;
    std::vector<std::string> moved_to;
    std::vector<wire_exception> exceptions;
    std::uint64_t total_size = 0;
    std::span<const std::byte> result;
};

struct call_state {
    std::uint64_t id = 0;
    bool running = false;
    std::uint64_t progress = 0;
};

struct ping_frame {
    std::uint64_t nonce = 0;
    std::vector<std::uint64_t> calls;
};

struct go_away_frame {
    std::uint64_t last_call = 0;
    errc code = errc::shutting_down;
    std::string text;
    bool final = false;
};

/// Session and Attach.
struct session_frame {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint32_t max_unacknowledged = 0;
    std::uint64_t lease_us = 0;
};

struct chunk_frame {
    std::uint64_t id = 0;
    bool of_reply = false;
    std::span<const std::byte> data;
};

/// One received frame; only the member that `kind` names is meaningful. Reused from frame to frame,
/// so a steady flow of calls allocates nothing here. Spans point into the bytes that were parsed.
struct frame {
    frame_kind kind = frame_kind::unknown;
    hello_frame hello;
    call_frame call;
    reply_frame reply;
    std::uint64_t cancel_id = 0;
    ping_frame ping;
    std::uint64_t pong_nonce = 0;
    go_away_frame go_away;
    chunk_frame chunk;
    session_frame session;           // session, attach
    call_header acknowledged;        // acknowledge: only what is acknowledged
    std::vector<call_state> states;  // states
};

/// Parses the message of one frame (without its length). False: it breaks the protocol.
bool parse_frame(std::span<const std::byte> message, const limits& bounds, frame& out) noexcept;

// Each of these makes whole frames, length included. Writers are filled backwards: what is already
// in `arguments` or `result` becomes the frame's last field, without being moved.

void put_hello(wire::writer& out, const hello_frame& hello);
/// `arguments` holds the arguments; `total_size` not 0: only the beginning of them.
void put_call(wire::writer& arguments, std::uint64_t id, const call_header& header,
              std::uint64_t total_size = 0);
void put_reply(wire::writer& result, std::uint64_t id, std::uint64_t total_size = 0);
void put_failure(wire::writer& out, std::uint64_t id, errc code, roi::outcome ran,
                 std::string_view text);
// A Reply in two steps: first the message without its id, which may be kept and sent again; then
// the frame around it.
void put_result_body(wire::writer& result);
void put_exceptions_body(wire::writer& out, std::span<const wire_exception> thrown);
void put_failure_body(wire::writer& out, errc code, roi::outcome ran, std::string_view text);
void frame_reply(wire::writer& body, std::uint64_t id);
void put_cancel(wire::writer& out, std::uint64_t id);
void put_ping(wire::writer& out, std::uint64_t nonce);
void put_pong(wire::writer& out, std::uint64_t nonce, std::span<const call_state> calls);
enum class farewell { closes, final };
void put_go_away(wire::writer& out, std::uint64_t last_call, errc code, std::string_view text,
                 farewell how = farewell::closes);
void put_session(wire::writer& out, const session_frame& what);
void put_attach(wire::writer& out, std::uint64_t high, std::uint64_t low);
void put_acknowledge(wire::writer& out, const call_header& what);
void put_states(wire::writer& out, std::span<const call_state> calls);
/// The frame up to its data; `data_size` octets must follow.
void put_chunk_head(wire::writer& out, std::uint64_t id, bool of_reply, std::size_t data_size);

/// Reads the head of a Chunk frame whose data stand last, as everyone writes it, from the first
/// octets of its message. 0: it is not (or not yet, or not in that order); else the head's size.
std::size_t peek_chunk_head(std::span<const std::byte> begin, std::size_t message_size,
                            chunk_frame& out, std::size_t& data_size) noexcept;

/// Turns the message of a frame that was not yet sent into one that every receiver skips.
void blank_frame(std::span<std::byte> message) noexcept;

}  // namespace roi::core
