// One method for each kind of type, so that the command line has to write and read them all.
#pragma once

#include <roi/annotations.hpp>

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace toys {

/// What a toy is painted with.
enum class color : std::uint8_t { red = 1, green, blue = 9 };
enum big : std::int64_t { huge = 1'099'511'627'776 };

struct thing {
    int id = 7;
};

struct point : thing {
    int x = 0;
    double y = 0.5;
};

struct node {
    std::string name;
    std::vector<std::unique_ptr<node>> children;
};

struct ROI_ERROR broken : std::runtime_error {
    std::string toy;
    std::vector<int> parts;

    broken() : std::runtime_error("broken") {}
    broken(std::string which, std::vector<int> what)
        : std::runtime_error("the toy is broken"), toy(std::move(which)), parts(std::move(what)) {}
};

/// A box that gives back what is put into it.
class ROI_REMOTE("toys") Box {
public:
    bool flip(bool value) { return !value; }
    std::int8_t tiny(std::int8_t value) { return value; }
    std::int32_t small(std::int32_t value) { return value; }
    std::int64_t large(std::int64_t value) { return value; }
    std::uint64_t natural(std::uint64_t value) { return value; }
    float half(float value) { return value; }
    double real(double value) { return value; }
    char letter(char value) { return value; }
    /// The same text.
    std::string text(const std::string& value) { return value; }
    std::u16string wide(std::u16string value) { return value; }
    std::string odd() { return "\xff\xfe"; }
    std::vector<std::byte> bytes(std::vector<std::byte> value) { return value; }
    color paint(color value) { return value; }
    big giant(big value) { return value; }
    std::vector<int> numbers(std::vector<int> value) { return value; }
    std::vector<std::vector<std::string>> rows(std::vector<std::vector<std::string>> value) {
        return value;
    }
    std::array<int, 3> three(std::array<int, 3> value) { return value; }
    std::set<std::string> sorted(std::set<std::string> value) { return value; }
    std::map<std::string, int> ages(std::map<std::string, int> value) { return value; }
    std::map<int, std::vector<int>> groups(std::map<int, std::vector<int>> value) { return value; }
    std::map<std::pair<int, int>, std::string> grid(
        std::map<std::pair<int, int>, std::string> value) {
        return value;
    }
    std::multimap<int, std::string> many(std::multimap<int, std::string> value) { return value; }
    std::optional<int> maybe(std::optional<int> value) { return value; }
    std::optional<std::optional<int>> twice(std::optional<std::optional<int>> value) {
        return value;
    }
    std::variant<std::monostate, int, double, std::string, point> either(
        std::variant<std::monostate, int, double, std::string, point> value) {
        return value;
    }
    std::pair<int, std::string> both(std::pair<int, std::string> value) { return value; }
    std::tuple<int, bool, std::vector<int>> all(std::tuple<int, bool, std::vector<int>> value) {
        return value;
    }
    std::complex<double> complex(std::complex<double> value) { return value; }
    std::bitset<10> flags(std::bitset<10> value) { return value; }
    std::chrono::milliseconds wait(std::chrono::milliseconds value) { return value; }
    std::chrono::system_clock::time_point when(std::chrono::system_clock::time_point value) {
        return value;
    }
    point place(const point& value) { return value; }
    std::unique_ptr<node> tree(std::unique_ptr<node> value) { return value; }

    void nothing() {}
    int fill(std::string& name, int times) {
        name += "!";
        return times + 1;
    }
    std::string greet(const std::string& who, const std::string& how = "hello", int times = 2) {
        return how + " " + who + " x" + std::to_string(times);
    }
    std::string which(int) { return "int"; }
    std::string which(double) { return "double"; }
    std::string which(const std::string&) { return "text"; }
    std::string which(int, int) { return "two ints"; }
    void smash(const std::string& toy) { throw broken(toy, {1, 2}); }
    void fail() { throw std::out_of_range("no such toy"); }
};

}  // namespace toys
