// A description written as a C++ header again.
#include "description/render.hpp"

#include "support/describe.hpp"

#include <doctest/doctest.h>

using namespace roi::description;

namespace {

const std::string bank_proto = R"text(syntax = "proto3"; package demo; import "roi/options.proto";
import "google/protobuf/duration.proto";

// A colour, as the
// house uses it.
enum color {
  option (roi.enumeration) = {cpp_type: "demo::color" scoped: true underlying: "std::uint8_t"};
  color_unspecified = 0 [(roi.enumerator).added = true];
  // Like a rose.
  color_red = 1 [(roi.enumerator).cpp_name = "red"];
}
message unused { optional sint32 x = 1; }
message entry {
  option (roi.message) = {cpp_type: "demo::entry"};
  // What it is for.
  optional string memo = 1 [(roi.field).cpp_type = "std::string"];
  repeated row rows = 2;
  map<string, color> colors = 3;
  row maybe = 4;
  either one = 5;
  google.protobuf.Duration wait = 6;
}
message row { option (roi.message).shape = WRAPPER; repeated sint32 value = 1; }
message either { option (roi.message).shape = VARIANT; oneof value { entry a = 1; string b = 2; } }
message poor {
  option (roi.message) = {cpp_type: "demo::poor" error: true bases: "std.exception"};
  optional sint64 missing = 1 [(roi.field).cpp_type = "std::int64_t"];
}
message Bank_balance_arguments {
  option (roi.message).shape = ARGUMENTS;
  optional string account = 1;
  optional entry what = 2;
}
message Bank_balance_results { option (roi.message).shape = RESULTS; optional sint64 result = 1; }
message none { option (roi.message).shape = RESULTS; }
// The accounts of one bank.
service Bank {
  option (roi.interface) = {cpp_class: "demo::Bank" published_name: "bank" concurrent: true deadline_us: 2500000};
  // Cents held by `account`.
  rpc balance(Bank_balance_arguments) returns (Bank_balance_results) {
    option (roi.method) = {id: 1 cpp: "std::int64_t balance(const std::string & account, const demo::entry &what) const"
      cpp_name: "balance" semantics: AT_LEAST_ONCE deadline_us: 500000 throws: "demo.poor"};
  }
  rpc close(none) returns (none) { option (roi.method) = {id: 2 cpp_name: "close" oneway: true blocking: true}; }
}
service Savings {
  option (roi.interface) = {cpp_class: "demo::Savings" bases: "demo.Bank" abstract: true};
  rpc rate(none) returns (Bank_balance_results) { option (roi.method) = {id: 3 cpp: "double & rate(char ** a, int && b, std::function<void (int &)> c, int d = 1 & 2, bool e = {3 * 4}, long & f)" }; }
}
)text";

document load(const std::string& proto) {
    return document::load(std::string_view(support::compile({{"bank.proto", proto}})));
}

}  // namespace

TEST_CASE("a description reads as the header it was made from") {
    CHECK(to_header(load(bank_proto)) == R"header(namespace demo {

/// A colour, as the
/// house uses it.
enum class color : std::uint8_t {
    /// Like a rose.
    red = 1,
};

struct entry {
    /// What it is for.
    std::string memo;
    std::vector<std::vector<std::int32_t>> rows;
    std::map<std::string, color> colors;
    std::optional<std::vector<std::int32_t>> maybe;
    std::variant<entry, std::string> one;
    std::chrono::nanoseconds wait;
};

struct ROI_ERROR poor : std::exception {
    std::int64_t missing;
};

/// The accounts of one bank.
class ROI_REMOTE("bank") ROI_CONCURRENT ROI_DEADLINE("2500ms") Bank {
public:
    /// Cents held by `account`.
    ROI_AT_LEAST_ONCE ROI_DEADLINE("500ms")
    std::int64_t balance(const std::string& account, const entry& what) const;

    ROI_ONEWAY ROI_BLOCKING
    void close();
};

class ROI_REMOTE() Savings : public Bank {
public:
    virtual double& rate(char** a, int&& b, std::function<void (int&)> c, int d = 1 & 2, bool e = {3 * 4}, long& f) = 0;
};

}  // namespace demo
)header");
}

TEST_CASE("one interface comes with its bases and what it reaches") {
    const auto one = to_header(load(bank_proto), "demo.Savings");
    CHECK(one.find("class ROI_REMOTE(\"bank\")") != std::string::npos);
    CHECK(to_header(load(bank_proto), "demo.Bank").find("Savings") == std::string::npos);
    CHECK_THROWS_AS(to_header(load(bank_proto), "demo.Shop"), std::out_of_range);
}

TEST_CASE("nothing of a description reaches the terminal as a control sequence") {
    auto proto = bank_proto;
    const std::string what = "Cents held";
    proto.replace(proto.find(what), what.size(), "\x1b[31mCents");
    const auto header = to_header(load(proto));
    CHECK(header.find('\x1b') == std::string::npos);
    CHECK(header.find("\\x1b[31mCents") != std::string::npos);
    CHECK(printable("a\xC2\x9B"
                    "b\x7f\n") == "a\\x9bb\\x7f\n");
}
