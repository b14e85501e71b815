// The bytes of known values, which never change: tests/golden/wire/*.txt has them with their
// meaning.
//
// A line `= name` begins a case; the lines after it are bytes in hex, and behind two blanks what
// they mean. To change one is to change the wire: it needs a decision file.
#include "unit/codec/sample.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <set>

using roi::wire::reader;
using roi::wire::writer;
using sample::codec;

namespace {

std::string hex(std::span<const std::byte> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += text.empty() ? "" : " ";
        text += digits[static_cast<unsigned>(byte) >> 4];
        text += digits[static_cast<unsigned>(byte) & 15];
    }
    return text;
}

/// Name of each case and its bytes, as in hex().
std::map<std::string, std::string> golden_cases() {
    std::map<std::string, std::string> found;
    for (const auto& file : std::filesystem::directory_iterator{ROI_GOLDEN_WIRE}) {
        std::ifstream in{file.path()};
        std::string line;
        std::string name;
        while (std::getline(in, line)) {
            if (line.starts_with("= ")) {
                name = line.substr(2);
                REQUIRE_MESSAGE(found.emplace(name, "").second, name << " is there twice");
            } else if (!line.empty() && line[0] != '#') {
                std::string& bytes = found.at(name);
                const std::string part = line.substr(0, line.find("  "));
                bytes += (bytes.empty() || part.empty() ? "" : " ") + part;
            }
        }
    }
    return found;
}

class checker {
public:
    /// `value` is written as field 1, and is what is read back.
    template <class T>
    void operator()(const std::string& name, const T& value) {
        writer out;
        codec::put(out, 1, value);
        compare(name, out);
        T copy{};
        reader in{out.bytes()};
        codec::clear(copy);
        while (in.next()) {
            codec::get(in, copy);
        }
        writer again;
        codec::put(again, 1, copy);
        CHECK_MESSAGE(hex(again.bytes()) == hex(out.bytes()), name);
    }

    void compare(const std::string& name, const writer& out) {
        const auto found = golden_.find(name);
        if (found == golden_.end()) {
            FAIL_CHECK("no golden file has '" << name << "'; its bytes are " << hex(out.bytes()));
            return;
        }
        CHECK_MESSAGE(found->second == hex(out.bytes()), name);
        golden_.erase(found);
    }

    ~checker() {
        for (const auto& [name, bytes] : golden_) {
            FAIL_CHECK("no test writes '" << name << "'");
        }
    }

private:
    std::map<std::string, std::string> golden_ = golden_cases();
};

}  // namespace

TEST_CASE("the bytes of known values are those of the golden files, and no others are there") {
    using namespace std::chrono;
    checker check;
    check("bool true", true);
    check("bool false", false);
    check("char -1", static_cast<char>(-1));
    check("int 0", 0);
    check("int -1", -1);
    check("int 150", 150);
    check("int smallest", std::numeric_limits<int>::min());
    check("int64 smallest", std::numeric_limits<std::int64_t>::min());
    check("unsigned 150", 150U);
    check("uint64 largest", std::numeric_limits<std::uint64_t>::max());
    check("byte 255", std::byte{255});
    check("float 1.5", 1.5F);
    check("double -2", -2.0);
    check("enum of 8 bits 255", sample::color::blue);
    check("enum -1", sample::low);
    check("enum of 32 unsigned bits largest", sample::bits32::last);
    check("enum of 64 bits -2^40", sample::far::west);

    check("string empty", std::string{});
    check("string abc", std::string{"abc"});
    check("u16string e-acute and a pair of surrogates", std::u16string{u"\u00e9\U0001f600"});
    check("bytes 00 ff", roi::bytes{std::byte{0}, std::byte{255}});
    check("array of 8-bit numbers", std::array<unsigned char, 3>{1, 2, 3});
    check("bitset<19> with bits 0, 9 and 18", std::bitset<19>{1 | 1 << 9 | 1 << 18});

    check("vector<int> empty", std::vector<int>{});
    check("vector<int> 1 -1 300", std::vector<int>{1, -1, 300});
    check("vector<bool> true false", std::vector<bool>{true, false});
    check("vector<double> 1 2", std::vector<double>{1, 2});
    check("vector<string> a and empty", std::vector<std::string>{"a", ""});
    check("list<uint8> 1 2", std::list<std::uint8_t>{1, 2});
    check("vector<vector<int>>", std::vector<std::vector<int>>{{1}, {}});
    check("vector<optional<int>> 5 and none", std::vector<std::optional<int>>{5, std::nullopt});
    check("set<string>", std::set<std::string>{"b", "a"});
    check("map<string, int>", std::map<std::string, int>{{"a", 1}, {"b", 0}});
    check("map<double, vector<int>>", std::map<double, std::vector<int>>{{1.0, {2, 3}}});

    check("optional<int> none", std::optional<int>{});
    check("optional<int> 0", std::optional<int>{0});
    check("optional<optional<int>> with none inside",
          std::optional<std::optional<int>>{std::optional<int>{}});
    check("optional<vector<int>> empty", std::optional<std::vector<int>>{std::vector<int>{}});
    check("variant<monostate, int, vector<int>> monostate",
          std::variant<std::monostate, int, std::vector<int>>{});
    check("variant<monostate, int, vector<int>> 7",
          std::variant<std::monostate, int, std::vector<int>>{7});
    check("variant<monostate, int, vector<int>> 7 8",
          std::variant<std::monostate, int, std::vector<int>>{std::vector{7, 8}});

    check("record", sample::point{-1, 2.0, "n"});
    check("pair<int, string>", std::pair<int, std::string>{1, "x"});
    check("tuple<bool, vector<int>, optional<string>>",
          std::tuple<bool, std::vector<int>, std::optional<std::string>>{true, {4}, std::nullopt});
    check("complex 1 -1", std::complex<double>{1, -1});
    sample::node tree;
    tree.value = 1;
    tree.children.emplace_back().value = 2;
    tree.right = std::make_shared<sample::node>();
    check("tree", tree);
    auto square = std::make_unique<sample::square>();
    square->side = 2;
    check("one of circle and square", std::unique_ptr<sample::shape>{std::move(square)});

    check("duration 1.5 s", milliseconds{1500});
    check("duration -1.5 s", milliseconds{-1500});
    check("time point 1.5 s before 1970",
          time_point<system_clock, milliseconds>{milliseconds{-1500}});

    writer arguments;
    const std::string from = "alice";
    const std::int64_t cents = 500;
    codec::put_fields(arguments, roi::generated::field{1, from}, roi::generated::field{16, cents});
    check.compare("arguments 1 and 16", arguments);
}
