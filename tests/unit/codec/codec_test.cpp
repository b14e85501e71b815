// Values of every type through the codec: what comes out is what went in, what is broken is
// refused.
#include "unit/codec/random.hpp"

#include <roi/codec/text_pointer.hpp>
#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <ostream>

using roi::generated::field;
using roi::wire::malformed;
using roi::wire::reader;
using roi::wire::writer;
using sample::codec;

namespace {

/// Alone in a message, as field 1.
template <class T>
writer encoded(const T& value) {
    writer out;
    codec::put(out, 1, value);
    return out;
}

template <class T>
T decoded(std::span<const std::byte> bytes) {
    T value{};
    reader in{bytes};
    codec::clear(value);
    while (in.next()) {
        if (in.number() == 1) {
            codec::get(in, value);
        } else {
            in.skip();
        }
    }
    return value;
}

template <class T>
void check_round_trip(const T& value) {
    CHECK(decoded<T>(encoded(value).bytes()) == value);
}

template <class Call>
void check_refused(Call call, roi::errc code) {
    try {
        call();
        FAIL("nothing was thrown");
    } catch (const roi::error& refused) {
        CHECK(refused.code() == code);
        CHECK(refused.outcome() == roi::outcome::not_executed);
    }
}

std::uint64_t seed() {
    const char* given = std::getenv("ROI_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace

TEST_CASE("random values of every type come back as they were") {
    const std::uint64_t used = seed();
    INFO("ROI_TEST_SEED=" << used);
    sample::random_source from{used};
    for (int i = 0; i < 1000; ++i) {
        sample::everything value;
        fill(from, value);
        const writer out = encoded(value);
        const auto copy = decoded<sample::everything>(out.bytes());
        REQUIRE(difference(value, copy) == "");
    }
}

TEST_CASE("a value that is cut off at any byte is refused or shorter, never worse") {
    sample::random_source from{7};
    for (int i = 0; i < 5; ++i) {
        sample::everything value;
        fill(from, value);
        const writer out = encoded(value);
        reader whole{out.bytes()};
        REQUIRE(whole.next());
        const std::span<const std::byte> bytes = whole.bytes();
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            // In memory of its own, so that a sanitizer sees a read beyond the end.
            const std::vector<std::byte> part(bytes.begin(),
                                              bytes.begin() + static_cast<std::ptrdiff_t>(size));
            sample::everything read;
            reader in{part};
            try {
                codec::read(in, read);
            } catch (const malformed&) {
            }
        }
    }
}

TEST_CASE("flipped bits give another value or malformed, and nothing else") {
    sample::random_source from{seed()};
    for (int i = 0; i < 300; ++i) {
        sample::everything value;
        fill(from, value);
        const writer out = encoded(value);
        reader whole{out.bytes()};
        REQUIRE(whole.next());
        const std::span<const std::byte> original = whole.bytes();
        std::vector<std::byte> bytes(original.begin(), original.end());
        for (int flips = 0; flips < 3; ++flips) {
            bytes[from.below(bytes.size())] ^= std::byte{1} << from.below(8);
        }
        sample::everything read;
        reader in{bytes};
        try {
            codec::read(in, read);
        } catch (const malformed&) {
        }
    }
}

TEST_CASE("what is absent is empty for many, and left alone for single types") {
    sample::everything value;
    reader in{std::span<const std::byte>{}};
    codec::read(in, value);
    CHECK(value.number == 1);
    CHECK(value.text == "default");
    CHECK(value.ints.empty());
    CHECK_FALSE(value.maybe.has_value());
    CHECK(value.beads.beads.empty());
    CHECK(value.code[2] == 'c');
    // Zero is not absence.
    value.number = 0;
    value.text.clear();
    const auto copy = decoded<sample::everything>(encoded(value).bytes());
    CHECK(copy.number == 0);
    CHECK(copy.text.empty());
}

TEST_CASE("presence keeps its levels apart") {
    using twice = std::optional<std::optional<int>>;
    check_round_trip(twice{});
    check_round_trip(twice{std::optional<int>{}});
    check_round_trip(twice{std::optional<int>{0}});
    check_round_trip(std::optional<std::vector<int>>{std::vector<int>{}});
    check_round_trip(std::vector<std::optional<int>>{std::nullopt, 3, std::nullopt});
    check_round_trip(std::vector<std::vector<std::vector<int>>>{{}, {{}, {1}}, {{2, 3}}});
    check_round_trip(std::optional<twice>{twice{std::optional<int>{}}});
    check_round_trip(std::map<std::vector<int>, std::map<int, int>>{{{1, 2}, {{3, 4}}}, {{}, {}}});
}

TEST_CASE("numbers at their limits come back, and one past them is refused") {
    const auto both_ends = []<class T>(T) {
        check_round_trip(std::numeric_limits<T>::min());
        check_round_trip(std::numeric_limits<T>::max());
    };
    both_ends(char{});
    both_ends(std::int8_t{});
    both_ends(std::uint8_t{});
    both_ends(std::int16_t{});
    both_ends(std::uint16_t{});
    both_ends(std::int32_t{});
    both_ends(std::uint32_t{});
    both_ends(std::int64_t{});
    both_ends(std::uint64_t{});
    both_ends(wchar_t{});
    both_ends(char16_t{});
    both_ends(char32_t{});
    both_ends(1LL);
    const auto past = []<class Wide, class Narrow>(Wide value, Narrow) {
        CHECK_THROWS_WITH_AS(decoded<Narrow>(encoded(value).bytes()),
                             "a number does not fit the type that it is for", malformed);
        // Packed and in fixed places too.
        CHECK_THROWS_AS(decoded<std::vector<Narrow>>(encoded(std::vector{value}).bytes()),
                        malformed);
        CHECK_THROWS_AS((decoded<std::array<Narrow, 1>>(encoded(std::vector{value}).bytes())),
                        malformed);
    };
    past(std::int64_t{1} << 31, std::int32_t{});
    past((-std::int64_t{1} << 31) - 1, std::int32_t{});
    past(std::uint64_t{1} << 32, std::uint32_t{});
    past(32768, std::int16_t{});
    past(-32769, std::int16_t{});
    past(65536U, std::uint16_t{});
    CHECK_THROWS_AS(decoded<std::int8_t>(encoded(128).bytes()), malformed);
    CHECK_THROWS_AS(decoded<char>(encoded(128).bytes()), malformed);
    CHECK_THROWS_AS(decoded<std::uint8_t>(encoded(256U).bytes()), malformed);
    CHECK_THROWS_AS(decoded<std::byte>(encoded(256U).bytes()), malformed);
    CHECK(decoded<bool>(encoded(~0ULL).bytes()));
}

TEST_CASE("enum values without a name are kept, and those that cannot be held are refused") {
    CHECK(decoded<sample::color>(encoded(static_cast<sample::color>(99)).bytes()) ==
          static_cast<sample::color>(99));
    CHECK(decoded<sample::bits32>(encoded(sample::bits32::last).bytes()) == sample::bits32::last);
    CHECK(decoded<sample::far>(encoded(sample::far::west).bytes()) == sample::far::west);
    CHECK(decoded<sample::level>(encoded(sample::low).bytes()) == sample::low);
    writer out;
    out.put_varint_field(1, 256);
    CHECK_THROWS_AS(decoded<sample::color>(out.bytes()), malformed);
    out.clear();
    out.put_varint_field(1, static_cast<std::uint64_t>(-1));
    CHECK_THROWS_AS(decoded<sample::color>(out.bytes()), malformed);
    CHECK(decoded<sample::bits32>(out.bytes()) == sample::bits32::last);
}

TEST_CASE("repeated numbers are taken packed, one by one, and in any mixture") {
    writer out;
    out.put_varint_field(1, roi::generated::zigzag(4));
    const std::size_t mark = out.size();
    out.put_varint(roi::generated::zigzag(-300));
    out.put_varint(roi::generated::zigzag(2));
    out.close(1, mark);
    out.put_varint_field(1, roi::generated::zigzag(1));
    const std::vector<int> expected{1, 2, -300, 4};
    CHECK(decoded<std::vector<int>>(out.bytes()) == expected);
    CHECK(decoded<std::deque<int>>(out.bytes()) == std::deque<int>{1, 2, -300, 4});
    CHECK(decoded<std::set<int>>(out.bytes()) == std::set<int>{1, 2, -300, 4});
    CHECK(decoded<std::vector<std::int8_t>>({}).empty());
    out.clear();
    out.put_fixed64_field(1, std::bit_cast<std::uint64_t>(2.5));
    out.put_fixed64_field(1, std::bit_cast<std::uint64_t>(1.5));
    CHECK(decoded<std::vector<double>>(out.bytes()) == std::vector<double>{1.5, 2.5});
    CHECK(decoded<std::array<double, 2>>(out.bytes()) == std::array{1.5, 2.5});
    out.clear();
    out.put_bytes_field(1, "1234567", 7);
    CHECK_THROWS_AS(decoded<std::vector<double>>(out.bytes()), malformed);
    CHECK_THROWS_AS(decoded<std::vector<float>>(out.bytes()), malformed);
    out.clear();
    out.put_bytes_field(1, "\x80", 1);
    CHECK_THROWS_AS(decoded<std::vector<int>>(out.bytes()), malformed);
    CHECK_THROWS_AS(decoded<std::list<int>>(out.bytes()), malformed);
    out.clear();
    out.put_bytes_field(1, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    CHECK_THROWS_AS(decoded<std::vector<unsigned long>>(out.bytes()), malformed);
    CHECK_THROWS_AS(decoded<std::vector<bool>>(out.bytes()), malformed);
}

TEST_CASE("a fixed array takes fewer elements than it has, and refuses more") {
    CHECK(decoded<std::array<int, 3>>(encoded(std::vector{1, 2}).bytes()) ==
          std::array<int, 3>{1, 2, 0});
    CHECK_THROWS_AS((decoded<std::array<int, 1>>(encoded(std::vector{1, 2}).bytes())), malformed);
    CHECK_THROWS_AS((decoded<std::array<bool, 1>>(encoded(std::vector<bool>{true, true}).bytes())),
                    malformed);
    using texts = std::vector<std::string>;
    CHECK(decoded<std::array<std::string, 2>>(encoded(texts{"a"}).bytes()) ==
          std::array<std::string, 2>{"a", ""});
    CHECK_THROWS_AS((decoded<std::array<std::string, 1>>(encoded(texts{"a", "b"}).bytes())),
                    malformed);
    CHECK_THROWS_AS((decoded<std::array<std::byte, 2>>(encoded(std::string{"abc"}).bytes())),
                    malformed);
    CHECK_THROWS_AS(decoded<std::bitset<9>>(encoded(std::string{"\x01\x02"}).bytes()), malformed);
    CHECK(decoded<std::bitset<9>>(encoded(std::string{"\x01\x01"}).bytes()) == std::bitset<9>{257});
}

TEST_CASE("unknown fields are passed over in every kind of message") {
    writer out;
    out.put_fixed32_field(900, 1);
    out.put_bytes_field(17, "later", 5);
    codec::put(out, 3, std::string{"name"});
    out.put_varint_field(9, 1);
    writer wrapped;
    wrapped.put_bytes_field(1, out.bytes().data(), out.size());
    CHECK(decoded<sample::point>(wrapped.bytes()).name == "name");
    CHECK(decoded<std::tuple<int, int, std::string>>(wrapped.bytes()) ==
          std::tuple{0, 0, std::string{"name"}});
    CHECK(decoded<std::variant<bool, int, std::string>>(wrapped.bytes()).index() == 2);
    CHECK(decoded<std::map<int, int>>(wrapped.bytes()).size() == 1);
    CHECK(decoded<std::vector<std::optional<int>>>(wrapped.bytes()).size() == 1);
    CHECK(decoded<std::complex<float>>(wrapped.bytes()) == std::complex<float>{});
    CHECK(decoded<std::chrono::seconds>(wrapped.bytes()).count() == 0);
    CHECK(decoded<std::monostate>(wrapped.bytes()) == std::monostate{});
}

TEST_CASE("of several values the last counts, and messages in parts are merged") {
    writer out;
    codec::put(out, 1, std::variant<int, std::string>{std::string{"second"}});
    codec::put(out, 1, std::variant<int, std::string>{1});
    CHECK(std::get<1>(decoded<std::variant<int, std::string>>(out.bytes())) == "second");
    out.clear();
    codec::put(out, 1, 2);
    codec::put(out, 1, 1);
    CHECK(decoded<int>(out.bytes()) == 2);
    const auto part = [&](std::uint32_t number, auto value) {
        const std::size_t mark = out.open();
        codec::put(out, number, value);
        out.close_nested(1, mark);
    };
    out.clear();
    part(3, std::string{"merged"});
    part(1, 42);
    CHECK(decoded<sample::point>(out.bytes()) == sample::point{42, 0.5, "merged"});
    CHECK(*decoded<std::shared_ptr<const sample::point>>(out.bytes()) ==
          sample::point{42, 0.5, "merged"});
    out.clear();
    codec::put(out, 1, std::map<int, std::string>{{5, "last"}});
    codec::put(out, 1, std::map<int, std::string>{{5, "first"}, {6, "other"}});
    CHECK(decoded<std::map<int, std::string>>(out.bytes()) ==
          std::map<int, std::string>{{5, "last"}, {6, "other"}});
    CHECK(decoded<std::unordered_map<int, std::string>>(out.bytes()).at(5) == "last");
    CHECK(decoded<std::multimap<int, std::string>>(out.bytes()).count(5) == 2);
}

TEST_CASE("arguments stand in order, and a missing one is malformed unless it may be absent") {
    const std::string from = "alice";
    const std::int64_t cents = -3;
    const std::vector<int> none;
    writer out;
    codec::put_fields(out, field{1, from}, field{2, cents}, field{3, none});
    CHECK(std::string{reinterpret_cast<const char*>(out.bytes().data()), out.size()} ==
          std::string{"\x0a\x05"
                      "alice\x10\x05"});
    std::string got_from;
    std::int64_t got_cents = 0;
    std::vector<int> got_list;
    codec::get_fields(reader{out.bytes()}, field{1, got_from}, field{2, got_cents},
                      field{3, got_list});
    CHECK(got_from == "alice");
    CHECK(got_cents == -3);
    int more = 77;
    CHECK_THROWS_WITH_AS(codec::get_fields(reader{out.bytes()}, field{1, got_from}, field{9, more}),
                         "field 9 is missing", malformed);
    CHECK(more == 77);
    writer nothing;
    codec::put_fields(nothing);
    codec::get_fields(reader{nothing.bytes()});
    CHECK(nothing.size() == 0);
    CHECK_THROWS_AS(codec::result<int>(reader{nothing.bytes()}), malformed);
    CHECK_THROWS_AS(codec::result<sample::point>(reader{nothing.bytes()}), malformed);
    CHECK(codec::result<std::vector<int>>(reader{nothing.bytes()}).empty());
    CHECK(codec::result<std::int64_t>(reader{encoded(cents).bytes()}) == -3);
}

TEST_CASE("views, spans, pointers to text and rows of C arrays are written as what they show") {
    const auto bytes_of = [](const auto& value) {
        const writer out = encoded(value);
        return std::vector<std::byte>(out.bytes().begin(), out.bytes().end());
    };
    const std::vector<int> ints{1, -2, 300};
    CHECK(bytes_of(std::span<const int>{ints}) == bytes_of(ints));
    CHECK(bytes_of(std::span<int>{const_cast<std::vector<int>&>(ints)}) == bytes_of(ints));
    const std::vector<std::string> texts{"a", "b"};
    CHECK(bytes_of(std::span{texts}) == bytes_of(texts));
    const roi::bytes raw = roi::to_bytes("raw");
    CHECK(bytes_of(std::span<const std::byte>{raw}) == bytes_of(std::string{"raw"}));
    CHECK(bytes_of(std::string_view{"raw"}) == bytes_of(raw));
    const char* text = "raw";
    CHECK(bytes_of(text) == bytes_of(raw));
    CHECK(bytes_of(std::u16string_view{u"raw"}) == bytes_of(raw));
    CHECK(bytes_of(std::wstring_view{L"raw"}) == bytes_of(raw));
    CHECK(bytes_of(std::vector<char>{'r', 'a', 'w'}) == bytes_of(raw));
    CHECK(roi::as_text(raw) == "raw");
    check_refused([] { encoded(static_cast<const char*>(nullptr)); }, roi::errc::invalid_argument);
}

TEST_CASE("views of text and of bytes look into the message that they are read from") {
    const std::string sent(200, 'v');
    const writer out = encoded(sent);
    const auto is_inside = [&](const void* at) {
        const auto* const begin = out.bytes().data();
        return std::less_equal<const void*>{}(begin, at) &&
               std::less<const void*>{}(at, begin + out.size());
    };
    const auto text = decoded<std::string_view>(out.bytes());
    CHECK(text == sent);
    CHECK(is_inside(text.data()));
    const auto bytes = decoded<std::span<const std::byte>>(out.bytes());
    CHECK(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()} == sent);
    CHECK(is_inside(bytes.data()));
    CHECK_THROWS_AS(decoded<std::string_view>(out.bytes().first(100)), malformed);
    CHECK_THROWS_AS(decoded<std::span<const std::byte>>(out.bytes().first(100)), malformed);
}

TEST_CASE("a text that is read as a pointer is owned by its keeper until it is released") {
    const writer out = encoded(std::string{"owned"});
    const char* text = nullptr;
    const auto read = [&](const writer& from) {
        reader in{from.bytes()};
        REQUIRE(in.next());
        codec::get(in, text);
    };
    CHECK_THROWS_AS(read(out), std::logic_error);
    {
        roi::generated::text_keeper outer;
        {
            roi::generated::text_keeper inner;
            read(out);
            CHECK(std::string{text} == "owned");
            inner.release();
        }
        delete[] text;
        read(out);  // freed by `outer`
        CHECK_THROWS_AS(read(encoded(std::string{"nu\0ll", 5})), malformed);
    }
    CHECK_THROWS_AS(read(out), std::logic_error);
}

TEST_CASE("wide strings are Unicode or are refused") {
    check_round_trip(std::u16string{u"\u00e9\u20ac\U0001f600"});
    check_round_trip(std::u32string{U"\u00e9\u20ac\U0001f600"});
    check_round_trip(std::wstring{L"\u00e9\u20ac\U0001f600"});
    check_round_trip(std::u8string{u8"\u00e9\u20ac\U0001f600"});
    const auto refused = [](auto text) {
        check_refused([&] { encoded(text); }, roi::errc::invalid_argument);
    };
    refused(std::u16string{u"a\xd800"});
    refused(std::u16string{u"\xdc00z"});
    refused(std::u16string{u"\xd800\xd800"});
    refused(std::u32string{static_cast<char32_t>(0xd800)});
    refused(std::u32string{static_cast<char32_t>(0x110000)});
    refused(std::wstring{static_cast<wchar_t>(0xdfff)});
    refused(std::u8string{static_cast<char8_t>(0xff)});
    // Overlong, surrogate, beyond Unicode, cut short, continuation alone, not a continuation.
    for (const char* text :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xa0\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3", "\x80", "\xc3\x28", "\xff"}) {
        const writer out = encoded(std::string{text});
        CHECK_THROWS_WITH_AS(decoded<std::u8string>(out.bytes()), "a text is not UTF-8", malformed);
        CHECK_THROWS_AS(decoded<std::u16string>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::u32string>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::wstring>(out.bytes()), malformed);
        CHECK(decoded<std::string>(out.bytes()) == text);  // native strings carry any bytes
    }
}

TEST_CASE("times of any tick keep what a nanosecond can say") {
    using namespace std::chrono;
    check_round_trip(nanoseconds::max());
    check_round_trip(nanoseconds::min());
    check_round_trip(seconds::max());
    check_round_trip(seconds::min());
    check_round_trip(milliseconds{-1});
    check_round_trip(duration<int, std::ratio<1, 3>>{7'000'002});
    check_round_trip(duration<std::uint8_t, std::ratio<60>>{255});
    check_round_trip(duration<double, std::milli>{-0.5});
    check_round_trip(system_clock::time_point{nanoseconds{-1}});
    check_round_trip(time_point<system_clock, days>{days{-20'000}});
    CHECK(decoded<seconds>(encoded(milliseconds{-1500}).bytes()).count() == -1);
    CHECK(decoded<time_point<system_clock, seconds>>(
              encoded(time_point<system_clock, milliseconds>{milliseconds{-1500}}).bytes())
              .time_since_epoch()
              .count() == -2);
    using picoseconds = duration<std::int64_t, std::pico>;
    CHECK(decoded<picoseconds>(encoded(picoseconds{123'456}).bytes()).count() == 123'000);

    check_refused([] { encoded(hours{hours::max()}); }, roi::errc::invalid_argument);
    check_refused([] { encoded(duration<double>{std::numeric_limits<double>::quiet_NaN()}); },
                  roi::errc::invalid_argument);
    check_refused([] { encoded(duration<std::uint64_t>{~0ULL}); }, roi::errc::invalid_argument);
    CHECK_THROWS_AS(decoded<nanoseconds>(encoded(seconds::max()).bytes()), malformed);
    CHECK_THROWS_AS((decoded<duration<std::int8_t>>(encoded(seconds{128}).bytes())), malformed);

    const auto message = [](std::int64_t whole, std::int64_t nanos) {
        writer out;
        const std::size_t mark = out.open();
        out.put_varint_field(2, static_cast<std::uint64_t>(nanos));
        out.put_varint_field(1, static_cast<std::uint64_t>(whole));
        out.close_nested(1, mark);
        return out;
    };
    using stamp = system_clock::time_point;
    CHECK_THROWS_AS(decoded<nanoseconds>(message(0, 1'000'000'000).bytes()), malformed);
    CHECK_THROWS_AS(decoded<nanoseconds>(message(0, -1'000'000'000).bytes()), malformed);
    CHECK_THROWS_AS(decoded<nanoseconds>(message(1, -1).bytes()), malformed);
    CHECK_THROWS_AS(decoded<nanoseconds>(message(-1, 1).bytes()), malformed);
    CHECK_THROWS_AS(decoded<stamp>(message(0, -1).bytes()), malformed);
    CHECK(decoded<stamp>(message(-1, 999'999'999).bytes()).time_since_epoch() == nanoseconds{-1});
}

TEST_CASE("objects of a closed set travel as what they are, others are refused") {
    sample::square square;
    square.label = "s";
    writer out;
    roi::generated::put_one_of<codec, sample::circle, sample::square>(
        out, 1, static_cast<const sample::shape*>(&square));
    std::unique_ptr<sample::shape> got;
    reader in{out.bytes()};
    REQUIRE(in.next());
    roi::generated::get_one_of<codec, sample::circle, sample::square>(in, got);
    REQUIRE(dynamic_cast<sample::square*>(got.get()) != nullptr);
    CHECK(dynamic_cast<sample::square*>(got.get())->label == "s");
    check_refused(
        [] { encoded(std::unique_ptr<sample::shape>{std::make_unique<sample::triangle>()}); },
        roi::errc::invalid_argument);
    writer later;
    const std::size_t mark = later.open();
    codec::put(later, 3, std::string{"a type of a newer version"});
    later.close_nested(1, mark);
    CHECK_THROWS_AS(decoded<std::unique_ptr<sample::shape>>(later.bytes()), malformed);
}

TEST_CASE("a variant without a value is refused") {
    std::variant<int, std::deque<int>> value{1};
    CHECK_THROWS_AS(value.emplace<1>(static_cast<std::size_t>(-1), 0), std::length_error);
    REQUIRE(value.valueless_by_exception());
    check_refused([&] { encoded(value); }, roi::errc::invalid_argument);
}

TEST_CASE("trees of 64 levels travel, deeper ones and cycles are refused at both ends") {
    const auto chain = [](int levels) {
        sample::node root;
        sample::node* last = &root;
        for (int i = 1; i < levels; ++i) {
            last->left = std::make_unique<sample::node>();
            last = last->left.get();
        }
        return root;
    };
    CHECK(decoded<sample::node>(encoded(chain(64)).bytes()) == chain(64));
    check_refused([&] { encoded(chain(65)); }, roi::errc::invalid_argument);
    const auto loop = std::make_shared<sample::node>();
    loop->right = loop;
    check_refused([&] { encoded(loop); }, roi::errc::invalid_argument);
    loop->right.reset();
    const writer full = encoded(chain(64));
    // The same once more as the left child of another node.
    reader inner{full.bytes()};
    REQUIRE(inner.next());
    const auto content = inner.bytes();
    writer deep;
    deep.put_bytes_field(3, content.data(), content.size());
    deep.close(1, 0);
    CHECK_THROWS_WITH_AS(decoded<sample::node>(deep.bytes()), "messages are nested too deeply",
                         malformed);
}

TEST_CASE("a length field of any size makes no reader allocate") {
    for (const std::uint64_t length :
         {1ULL, 64ULL << 20, 1ULL << 31, (1ULL << 31) - 1, 1ULL << 32, 1ULL << 63, ~0ULL}) {
        writer out;
        out.put_varint(length);
        out.put_tag(1, roi::wire::wire_type::length);
        CHECK_THROWS_AS(decoded<std::string>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::u16string>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<roi::bytes>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::vector<double>>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::vector<int>>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::vector<std::string>>(out.bytes()), malformed);
        CHECK_THROWS_AS(decoded<std::vector<sample::point>>(out.bytes()), malformed);
        CHECK_THROWS_AS((decoded<std::map<int, int>>(out.bytes())), malformed);
        CHECK_THROWS_AS((decoded<std::unordered_map<int, int>>(out.bytes())), malformed);
        CHECK_THROWS_AS(decoded<std::bitset<9>>(out.bytes()), malformed);
    }
    writer zero;
    zero.put_bytes_field(1, nullptr, 0);
    CHECK(decoded<std::string>(zero.bytes()).empty());
    CHECK(decoded<std::vector<double>>(zero.bytes()).empty());
    CHECK(decoded<std::vector<sample::point>>(zero.bytes()).size() == 1);
}

TEST_CASE("a container has at most 2^24 elements that are not packed numbers") {
    writer out;
    std::byte* to = out.put_space(roi::wire::max_elements * 2);
    for (std::size_t i = 0; i < roi::wire::max_elements; ++i) {
        to[2 * i] = std::byte{0x0a};
        to[2 * i + 1] = std::byte{0};
    }
    CHECK(decoded<std::vector<std::monostate>>(out.bytes()).size() == roi::wire::max_elements);
    out.put_bytes_field(1, nullptr, 0);
    CHECK_THROWS_WITH_AS(decoded<std::vector<std::monostate>>(out.bytes()),
                         "a container has too many elements", malformed);
}

TEST_CASE(
    "the elements of a container take at most 512 MiB, however little they take on the wire") {
    using large = std::optional<std::array<char, std::size_t{1} << 20>>;
    constexpr std::size_t most = roi::wire::max_container_bytes / sizeof(large);
    static_assert(most == 511);
    writer out;
    for (std::size_t i = 0; i < most; ++i) {
        out.put_bytes_field(1, nullptr, 0);  // a message without the optional
    }
    CHECK(decoded<std::vector<large>>(out.bytes()).size() == most);
    out.put_bytes_field(1, nullptr, 0);
    CHECK_THROWS_WITH_AS(decoded<std::vector<large>>(out.bytes()),
                         "a container has too many elements", malformed);
}

TEST_CASE("all containers and pointers of a message together take at most 512 MiB") {
    using large = std::optional<std::array<char, std::size_t{1} << 20>>;
    using pointers = std::vector<std::unique_ptr<large>>;
    const auto nested = [](std::size_t outer, std::size_t inner) {
        writer out;
        for (std::size_t i = 0; i < outer; ++i) {
            const std::size_t mark = out.open();
            for (std::size_t j = 0; j < inner; ++j) {
                out.put_bytes_field(1, nullptr, 0);
            }
            out.close_nested(1, mark);
        }
        return out;
    };
    // Each inner container is far from its own limit.
    const writer fits = nested(5, 100);
    const writer beyond = nested(6, 100);
    const auto message = "the elements of a message take more memory than is allowed";
    {
        const auto got = decoded<std::vector<std::vector<large>>>(fits.bytes());
        CHECK(got.size() == 5);
        CHECK(got.back().size() == 100);
    }
    CHECK_THROWS_WITH_AS(decoded<std::vector<std::vector<large>>>(beyond.bytes()), message,
                         malformed);
    CHECK(decoded<pointers>(nested(1, 1).bytes()).size() == 1);  // each message begins anew
    writer many;
    for (int i = 0; i < 600; ++i) {
        const std::size_t mark = many.open();
        many.put_bytes_field(1, nullptr, 0);  // a pointer that is not null
        many.close_nested(1, mark);
    }
    CHECK_THROWS_WITH_AS(decoded<pointers>(many.bytes()), message, malformed);
}

TEST_CASE("keys chosen to fall into one bucket of a hash table are refused, others are not") {
    // libstdc++ hashes integers to themselves, and tables have a prime number of buckets.
    std::unordered_set<std::uint64_t> grown;
    for (std::uint64_t i = 0; grown.size() < 20'000; ++i) {
        grown.insert(i);
    }
    const std::uint64_t prime = grown.bucket_count();
    std::vector<std::uint64_t> chosen;
    std::vector<std::uint64_t> usual;
    std::vector<std::pair<std::uint64_t, int>> entries;
    for (std::uint64_t i = 1; i <= 20'000; ++i) {
        chosen.push_back(i * prime);
        usual.push_back(i * 4096);  // as addresses of pages
        entries.emplace_back(i * prime, 1);
    }
    // The same bytes as a set's and a map's.
    const auto message = "more than 128 keys fall into one bucket of a hash table";
    CHECK(decoded<std::unordered_set<std::uint64_t>>(encoded(usual).bytes()).size() == 20'000);
    CHECK_THROWS_WITH_AS(decoded<std::unordered_set<std::uint64_t>>(encoded(chosen).bytes()),
                         message, malformed);
    const std::map<std::uint64_t, int> as_map{entries.begin(), entries.end()};
    CHECK_THROWS_WITH_AS((decoded<std::unordered_map<std::uint64_t, int>>(encoded(as_map).bytes())),
                         message, malformed);
    // Equal keys are no malice.
    const std::vector<std::uint64_t> equal(5000, 7);
    CHECK(decoded<std::unordered_multiset<std::uint64_t>>(encoded(equal).bytes()).size() == 5000);
}

TEST_CASE("adapted types travel as what they become, also where that is a container") {
    CHECK(decoded<sample::celsius>(encoded(sample::celsius{36.6}).bytes()).degrees == 36.6);
    CHECK(decoded<std::vector<sample::ring>>(encoded(std::vector<sample::ring>(2)).bytes()) ==
          std::vector<sample::ring>(2));
    CHECK(decoded<std::optional<sample::ring>>(encoded(std::optional{sample::ring{{}}}).bytes()) ==
          sample::ring{{}});
}
