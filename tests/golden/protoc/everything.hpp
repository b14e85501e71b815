// One method for each type of the table in docs/wire-types.md: each gives back what it is given.
#pragma once

#include <roi/annotations.hpp>
#include <roi/bytes.hpp>

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace exchange {

enum class color { red = 1, green = 2, blue = -3 };
enum plain { first_plain, second_plain };
enum class tiny : std::uint8_t { zero, one, most = 255 };
enum class wide : std::uint64_t { none = 0, most = 0xffff'ffff'ffff'ffff };

/// A point, with numbers of its own.
struct point {
    ROI_ID(7) double x = 1.5;
    ROI_ID(3) double y = -1;
    friend bool operator==(const point&, const point&) = default;
};

struct named {
    std::string name;
    friend bool operator==(const named&, const named&) = default;
};

/// Two bases, each with fields, and fields of its own.
struct labelled : named, point {
    std::int32_t weight = 0;
    friend bool operator==(const labelled&, const labelled&) = default;
};

struct flags {
    unsigned ready : 1;
    int level : 5;
    std::uint8_t mode : 3;
    friend bool operator==(const flags&, const flags&) = default;
};

/// Everything here is private, and travels because it is marked.
class ROI_VALUE sealed {
public:
    sealed() = default;
    friend bool operator==(const sealed&, const sealed&) = default;

private:
    std::string secret_;
    std::vector<point> trail_;
    std::optional<std::int64_t> code_;
};

/// A tree: a type that holds itself.
struct node {
    std::int64_t value = 0;
    std::vector<node> children;
    std::unique_ptr<node> next;
};

struct arrays {
    int numbers[3] = {};
    char letters[4] = {};
    std::array<std::string, 2> words;
};

struct nothing {
    friend bool operator==(const nothing&, const nothing&) = default;
};

template <class T>
struct page {
    std::vector<T> rows;
    std::uint32_t total = 0;
    friend bool operator==(const page&, const page&) = default;
};

class ROI_REMOTE("everything") Everything {
public:
    virtual ~Everything() = default;
    virtual bool boolean(bool value) = 0;
    virtual char character(char value) = 0;
    virtual signed char signed_character(signed char value) = 0;
    virtual std::uint8_t octet(std::uint8_t value) = 0;
    virtual std::byte byte(std::byte value) = 0;
    virtual short small(short value) = 0;
    virtual unsigned short unsigned_small(unsigned short value) = 0;
    virtual int number(int value) = 0;
    virtual unsigned unsigned_number(unsigned value) = 0;
    virtual std::int64_t large(std::int64_t value) = 0;
    virtual std::uint64_t unsigned_large(std::uint64_t value) = 0;
    virtual char16_t utf16_unit(char16_t value) = 0;
    virtual float single_precision(float value) = 0;
    virtual double double_precision(double value) = 0;
    virtual color scoped_enum(color value) = 0;
    virtual plain unscoped_enum(plain value) = 0;
    virtual tiny small_enum(tiny value) = 0;
    virtual wide large_enum(wide value) = 0;
    virtual std::string text(std::string value) = 0;
    virtual std::wstring wide_text(std::wstring value) = 0;
    virtual std::u8string utf8_text(std::u8string value) = 0;
    virtual std::u16string utf16_text(std::u16string value) = 0;
    virtual std::u32string utf32_text(std::u32string value) = 0;
    virtual roi::bytes octets(roi::bytes value) = 0;
    virtual std::vector<char> characters(std::vector<char> value) = 0;
    virtual std::array<std::uint8_t, 4> four_octets(std::array<std::uint8_t, 4> value) = 0;
    virtual std::vector<int> numbers(std::vector<int> value) = 0;
    virtual std::vector<bool> booleans(std::vector<bool> value) = 0;
    virtual std::vector<double> doubles(std::vector<double> value) = 0;
    virtual std::vector<std::string> texts(std::vector<std::string> value) = 0;
    virtual std::vector<color> colors(std::vector<color> value) = 0;
    virtual std::vector<point> points(std::vector<point> value) = 0;
    virtual std::vector<std::vector<int>> matrix(std::vector<std::vector<int>> value) = 0;
    virtual std::vector<std::optional<int>> gaps(std::vector<std::optional<int>> value) = 0;
    virtual std::deque<std::uint64_t> queue(std::deque<std::uint64_t> value) = 0;
    virtual std::list<std::string> chain(std::list<std::string> value) = 0;
    virtual std::deque<char> letters(std::deque<char> value) = 0;
    virtual std::array<int, 3> triple(std::array<int, 3> value) = 0;
    virtual std::set<std::string> sorted(std::set<std::string> value) = 0;
    virtual std::unordered_set<int> hashed(std::unordered_set<int> value) = 0;
    virtual std::set<std::set<int>> sets(std::set<std::set<int>> value) = 0;
    virtual std::map<std::string, std::int64_t> accounts(
        std::map<std::string, std::int64_t> value) = 0;
    virtual std::unordered_map<int, point> places(std::unordered_map<int, point> value) = 0;
    virtual std::map<bool, color> choices(std::map<bool, color> value) = 0;
    virtual std::map<double, std::string> by_double(std::map<double, std::string> value) = 0;
    virtual std::map<std::string, std::vector<int>> lists(
        std::map<std::string, std::vector<int>> value) = 0;
    virtual std::multimap<std::string, int> repeated_keys(
        std::multimap<std::string, int> value) = 0;
    virtual std::optional<int> maybe(std::optional<int> value) = 0;
    virtual std::optional<std::string> maybe_text(std::optional<std::string> value) = 0;
    virtual std::optional<point> maybe_point(std::optional<point> value) = 0;
    virtual std::optional<std::vector<int>> maybe_list(std::optional<std::vector<int>> value) = 0;
    virtual std::optional<std::optional<int>> maybe_twice(
        std::optional<std::optional<int>> value) = 0;
    virtual std::variant<int, std::string, point> either(
        std::variant<int, std::string, point> value) = 0;
    virtual std::variant<std::monostate, bool, std::vector<int>> perhaps(
        std::variant<std::monostate, bool, std::vector<int>> value) = 0;
    virtual std::pair<std::string, int> couple(std::pair<std::string, int> value) = 0;
    virtual std::tuple<int, std::string, std::vector<double>> several(
        std::tuple<int, std::string, std::vector<double>> value) = 0;
    virtual std::complex<double> imaginary(std::complex<double> value) = 0;
    virtual std::bitset<19> bits(std::bitset<19> value) = 0;
    virtual point spot(point value) = 0;
    virtual labelled derived(labelled value) = 0;
    virtual sealed closed(sealed value) = 0;
    virtual flags narrow(flags value) = 0;
    virtual nothing empty(nothing value) = 0;
    virtual page<point> instantiated(page<point> value) = 0;
    virtual page<std::string> instantiated_again(page<std::string> value) = 0;
    virtual std::chrono::milliseconds milliseconds(std::chrono::milliseconds value) = 0;
    virtual std::chrono::nanoseconds nanoseconds(std::chrono::nanoseconds value) = 0;
    virtual std::chrono::hours hours(std::chrono::hours value) = 0;
    virtual std::chrono::system_clock::time_point moment(
        std::chrono::system_clock::time_point value) = 0;
    virtual node tree(node value) = 0;
    virtual arrays fixed(arrays value) = 0;
    virtual std::shared_ptr<point> shared(std::shared_ptr<point> value) = 0;
    virtual std::vector<std::shared_ptr<point>> several_shared(
        std::vector<std::shared_ptr<point>> value) = 0;
};

}  // namespace exchange
