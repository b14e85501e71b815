// Values of every type that travels, with the codec that idlc would write for them.
#pragma once

#include <roi/bytes.hpp>
#include <roi/codec.hpp>
#include <roi/codec/array.hpp>
#include <roi/codec/bitset.hpp>
#include <roi/codec/chrono.hpp>
#include <roi/codec/complex.hpp>
#include <roi/codec/map.hpp>
#include <roi/codec/optional.hpp>
#include <roi/codec/owner.hpp>
#include <roi/codec/sequence.hpp>
#include <roi/codec/set.hpp>
#include <roi/codec/tuple.hpp>
#include <roi/codec/unordered_map.hpp>
#include <roi/codec/unordered_set.hpp>
#include <roi/codec/variant.hpp>
#include <roi/codec/vector.hpp>
#include <roi/codec/wide_string.hpp>

namespace sample {

enum class color : std::uint8_t { red, green = 7, blue = 255 };
enum level { low = -1, high = 1 };
enum class bits32 : std::uint32_t { first = 1, last = 0xffffffff };
enum class far : std::int64_t { west = -(1LL << 40), east = 1LL << 40 };
enum class vast : std::uint64_t { all = ~0ULL };

struct point {
    std::int32_t x = 1;
    double y = 0.5;
    std::string name = "p";
    bool operator==(const point&) const = default;
};
bool operator<(const point& a, const point& b);

struct node {
    int value = 0;
    std::vector<node> children;
    std::unique_ptr<node> left;
    std::shared_ptr<node> right;
};
bool operator==(const node& a, const node& b);

struct shape {
    virtual ~shape() = default;
};
struct circle : shape {
    double radius = 0;
};
struct square : shape {
    int side = 0;
    std::string label;
};
struct triangle : shape {};  // in no set

struct celsius {
    double degrees = 0;
    bool operator==(const celsius&) const = default;
};
struct ring {  // travels as a vector, and is not empty when it is made
    std::vector<int> beads{1, 2, 3};
    bool operator==(const ring&) const = default;
};

struct everything {
    bool flag = true;
    char letter = 'x';
    std::int8_t tiny = 1;
    std::uint8_t octet = 1;
    std::byte raw{1};
    short small = 1;
    unsigned short usmall = 1;
    int number = 1;
    unsigned unumber = 1;
    std::int64_t large = 1;
    std::uint64_t ularge = 1;
    float ratio = 1;
    double real = 1;
    color shade = color::green;
    level height = high;
    bits32 mask = bits32::first;
    far away = far::east;
    vast amount = vast::all;
    std::string text = "default";
    std::wstring wide;
    std::u8string utf8;
    std::u16string utf16;
    std::u32string utf32;
    roi::bytes blob;
    std::vector<std::uint8_t> octets;
    std::array<unsigned char, 4> key{};
    char code[3] = {'a', 'b', 'c'};
    std::bitset<19> bits;
    point where;
    std::pair<int, std::string> two;
    std::tuple<bool, std::vector<int>, std::optional<std::string>> three;
    std::complex<double> z;
    std::chrono::milliseconds wait{};
    std::chrono::duration<double> span{};
    std::chrono::system_clock::time_point stamp{};
    std::chrono::duration<int, std::ratio<86400>> days{};
    std::variant<std::monostate, int, std::string, point, std::vector<int>> choice;
    node tree;
    std::vector<int> ints{1, 2};
    std::vector<double> reals;
    std::vector<bool> flags;
    std::vector<std::string> texts;
    std::vector<point> points;
    std::deque<int> queue;
    std::list<std::string> chain;
    std::array<int, 3> axes{};
    std::array<std::string, 2> names;
    double matrix[2] = {};
    std::vector<color> shades;
    std::set<int> numbers;
    std::multiset<std::string> bag;
    std::unordered_set<std::string> unordered;
    std::map<std::string, int> counts;
    std::map<int, point> places;
    std::unordered_map<std::string, std::string> dictionary;
    std::multimap<int, std::string> index;
    std::map<double, int> by_real;
    std::map<std::string, std::vector<int>> lists;
    std::map<int, std::optional<int>> perhaps;
    std::optional<int> maybe = 5;
    std::optional<std::string> maybe_text;
    std::optional<point> maybe_point;
    std::unique_ptr<point> owned;
    std::shared_ptr<const int> shared;
    std::optional<std::vector<int>> maybe_ints;
    std::optional<std::optional<int>> maybe_maybe;
    std::vector<std::vector<int>> rows;
    std::vector<std::optional<std::string>> gaps;
    std::vector<std::unique_ptr<point>> owners;
    std::vector<std::map<int, std::string>> maps;
    std::unique_ptr<shape> figure;
    std::vector<std::shared_ptr<shape>> figures;
    celsius warm;
    ring beads;
    std::vector<std::pair<int, int>> pairs;
    std::vector<std::variant<int, std::string>> choices;
    std::vector<float> floats;
    std::vector<std::uint64_t> ids;
    std::unordered_multiset<int> heap;
    std::unordered_multimap<int, int> links;
    std::vector<std::monostate> ticks;
    std::set<std::pair<int, std::string>> ordered;
    std::vector<far> distances;
    std::int16_t grid[2][3] = {};
};

// Every field with its number, which is the one of sample.proto.
// clang-format off
#define SAMPLE_FIELDS(X) \
    X(1, flag) X(2, letter) X(3, tiny) X(4, octet) X(5, raw) X(6, small) X(7, usmall) \
    X(8, number) X(9, unumber) X(10, large) X(11, ularge) X(12, ratio) X(13, real) X(14, shade) \
    X(15, height) X(16, mask) X(17, away) X(18, amount) X(19, text) X(20, wide) X(21, utf8) \
    X(22, utf16) X(23, utf32) X(24, blob) X(25, octets) X(26, key) X(27, code) X(28, bits) \
    X(29, where) X(30, two) X(31, three) X(32, z) X(33, wait) X(34, span) X(35, stamp) \
    X(36, days) X(37, choice) X(38, tree) X(39, ints) X(40, reals) X(41, flags) X(42, texts) \
    X(43, points) X(44, queue) X(45, chain) X(46, axes) X(47, names) X(48, matrix) X(49, shades) \
    X(50, numbers) X(51, bag) X(52, unordered) X(53, counts) X(54, places) X(55, dictionary) \
    X(56, index) X(57, by_real) X(58, lists) X(59, perhaps) X(60, maybe) X(61, maybe_text) \
    X(62, maybe_point) X(63, owned) X(64, shared) X(65, maybe_ints) X(66, maybe_maybe) \
    X(67, rows) X(68, gaps) X(69, owners) X(70, maps) X(71, figure) X(72, figures) X(73, warm) \
    X(74, beads) X(75, pairs) X(76, choices) X(77, floats) X(78, ids) X(79, heap) X(80, links) \
    X(81, ticks) X(82, ordered) X(83, distances) X(84, grid)
// clang-format on

struct codec : roi::generated::codec<codec> {
    static roi::generated::types<circle, square> one_of(roi::generated::types<shape>);

    static void write(roi::wire::writer& out, const point& value);
    static void read(roi::wire::reader& in, point& value);
    static void write(roi::wire::writer& out, const node& value);
    static void read(roi::wire::reader& in, node& value);
    static void write(roi::wire::writer& out, const circle& value);
    static void read(roi::wire::reader& in, circle& value);
    static void write(roi::wire::writer& out, const square& value);
    static void read(roi::wire::reader& in, square& value);
    static void write(roi::wire::writer& out, const everything& value);
    static void read(roi::wire::reader& in, everything& value);
};

}  // namespace sample

template <>
struct roi::adapt<sample::celsius> {
    using wire = double;
    static wire to_wire(const sample::celsius& value) { return value.degrees; }
    static sample::celsius from_wire(wire&& value) { return {value}; }
};
template <>
struct roi::adapt<sample::ring> {
    using wire = std::vector<int>;
    static const wire& to_wire(const sample::ring& value) { return value.beads; }
    static sample::ring from_wire(wire&& value) { return {std::move(value)}; }
};
