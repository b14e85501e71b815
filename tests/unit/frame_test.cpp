// Frames: their octets, in hex as docs/protocol.md shows them, and what is refused.
#include "core/frame.hpp"
#include "core/receiver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace {

using namespace roi::core;
using roi::errc;
using roi::outcome;

std::string hex(std::span<const std::byte> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const auto one : bytes) {
        const auto value = std::to_integer<unsigned>(one);
        out += digits[value >> 4];
        out += digits[value & 15];
        out += ' ';
    }
    if (!out.empty()) out.pop_back();
    return out;
}

std::vector<std::byte> unhex(const std::string& text) {
    std::vector<std::byte> out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 3)
        out.push_back(static_cast<std::byte>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return out;
}

std::span<const std::byte> octets(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

frame parsed(const roi::wire::writer& whole) {
    frame out;
    REQUIRE(parse_frame(whole.bytes().subspan(length_prefix), limits{}, out));
    return out;
}

}  // namespace

TEST_CASE("a Hello has these octets") {
    hello_frame hello;
    hello.version_min = 1;
    hello.version_max = 1;
    hello.chunks = true;
    hello.runtime_high = 0x0102030405060708;
    hello.runtime_low = 0x1112131415161718;
    hello.max_message = 64u << 20;
    hello.max_calls = 1024;
    hello.software = "roi";
    roi::wire::writer out;
    put_hello(out, hello);
    CHECK(hex(out.bytes()) ==
          "28 00 00 00 0a 26 08 01 10 01 1a 01 01 22 10 08 07 06 05 04 03 02 01 18 17 16 15 14 13 "
          "12 11 28 80 80 80 20 30 80 08 3a 03 72 6f 69");
    const auto back = parsed(out);
    REQUIRE(back.kind == frame_kind::hello);
    CHECK(back.hello.chunks);
    CHECK(back.hello.runtime_high == hello.runtime_high);
    CHECK(back.hello.runtime_low == hello.runtime_low);
    CHECK(back.hello.max_message == hello.max_message);
    CHECK(back.hello.max_calls == hello.max_calls);
    CHECK(back.hello.software == "roi");
}

TEST_CASE("a Call has these octets") {
    call_header header;
    header.object = {1, 2};
    header.generation = 3;
    header.method = 4;
    header.time_left = std::chrono::microseconds{5};
    header.chain = {6};
    roi::wire::writer out;
    out.put_raw(octets("hi"));
    put_call(out, 7, header);
    CHECK(hex(out.bytes()) ==
          "31 00 00 00 12 2f 08 07 11 01 00 00 00 00 00 00 00 19 02 00 00 00 00 00 00 00 20 03 29 "
          "04 00 00 00 00 00 00 00 30 05 42 08 06 00 00 00 00 00 00 00 7a 02 68 69");
    const auto back = parsed(out);
    REQUIRE(back.kind == frame_kind::call);
    CHECK(back.call.id == 7);
    CHECK(back.call.header.object == header.object);
    CHECK(back.call.header.generation == 3);
    CHECK(back.call.header.method == 4);
    CHECK(back.call.header.time_left == header.time_left);
    CHECK(back.call.header.chain == header.chain);
    CHECK(back.call.arguments.size() == 2);
}

TEST_CASE("replies have these octets: result, exception, failure") {
    roi::wire::writer result;
    result.put_raw(octets("ok"));
    put_reply(result, 7);
    CHECK(hex(result.bytes()) == "08 00 00 00 1a 06 08 07 7a 02 6f 6b");

    roi::wire::writer thrown;
    const wire_exception what[] = {{"a.b", {std::byte{9}}, "no"}};
    put_exceptions_body(thrown, what);
    frame_reply(thrown, 7);
    CHECK(hex(thrown.bytes()) ==
          "12 00 00 00 1a 10 08 07 1a 0c 0a 03 61 2e 62 12 01 09 1a 02 6e 6f");
    const auto raised = parsed(thrown);
    REQUIRE(raised.reply.exceptions.size() == 1);
    CHECK(raised.reply.exceptions[0].type == "a.b");
    CHECK(raised.reply.exceptions[0].text == "no");

    roi::wire::writer failure;
    put_failure(failure, 7, errc::overloaded, outcome::not_executed, "full");
    CHECK(hex(failure.bytes()) == "0e 00 00 00 1a 0c 08 07 12 08 08 04 1a 04 66 75 6c 6c");
    const auto failed = parsed(failure);
    CHECK(failed.reply.failed);
    CHECK(failed.reply.code == errc::overloaded);
    CHECK(failed.reply.ran == outcome::not_executed);
    CHECK(failed.reply.text == "full");
}

TEST_CASE("control frames have these octets") {
    roi::wire::writer cancel;
    put_cancel(cancel, 300);
    CHECK(hex(cancel.bytes()) == "05 00 00 00 22 03 08 ac 02");
    roi::wire::writer ping;
    put_ping(ping, 1);
    CHECK(hex(ping.bytes()) == "04 00 00 00 2a 02 08 01");
    roi::wire::writer pong;
    const call_state states[] = {{3, true}, {4, false}};
    put_pong(pong, 1, states);
    CHECK(hex(pong.bytes()) == "0e 00 00 00 32 0c 08 01 12 04 08 03 10 02 12 02 08 04");
    roi::wire::writer away;
    put_go_away(away, 5, errc::shutting_down, "bye");
    CHECK(hex(away.bytes()) == "0b 00 00 00 3a 09 08 05 10 05 1a 03 62 79 65");
    CHECK(parsed(away).go_away.last_call == 5);
    roi::wire::writer head;
    put_chunk_head(head, 7, true, 100'000);
    CHECK(hex(head.bytes()) == "ac 86 01 00 42 a8 8d 06 08 07 10 01 7a a0 8d 06");
}

TEST_CASE("unknown frames and fields are passed over, within a frame too") {
    frame out;
    // Field 99 of kind length, with two octets.
    REQUIRE(parse_frame(unhex("9a 06 02 08 01"), limits{}, out));
    CHECK(out.kind == frame_kind::unknown);
    // Cancel{1: 5, 99: "xx"}
    REQUIRE(parse_frame(unhex("22 07 08 05 9a 06 02 78 78"), limits{}, out));
    CHECK(out.kind == frame_kind::cancel);
    CHECK(out.cancel_id == 5);
    REQUIRE(parse_frame({}, limits{}, out));
    CHECK(out.kind == frame_kind::unknown);
}

TEST_CASE("codes of later versions become known ones, never numbers out of range") {
    frame out;
    // Reply{1: 7, failure{1: 200, 2: 77}}
    REQUIRE(parse_frame(unhex("1a 09 08 07 12 05 08 c8 01 10 4d"), limits{}, out));
    CHECK(out.reply.code == errc::not_supported);
    CHECK(out.reply.ran == outcome::unknown);
}

TEST_CASE("what breaks the protocol is refused") {
    frame out;
    for (const auto* bad : {
             "12",                             // a tag without its length
             "12 05 08 01",                    // shorter than its length says
             "12 00",                          // a Call without an id
             "1a 02 08 00",                    // a Reply to call 0
             "13 08 01 14",                    // a group
             "0a 04 08 02 10 01",              // versions 2 to 1
             "0a 06 08 01 10 01 22 00",        // an identity of no octets
             "12 06 08 01 68 01 7a 02 68 69",  // more arguments than their announced size
             "08 01",                          // a Hello that is a number
         }) {
        CAPTURE(bad);
        CHECK_FALSE(parse_frame(unhex(bad), limits{}, out));
    }
}

TEST_CASE("a chain at the limit passes, one link more does not") {
    limits bounds;
    bounds.max_chain = 3;
    for (const std::size_t links : {3u, 4u}) {
        call_header header;
        header.chain.assign(links, 1);
        roi::wire::writer whole;
        put_call(whole, 1, header);
        frame out;
        CHECK(parse_frame(whole.bytes().subspan(length_prefix), bounds, out) == (links == 3));
    }
}

TEST_CASE("a blanked frame of any size is skipped by every receiver") {
    for (std::size_t size = 2; size < 200; ++size) {
        std::vector<std::byte> message(size, std::byte{0xFF});
        blank_frame(message);
        frame out;
        REQUIRE(parse_frame(message, limits{}, out));
        CHECK(out.kind == frame_kind::unknown);
    }
}

namespace {

/// Feeds octets in pieces of `piece` and notes what comes out.
std::vector<std::string> split(const std::vector<std::byte>& input, std::size_t piece,
                               const limits& bounds, bool open = true) {
    receiver in{bounds};
    if (open) in.open();
    std::vector<std::string> out;
    std::size_t at = 0;
    for (;;) {
        chunk_frame head;
        std::size_t size = 0;
        switch (in.next(head, size)) {
            case receiver::step::need_more: {
                if (at == input.size()) return out;
                const auto room = in.room();
                std::size_t taken = 0;
                for (const auto& place : room) {
                    const auto n = std::min({place.size(), piece - taken, input.size() - at});
                    std::copy_n(input.begin() + static_cast<std::ptrdiff_t>(at), n, place.begin());
                    at += n;
                    taken += n;
                    if (n < place.size()) break;
                }
                in.received(taken);
                break;
            }
            case receiver::step::frame:
                out.push_back(hex(in.message()));
                break;
            case receiver::step::chunk:
                out.push_back("chunk " + std::to_string(head.id) + " " + std::to_string(size));
                in.fill(std::make_unique<assembly>(head.id, head.of_reply, size));
                break;
            case receiver::step::chunk_done: {
                auto part = in.filled();
                REQUIRE(part->complete());
                const auto bytes = part->take();
                std::uint64_t sum = 0;
                for (const auto one : bytes.bytes())
                    sum += std::to_integer<unsigned>(one);
                out.push_back("data " + std::to_string(sum));
                break;
            }
            case receiver::step::too_large:
                out.push_back("too large");
                return out;
            case receiver::step::foreign:
                out.push_back("foreign");
                return out;
            case receiver::step::preface_done:
                out.push_back("preface");
                break;
        }
    }
}

std::vector<std::byte> with_preface(std::initializer_list<std::span<const std::byte>> parts) {
    std::vector<std::byte> out;
    for (const auto one : preface)
        out.push_back(static_cast<std::byte>(one));
    for (const auto part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace

TEST_CASE("frames come out the same however the octets are cut") {
    roi::wire::writer cancel;
    put_cancel(cancel, 300);
    roi::wire::writer head;
    put_chunk_head(head, 9, false, 5000);
    const std::vector<std::byte> data(5000, std::byte{3});
    roi::wire::writer large;
    large.put_raw(std::vector<std::byte>(200'000, std::byte{1}));
    put_reply(large, 4);
    const auto input =
        with_preface({cancel.bytes(), head.bytes(), data, large.bytes(), cancel.bytes()});
    const auto whole = split(input, input.size(), limits{});
    REQUIRE(whole.size() == 6);
    CHECK(whole[0] == "preface");
    CHECK(whole[1] == "22 03 08 ac 02");
    CHECK(whole[2] == "chunk 9 5000");
    CHECK(whole[3] == "data 15000");
    CHECK(whole[5] == "22 03 08 ac 02");
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 4096u, 65536u}) {
        CAPTURE(piece);
        CHECK(split(input, piece, limits{}) == whole);
    }
}

TEST_CASE("a length at the limit is waited for, one above it is refused before any memory is") {
    limits bounds;
    bounds.before_hello = 100;
    bounds.max_message = 1000;
    auto length = [](std::uint32_t value) {
        std::vector<std::byte> out(4);
        for (unsigned i = 0; i < 4; ++i)
            out[i] = static_cast<std::byte>(value >> (8 * i));
        return out;
    };
    const auto top = static_cast<std::uint32_t>(1000 + limits::frame_overhead);
    CHECK(split(with_preface({length(100)}), 99, bounds, false) ==
          std::vector<std::string>{"preface"});
    CHECK(split(with_preface({length(101)}), 99, bounds, false) ==
          std::vector<std::string>{"preface", "too large"});
    CHECK(split(with_preface({length(top)}), 99, bounds) == std::vector<std::string>{"preface"});
    for (const std::uint32_t huge : {top + 1, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu})
        CHECK(split(with_preface({length(huge)}), 99, bounds) ==
              std::vector<std::string>{"preface", "too large"});
}

TEST_CASE("foreign octets are known from the first one that differs") {
    const std::string http = "GET / HTTP/1.1";
    const auto bytes = octets(http);
    CHECK(split({bytes.begin(), bytes.begin() + 1}, 1, limits{}) ==
          std::vector<std::string>{"foreign"});
    auto almost = with_preface({});
    almost[7] = std::byte{0};
    CHECK(split(almost, 3, limits{}) == std::vector<std::string>{"foreign"});
}

TEST_CASE("a message grows with what has come, not with what was announced") {
    // Memory that is there already may be used whole; this is about new memory.
    struct kept {
        std::size_t capacity = 0;  // first: what acquire_kept() says of it must stay
        std::byte* storage;
        kept() : storage(roi::wire::detail::acquire_kept(65536, capacity)) {}
        ~kept() {
            if (storage) roi::wire::detail::release(storage, capacity);
        }
    };
    std::vector<std::unique_ptr<kept>> all;
    do {
        all.push_back(std::make_unique<kept>());
    } while (all.back()->storage);
    assembly part{1, false, std::size_t{64} << 20};
    CHECK(part.room(std::size_t{64} << 20, 65536).size() == 65536);
    part.filled(65536);
    CHECK(part.room(std::size_t{64} << 20, 65536).size() <= 4 * 65536);
}
