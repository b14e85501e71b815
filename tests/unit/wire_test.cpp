// The wire format itself: what a writer writes a reader reads, and what breaks the format is
// refused.
#include <roi/wire.hpp>

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <limits>
#include <new>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

using roi::wire::malformed;
using roi::wire::reader;
using roi::wire::wire_type;
using roi::wire::writer;

namespace {

std::vector<std::byte> from(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const std::vector<std::uint64_t> edges{0,
                                       1,
                                       127,
                                       128,
                                       16383,
                                       16384,
                                       (1ULL << 31) - 1,
                                       1ULL << 31,
                                       (1ULL << 32) - 1,
                                       1ULL << 32,
                                       (1ULL << 56) - 1,
                                       1ULL << 63,
                                       std::numeric_limits<std::uint64_t>::max()};

}  // namespace

TEST_CASE("every length of varint, tag and fixed number is read as it was written") {
    for (const std::uint64_t value : edges) {
        for (const std::uint32_t number : {1U, 15U, 16U, 2047U, 2048U, roi::wire::max_number}) {
            CAPTURE(value);
            CAPTURE(number);
            writer out;
            out.put_fixed64_field(number, value);
            out.put_fixed32_field(number, static_cast<std::uint32_t>(value));
            out.put_varint_field(number, value);
            out.put_bytes_field(number, "abc", 3);
            reader in{out.bytes()};
            REQUIRE(in.next());
            CHECK(in.number() == number);
            CHECK(in.text() == "abc");
            CHECK_FALSE(in.next_same());
            REQUIRE(in.next());
            CHECK(in.number() == number);
            CHECK(in.varint() == value);
            REQUIRE(in.next());
            CHECK(in.fixed32() == static_cast<std::uint32_t>(value));
            REQUIRE(in.next());
            CHECK(in.fixed64() == value);
            CHECK_FALSE(in.next());
        }
    }
}

TEST_CASE("a nested message carries its length in front, whatever its size") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{300},
                                   std::size_t{70'000}, std::size_t{5'000'000}}) {
        for (const std::uint32_t number : {3U, 300U}) {
            const std::string payload(size, 'x');
            writer out;
            const std::size_t mark = out.open();
            out.put_bytes_field(1, payload.data(), payload.size());
            out.close_nested(number, mark);
            reader in{out.bytes()};
            REQUIRE(in.next());
            CHECK(in.number() == number);
            reader nested = in.message();
            REQUIRE(nested.next());
            CHECK(nested.text() == payload);
            CHECK_FALSE(nested.next());
            CHECK_FALSE(in.next());
        }
    }
}

TEST_CASE("fields that stand side by side are found by the cheap look ahead, with any number") {
    for (const std::uint32_t number : {1U, 15U, 16U, 100'000U}) {
        writer out;
        out.put_varint_field(number + 1, 9);
        out.put_varint_field(number, 3);
        out.put_varint_field(number, 2);
        out.put_varint_field(number, 1);
        reader in{out.bytes()};
        REQUIRE(in.next());
        CHECK(in.varint() == 1);
        REQUIRE(in.next_same());
        CHECK(in.varint() == 2);
        REQUIRE(in.next_same());
        CHECK(in.varint() == 3);
        CHECK_FALSE(in.next_same());
        REQUIRE(in.next());
        CHECK(in.number() == number + 1);
        CHECK(in.varint() == 9);
        CHECK_FALSE(in.next_same());
    }
}

TEST_CASE("broken bytes are refused, each for its own reason") {
    const auto drain = [](const std::vector<std::byte>& bytes) {
        reader in{bytes};
        while (in.next()) {
            in.skip();
        }
    };
    CHECK_NOTHROW(drain({}));
    CHECK_THROWS_WITH_AS(drain(from({0x00})), "a field number is zero or too large", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0b})), "a field is a group", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0c})), "a field is a group", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0e, 0})), "a wire type is unknown", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0f, 0})), "a wire type is unknown", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x08})), "a number is cut short", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x08, 0x80})), "a number is cut short", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x80})), "a number is cut short", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x09, 1, 2, 3, 4, 5, 6, 7})), "a number is cut short",
                         malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0d, 1, 2, 3})), "a number is cut short", malformed);
    CHECK_THROWS_WITH_AS(drain(from({0x0a, 2, 0})),
                         "a length reaches beyond the end of the message", malformed);
    // Field number 2^29, one past the largest.
    CHECK_THROWS_WITH_AS(drain(from({0x80, 0x80, 0x80, 0x80, 0x10, 0})),
                         "a field number is zero or too large", malformed);
    // Ten octets hold 64 bits and no more; eleven octets are never a number.
    CHECK_NOTHROW(drain(from({8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})));
    CHECK_THROWS_WITH_AS(drain(from({8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2})),
                         "a number has more than 64 bits", malformed);
    CHECK_THROWS_WITH_AS(drain(from({8, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0})),
                         "a number has more than 64 bits", malformed);
}

TEST_CASE("a length of any size is checked against what is left") {
    for (const std::uint64_t length : {1ULL << 31, 1ULL << 32, 1ULL << 63, ~0ULL}) {
        writer out;
        out.put_varint(length);
        out.put_tag(1, wire_type::length);
        reader in{out.bytes()};
        REQUIRE(in.next());
        CHECK_THROWS_AS(in.bytes(), malformed);
    }
}

TEST_CASE("a field read as another wire type is refused") {
    writer out;
    out.put_varint_field(1, 5);
    reader in{out.bytes()};
    REQUIRE(in.next());
    CHECK_THROWS_AS(in.bytes(), malformed);
    CHECK_THROWS_AS(in.fixed32(), malformed);
    CHECK_THROWS_AS(in.fixed64(), malformed);
    CHECK_THROWS_AS(in.message(), malformed);
    CHECK(in.varint() == 5);
}

TEST_CASE("64 nested messages are written and read, 65 are refused at either end") {
    const auto nest = [](writer& out, int levels) {
        std::vector<std::size_t> marks;
        for (int i = 0; i < levels; ++i) {
            marks.push_back(out.open());
        }
        for (int i = 0; i < levels; ++i) {
            out.close_nested(1, marks.back());
            marks.pop_back();
        }
    };
    const auto descend = [](std::span<const std::byte> bytes) {
        reader in{bytes};
        int levels = 0;
        while (in.next()) {
            in = in.message();
            ++levels;
        }
        return levels;
    };
    writer out;
    nest(out, 64);
    CHECK(descend(out.bytes()) == 64);
    out.close(1, 0);  // one more, not counted by this end
    CHECK_THROWS_WITH_AS(descend(out.bytes()), "messages are nested too deeply", malformed);
    writer deep;
    try {
        nest(deep, 65);
        FAIL("65 levels were written");
    } catch (const roi::error& refused) {
        CHECK(refused.code() == roi::errc::invalid_argument);
        CHECK(refused.outcome() == roi::outcome::not_executed);
    }
    deep.clear();
    CHECK_NOTHROW(nest(deep, 64));
}

TEST_CASE("a moved writer and a taken buffer leave an empty writer that can be used again") {
    writer out;
    out.put_bytes_field(1, "one", 3);
    writer other{std::move(out)};
    CHECK(out.size() == 0);
    out.put_byte(7);
    CHECK(out.size() == 1);
    const std::string written = text_of(other.bytes());
    roi::wire::buffer taken = other.take();
    CHECK(other.size() == 0);
    CHECK(text_of(taken.bytes()) == written);
    other.put_byte(8);
    roi::wire::buffer second{std::move(taken)};
    CHECK(taken.empty());
    CHECK(text_of(second.bytes()) == written);
    CHECK(text_of(roi::wire::buffer::copy_of(second.bytes()).bytes()) == written);
    CHECK(roi::wire::buffer::copy_of({}).empty());
    auto foreign = std::make_unique<std::byte[]>(4);
    foreign[1] = std::byte{42};
    second = roi::wire::buffer{foreign.release(), 1, 2};
    CHECK(second.size() == 2);
    CHECK(second.bytes()[0] == std::byte{42});
}

namespace {
thread_local std::size_t allocations = 0;
}

// Counts, so that a test can say that nothing is allocated.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* found = std::malloc(size)) {
        return found;
    }
    throw std::bad_alloc{};
}
void operator delete(void* storage) noexcept {
    std::free(storage);
}
void operator delete(void* storage, std::size_t) noexcept {
    std::free(storage);
}

TEST_CASE("a steady flow of messages allocates nothing") {
    const std::string payload(3000, 'y');
    const auto call = [&] {
        writer arguments;
        arguments.put_bytes_field(1, payload.data(), payload.size());
        const roi::wire::buffer sent = arguments.take();
        writer result;
        result.put_bytes_field(1, sent.bytes().data(), sent.size());
        return result.take();
    };
    call();
    const std::size_t before = allocations;
    std::size_t bytes = 0;
    for (int i = 0; i < 1000; ++i) {
        bytes += call().size();
    }
    CHECK(allocations == before);
    CHECK(bytes > 3'000'000);
}

TEST_CASE("buffers may be released by another thread, and after the store of a thread is gone") {
    struct late {
        roi::wire::buffer kept;
        ~late() { kept = {}; }
    };
    writer out;
    out.put_bytes_field(1, "abc", 3);
    std::thread{[taken = out.take()]() mutable {
        thread_local late last;  // destroyed after the store, which is made later
        last.kept = std::move(taken);
        writer mine;
        mine.put_byte(1);
        const roi::wire::buffer released = mine.take();
    }}.join();
    // A store is bounded: many and large buffers do not stay.
    std::vector<roi::wire::buffer> many;
    for (std::size_t size : {1'000U, 10'000'000U, 3'000'000U, 3'000'000U}) {
        for (int i = 0; i < 12; ++i) {
            writer large;
            large.put_space(size);
            many.push_back(large.take());
        }
    }
    many.clear();
    CHECK(many.empty());
}
