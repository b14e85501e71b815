// Frames to bytes and back, by the field numbers of wire.proto.
#include "core/frame.hpp"

#include <algorithm>
#include <limits>

namespace roi::core {
namespace {

using wire::wire_type;

constexpr auto last_kind = static_cast<std::uint32_t>(frame_kind::states);

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

// --- reading -------------------------------------------------------------------------------------

std::string cut(std::string_view text, const limits& bounds) {
    return std::string{text.substr(0, bounds.max_text)};
}

std::uint32_t small(std::uint64_t value) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

// Codes of later versions become the nearest one that tells a caller to change something.
errc known_code(std::uint64_t code) {
    return code >= 1 && code <= static_cast<std::uint64_t>(errc::reply_unreadable)
               ? static_cast<errc>(code)
               : errc::not_supported;
}

roi::outcome known_outcome(std::uint64_t value) {
    switch (value) {
        case 0:
            return outcome::not_executed;
        case 2:
            return outcome::executed;
        default:
            return outcome::unknown;
    }
}

std::uint64_t little_endian(std::span<const std::byte> octets) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value |= std::to_integer<std::uint64_t>(octets[i]) << (8 * i);
    return value;
}

bool parse(wire::reader in, hello_frame& out) {
    out = {};
    auto add_feature = [&](std::uint64_t number) {
        if (number == static_cast<std::uint64_t>(feature::chunks)) out.chunks = true;
        if (number == static_cast<std::uint64_t>(feature::sessions)) out.sessions = true;
    };
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.version_min = small(in.varint());
                break;
            case 2:
                out.version_max = small(in.varint());
                break;
            case 3:
                if (in.type() == wire_type::length) {
                    for (auto list = in.packed(); !list.at_end();)
                        add_feature(list.bare_varint());
                } else {
                    add_feature(in.varint());
                }
                break;
            case 4: {
                const auto id = in.bytes();
                if (id.size() != 16) return false;
                out.runtime_high = little_endian(id.first(8));
                out.runtime_low = little_endian(id.last(8));
                break;
            }
            case 5:
                out.max_message = in.varint();
                break;
            case 6:
                out.max_calls = small(in.varint());
                break;
            case 7:
                out.software = std::string{in.text().substr(0, 256)};
                break;
            default:
                in.skip();
        }
    }
    return out.version_min >= 1 && out.version_min <= out.version_max;
}

constexpr std::size_t trace_size = 16 + 8 + 1;

// What is not a trace context of this kind is passed over: it changes nothing about the call.
std::optional<trace_context> get_trace(std::span<const std::byte> bytes) {
    if (bytes.size() != trace_size) return std::nullopt;
    trace_context out;
    std::memcpy(out.trace_id.data(), bytes.data(), 16);
    std::memcpy(out.parent_id.data(), bytes.data() + 16, 8);
    out.flags = std::to_integer<std::uint8_t>(bytes[24]);
    return out;
}

void put_trace(wire::writer& out, const trace_context& trace) {
    std::array<std::uint8_t, trace_size> bytes{};
    std::copy(trace.trace_id.begin(), trace.trace_id.end(), bytes.begin());
    std::copy(trace.parent_id.begin(), trace.parent_id.end(), bytes.begin() + 16);
    bytes[24] = trace.flags;
    out.put_bytes_field(9, bytes.data(), bytes.size());
}

// Pairs of numbers, packed. False: too many, or not pairs of a first and a last.
bool get_ranges(wire::reader& in, const limits& bounds, std::vector<interval_set::interval>& out) {
    for (auto list = in.packed(); !list.at_end();) {
        if (out.size() >= bounds.max_acknowledged_ranges) return false;
        const auto first = list.bare_varint();
        if (list.at_end()) return false;
        const auto last = list.bare_varint();
        if (first == 0 || first > last) return false;
        out.push_back({first, last});
    }
    return true;
}

void put_ranges(wire::writer& out, std::uint32_t field,
                const std::vector<interval_set::interval>& ranges) {
    if (ranges.empty()) return;
    const auto mark = out.size();
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
        out.put_varint(range->last);
        out.put_varint(range->first);
    }
    out.close(field, mark);
}

bool parse(wire::reader in, const limits& bounds, call_frame& out) {
    out.id = 0;
    out.header.object = {};
    out.header.generation = 0;
    out.header.method = 0;
    out.header.time_left.reset();
    out.header.flags = 0;
    out.header.chain.clear();
    out.header.trace.reset();
    out.header.sequence = 0;
    out.header.acknowledged_below = 0;
    out.header.acknowledged_ranges.clear();
    out.header.session_high = 0;
    out.header.session_low = 0;
    out.total_size = 0;
    out.arguments = {};
    auto add_link = [&](std::uint64_t token) {
        if (out.header.chain.size() >= bounds.max_chain) return false;
        out.header.chain.push_back(token);
        return true;
    };
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.id = in.varint();
                break;
            case 2:
                out.header.object.high = in.fixed64();
                break;
            case 3:
                out.header.object.low = in.fixed64();
                break;
            case 4:
                out.header.generation = in.varint();
                break;
            case 5:
                out.header.method = in.fixed64();
                break;
            case 6:
                // More than a century is for ever; it must not overflow a clock.
                if (const auto us = in.varint(); us < 3'155'760'000'000'000u)
                    out.header.time_left = std::chrono::microseconds{us};
                break;
            case 7:
                out.header.flags = small(in.varint());
                break;
            case 8:
                if (in.type() == wire_type::length) {
                    for (auto list = in.packed(); !list.at_end();)
                        if (!add_link(list.bare_fixed64())) return false;
                } else if (!add_link(in.fixed64())) {
                    return false;
                }
                break;
            case 9:
                out.header.trace = get_trace(in.bytes());
                break;
            case 10:
                out.header.sequence = in.varint();
                break;
            case 11:
                out.header.acknowledged_below = in.varint();
                break;
            case 12:
                if (!get_ranges(in, bounds, out.header.acknowledged_ranges)) return false;
                break;
            case 13:
                out.total_size = in.varint();
                break;
            case 15:
                out.arguments = in.bytes();
                break;
            case 16:
                out.header.session_high = in.fixed64();
                break;
            case 17:
                out.header.session_low = in.fixed64();
                break;
            default:
                in.skip();
        }
    }
    return out.id != 0 && (out.total_size == 0 || out.total_size >= out.arguments.size());
}

bool parse_failure(wire::reader in, const limits& bounds, reply_frame& out) {
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.code = known_code(in.varint());
                break;
            case 2:
                out.ran = known_outcome(in.varint());
                break;
            case 3:
                out.text = cut(in.text(), bounds);
                break;
            case 4: {
                auto location = in.message();
                while (location.next()) {
                    if (location.number() != 1) {
                        location.skip();
                        continue;
                    }
                    if (out.moved_to.size() >= bounds.max_endpoints) return false;
                    out.moved_to.push_back(cut(location.text(), bounds));
                }
                break;
            }
            default:
                in.skip();
        }
    }
    return true;
}

bool parse(wire::reader in, const limits& bounds, reply_frame& out) {
    out.id = 0;
    out.failed = false;
    out.code = errc::not_supported;
    out.ran = outcome::not_executed;  // proto3: an absent outcome is number 0
    out.text.clear();
    out.moved_to.clear();
    out.exceptions.clear();
    out.total_size = 0;
    out.result = {};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.id = in.varint();
                break;
            case 2:
                out.failed = true;
                if (!parse_failure(in.message(), bounds, out)) return false;
                break;
            case 3: {
                if (out.exceptions.size() >= bounds.max_exceptions) return false;
                auto& thrown = out.exceptions.emplace_back();
                auto message = in.message();
                while (message.next()) {
                    switch (message.number()) {
                        case 1:
                            thrown.type = cut(message.text(), bounds);
                            break;
                        case 2: {
                            const auto fields = message.bytes();
                            thrown.fields.assign(fields.begin(), fields.end());
                            break;
                        }
                        case 3:
                            thrown.text = cut(message.text(), bounds);
                            break;
                        default:
                            message.skip();
                    }
                }
                break;
            }
            case 13:
                out.total_size = in.varint();
                break;
            case 15:
                out.result = in.bytes();
                break;
            default:
                in.skip();
        }
    }
    return out.id != 0 && (out.total_size == 0 || out.total_size >= out.result.size());
}

bool parse(wire::reader in, const limits& bounds, ping_frame& out) {
    out.nonce = 0;
    out.calls.clear();
    auto add = [&](std::uint64_t id) {
        if (out.calls.size() >= bounds.max_calls) return false;
        out.calls.push_back(id);
        return true;
    };
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.nonce = in.varint();
                break;
            case 2:
                if (in.type() == wire_type::length) {
                    for (auto list = in.packed(); !list.at_end();)
                        if (!add(list.bare_varint())) return false;
                } else if (!add(in.varint())) {
                    return false;
                }
                break;
            default:
                in.skip();
        }
    }
    return true;
}

bool parse(wire::reader in, const limits& bounds, go_away_frame& out) {
    out = {};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.last_call = in.varint();
                break;
            case 2:
                out.code = known_code(in.varint());
                break;
            case 3:
                out.text = cut(in.text(), bounds);
                break;
            case 4:
                out.final = in.varint() != 0;
                break;
            default:
                in.skip();
        }
    }
    return true;
}

bool parse(wire::reader in, session_frame& out) {
    out = {};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.high = in.fixed64();
                break;
            case 2:
                out.low = in.fixed64();
                break;
            case 3:
                out.max_unacknowledged = small(in.varint());
                break;
            case 4:
                out.lease_us = in.varint();
                break;
            default:
                in.skip();
        }
    }
    return true;
}

bool parse_acknowledge(wire::reader in, const limits& bounds, call_header& out) {
    out.acknowledged_below = 0;
    out.acknowledged_ranges.clear();
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.acknowledged_below = in.varint();
                break;
            case 2:
                if (!get_ranges(in, bounds, out.acknowledged_ranges)) return false;
                break;
            default:
                in.skip();
        }
    }
    return true;
}

call_state parse_state(wire::reader in) {
    call_state out;
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.id = in.varint();
                break;
            case 2:
                out.running = in.varint() == 2;
                break;
            case 4:
                out.progress = in.varint();
                break;
            default:
                in.skip();
        }
    }
    return out;
}

bool parse_states(wire::reader in, const limits& bounds, std::vector<call_state>& out) {
    out.clear();
    while (in.next()) {
        if (in.number() != 1) {
            in.skip();
            continue;
        }
        if (out.size() >= bounds.max_calls) return false;
        out.push_back(parse_state(in.message()));
    }
    return true;
}

bool parse(wire::reader in, chunk_frame& out) {
    out = {};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                out.id = in.varint();
                break;
            case 2:
                out.of_reply = in.varint() != 0;
                break;
            case 15:
                out.data = in.bytes();
                break;
            default:
                in.skip();
        }
    }
    return out.id != 0;
}

std::uint64_t parse_number(wire::reader in) {
    std::uint64_t value = 0;
    while (in.next()) {
        if (in.number() == 1) {
            value = in.varint();
        } else {
            in.skip();
        }
    }
    return value;
}

// --- writing -------------------------------------------------------------------------------------

void put_number(wire::writer& out, std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    out.put_varint(value);
    out.put_tag(field, wire_type::varint);
}

void put_text(wire::writer& out, std::uint32_t field, std::string_view text) {
    if (text.empty()) return;
    const auto mark = out.size();
    out.put_raw(as_bytes(text));
    out.close(field, mark);
}

void put_call_states(wire::writer& out, std::uint32_t field, std::span<const call_state> calls) {
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
        const auto mark = out.size();
        put_number(out, 4, call->progress);
        put_number(out, 2, call->running ? 2 : 0);
        put_number(out, 1, call->id);
        out.close(field, mark);
    }
}

// Closes the frame of `kind` that fills the writer, and puts its length in front.
void finish(wire::writer& out, frame_kind kind) {
    out.close(static_cast<std::uint32_t>(kind), 0);
    out.put_fixed32(static_cast<std::uint32_t>(out.size()));
}

}  // namespace

bool parse_frame(std::span<const std::byte> message, const limits& bounds, frame& out) noexcept {
    try {
        wire::reader in{message};
        out.kind = frame_kind::unknown;
        std::span<const std::byte> body;
        while (in.next()) {
            if (in.number() >= 1 && in.number() <= last_kind) {
                out.kind = static_cast<frame_kind>(in.number());
                body = in.bytes();
            } else {
                in.skip();
            }
        }
        wire::reader fields{body, wire::max_depth - 1};
        switch (out.kind) {
            case frame_kind::unknown:
                return true;
            case frame_kind::hello:
                return parse(fields, out.hello);
            case frame_kind::call:
                return parse(fields, bounds, out.call);
            case frame_kind::reply:
                return parse(fields, bounds, out.reply);
            case frame_kind::cancel:
                out.cancel_id = parse_number(fields);
                return true;
            case frame_kind::ping:
                return parse(fields, bounds, out.ping);
            case frame_kind::pong:
                out.pong_nonce = parse_number(fields);
                return true;
            case frame_kind::go_away:
                return parse(fields, bounds, out.go_away);
            case frame_kind::chunk:
                return parse(fields, out.chunk);
            case frame_kind::session:
            case frame_kind::attach:
                return parse(fields, out.session);
            case frame_kind::acknowledge:
                return parse_acknowledge(fields, bounds, out.acknowledged);
            case frame_kind::states:
                return parse_states(fields, bounds, out.states);
        }
        return true;
    } catch (const wire::malformed&) {
        return false;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void put_hello(wire::writer& out, const hello_frame& hello) {
    put_text(out, 7, hello.software);
    put_number(out, 6, hello.max_calls);
    put_number(out, 5, hello.max_message);
    const auto mark = out.size();
    out.put_fixed64(hello.runtime_low);
    out.put_fixed64(hello.runtime_high);
    out.close(4, mark);
    if (hello.chunks || hello.sessions) {
        const auto list = out.size();
        if (hello.sessions) out.put_varint(static_cast<std::uint64_t>(feature::sessions));
        if (hello.chunks) out.put_varint(static_cast<std::uint64_t>(feature::chunks));
        out.close(3, list);
    }
    put_number(out, 2, hello.version_max);
    put_number(out, 1, hello.version_min);
    finish(out, frame_kind::hello);
}

void put_call(wire::writer& arguments, std::uint64_t id, const call_header& header,
              std::uint64_t total_size) {
    auto& out = arguments;
    if (out.size() > 0) out.close(15, 0);
    put_number(out, 13, total_size);
    put_ranges(out, 12, header.acknowledged_ranges);
    put_number(out, 11, header.acknowledged_below);
    put_number(out, 10, header.sequence);
    if (header.is_journaled()) {
        out.put_fixed64_field(17, header.session_low);
        out.put_fixed64_field(16, header.session_high);
    }
    if (header.trace) put_trace(out, *header.trace);
    if (!header.chain.empty()) {
        const auto mark = out.size();
        for (auto token = header.chain.rbegin(); token != header.chain.rend(); ++token)
            out.put_fixed64(*token);
        out.close(8, mark);
    }
    put_number(out, 7, header.flags);
    if (header.time_left) {
        out.put_varint(
            static_cast<std::uint64_t>(std::max<std::int64_t>(header.time_left->count(), 0)));
        out.put_tag(6, wire_type::varint);
    }
    out.put_fixed64(header.method);
    out.put_tag(5, wire_type::fixed64);
    put_number(out, 4, header.generation);
    out.put_fixed64(header.object.low);
    out.put_tag(3, wire_type::fixed64);
    out.put_fixed64(header.object.high);
    out.put_tag(2, wire_type::fixed64);
    put_number(out, 1, id);
    finish(out, frame_kind::call);
}

void put_reply(wire::writer& result, std::uint64_t id, std::uint64_t total_size) {
    if (result.size() > 0) result.close(15, 0);
    put_number(result, 13, total_size);
    put_number(result, 1, id);
    finish(result, frame_kind::reply);
}

void put_result_body(wire::writer& result) {
    if (result.size() > 0) result.close(15, 0);
}

void put_exceptions_body(wire::writer& out, std::span<const wire_exception> thrown) {
    for (auto one = thrown.rbegin(); one != thrown.rend(); ++one) {
        const auto mark = out.size();
        put_text(out, 3, one->text);
        if (!one->fields.empty()) {
            const auto fields = out.size();
            out.put_raw(one->fields);
            out.close(2, fields);
        }
        put_text(out, 1, one->type);
        out.close(3, mark);
    }
}

void put_failure_body(wire::writer& out, errc code, roi::outcome ran, std::string_view text) {
    put_text(out, 3, text);
    put_number(out, 2, static_cast<std::uint64_t>(ran));
    put_number(out, 1, static_cast<std::uint64_t>(code));
    out.close(2, 0);
}

void frame_reply(wire::writer& body, std::uint64_t id) {
    put_number(body, 1, id);
    finish(body, frame_kind::reply);
}

void put_failure(wire::writer& out, std::uint64_t id, errc code, roi::outcome ran,
                 std::string_view text) {
    put_failure_body(out, code, ran, text);
    frame_reply(out, id);
}

void put_cancel(wire::writer& out, std::uint64_t id) {
    put_number(out, 1, id);
    finish(out, frame_kind::cancel);
}

void put_ping(wire::writer& out, std::uint64_t nonce) {
    put_number(out, 1, nonce);
    finish(out, frame_kind::ping);
}

void put_pong(wire::writer& out, std::uint64_t nonce, std::span<const call_state> calls) {
    put_call_states(out, 2, calls);
    put_number(out, 1, nonce);
    finish(out, frame_kind::pong);
}

void put_go_away(wire::writer& out, std::uint64_t last_call, errc code, std::string_view text,
                 farewell how) {
    put_number(out, 4, how == farewell::final ? 1 : 0);
    put_text(out, 3, text);
    put_number(out, 2, static_cast<std::uint64_t>(code));
    put_number(out, 1, last_call);
    finish(out, frame_kind::go_away);
}

void put_session(wire::writer& out, const session_frame& what) {
    put_number(out, 4, what.lease_us);
    put_number(out, 3, what.max_unacknowledged);
    out.put_fixed64_field(2, what.low);
    out.put_fixed64_field(1, what.high);
    finish(out, frame_kind::session);
}

void put_attach(wire::writer& out, std::uint64_t high, std::uint64_t low) {
    out.put_fixed64_field(2, low);
    out.put_fixed64_field(1, high);
    finish(out, frame_kind::attach);
}

void put_acknowledge(wire::writer& out, const call_header& what) {
    put_ranges(out, 2, what.acknowledged_ranges);
    put_number(out, 1, what.acknowledged_below);
    finish(out, frame_kind::acknowledge);
}

void put_states(wire::writer& out, std::span<const call_state> calls) {
    put_call_states(out, 1, calls);
    finish(out, frame_kind::states);
}

void put_chunk_head(wire::writer& out, std::uint64_t id, bool of_reply, std::size_t data_size) {
    out.put_varint(data_size);
    out.put_tag(15, wire_type::length);
    put_number(out, 2, of_reply ? 1 : 0);
    put_number(out, 1, id);
    out.put_varint(out.size() + data_size);
    out.put_tag(static_cast<std::uint32_t>(frame_kind::chunk), wire_type::length);
    out.put_fixed32(static_cast<std::uint32_t>(out.size() + data_size));
}

std::size_t peek_chunk_head(std::span<const std::byte> begin, std::size_t message_size,
                            chunk_frame& out, std::size_t& data_size) noexcept {
    std::size_t at = 0;
    auto varint = [&](std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 64 && at < begin.size(); shift += 7) {
            const auto octet = std::to_integer<std::uint64_t>(begin[at++]);
            if (shift == 63 && octet > 1) return false;
            value |= (octet & 0x7F) << shift;
            if (octet < 0x80) return true;
        }
        return false;
    };
    auto tag = [&](unsigned expected) {
        if (at >= begin.size() || std::to_integer<unsigned>(begin[at]) != expected) return false;
        ++at;
        return true;
    };
    std::uint64_t value = 0;
    out = {};
    if (!tag(0x42) || !varint(value) || value != message_size - at) return 0;
    if (!tag(0x08) || !varint(out.id) || out.id == 0) return 0;
    if (tag(0x10)) {
        if (!varint(value)) return 0;
        out.of_reply = value != 0;
    }
    if (!tag(0x7A) || !varint(value) || value != message_size - at) return 0;
    data_size = static_cast<std::size_t>(value);
    return at;
}

void blank_frame(std::span<std::byte> message) noexcept {
    // Fields 15 of kind varint, two octets each; the first takes three where the size is odd.
    std::size_t at = 0;
    if (message.size() % 2 == 1 && message.size() >= 3) {
        message[0] = std::byte{0x78};
        message[1] = std::byte{0x80};
        message[2] = std::byte{0x00};
        at = 3;
    }
    for (; at + 1 < message.size(); at += 2) {
        message[at] = std::byte{0x78};
        message[at + 1] = std::byte{0x00};
    }
}

}  // namespace roi::core
