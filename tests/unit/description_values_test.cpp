// Values as JSON and back, calls prepared from JSON, and what is said when they do not fit.
#include "description/invocation.hpp"

#include "description/values.hpp"
#include "support/describe.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <doctest/doctest.h>

#include <random>

namespace pb = google::protobuf;
using namespace roi::description;
using support::method_text;
using support::service_text;

namespace {

const std::string all_types = R"(
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/empty.proto";
enum color {
  color_unspecified = 0 [(roi.enumerator).added = true];
  color_red = 1 [(roi.enumerator).cpp_name = "red"];
  color_green = 2 [(roi.enumerator).cpp_name = "green"];
}
message point { option (roi.message).cpp_type = "demo::point"; optional sint32 x = 1; optional sint32 y = 2; }
message circle {
  optional point base_point = 1 [(roi.field).cpp_name = "demo::point"];
  optional double radius = 2;
}
message row { option (roi.message).shape = WRAPPER; repeated sint32 value = 1; }
message maybe { option (roi.message).shape = WRAPPER; optional sint32 value = 1; }
message node_slot { option (roi.message).shape = WRAPPER; node value = 1; }
message node { optional string name = 1; repeated node_slot children = 2; }
message point_name { option (roi.message).shape = ENTRY; point key = 1; optional string value = 2; }
message color_rows { option (roi.message).shape = ENTRY; optional color key = 1; repeated sint32 value = 2; }
message number_name { option (roi.message).shape = ENTRY; optional sint32 key = 1; optional string value = 2; }
message pair { option (roi.message).shape = TUPLE; optional sint32 first = 1; repeated string second = 2; }
message choice {
  option (roi.message).shape = VARIANT;
  oneof value {
    google.protobuf.Empty as_empty = 1;
    sint32 as_int = 2 [(roi.field).cpp_type = "int"];
    double as_double = 3 [(roi.field).cpp_type = "double"];
    string as_string = 4 [(roi.field).cpp_type = "std::string"];
    bytes as_bytes = 5 [(roi.field).cpp_type = "roi::bytes"];
    point as_point = 6;
    row as_row = 7;
  }
}
message everything {
  optional bool yes = 1;
  optional sint32 small = 2;
  optional sint64 large = 3;
  optional uint32 usmall = 4;
  optional uint64 ularge = 5;
  optional float single = 6;
  optional double real = 7;
  optional string text = 8;
  optional bytes data = 9;
  optional color paint = 10;
  repeated sint64 numbers = 11;
  repeated string texts = 12;
  repeated row rows = 13;
  map<string, sint32> ages = 14;
  map<sint32, string> names = 15;
  repeated point_name places = 16;
  repeated color_rows shades = 17;
  maybe perhaps = 18 [(roi.field).cpp_type = "std::optional<std::optional<int>>"];
  row list_or_none = 19 [(roi.field).cpp_type = "std::optional<std::vector<int>>"];
  pair both = 20;
  choice one = 21 [(roi.field).cpp_type = "std::variant<...>"];
  google.protobuf.Duration wait = 22;
  google.protobuf.Timestamp when = 23;
  node tree = 24;
  circle round = 25;
  optional bytes flags = 26 [(roi.field).cpp_type = "std::bitset<10>"];
  optional sint32 letter = 27 [(roi.field).cpp_type = "char"];
  repeated number_name calls = 28 [(roi.field).cpp_type = "std::multimap<int, std::string>"];
  repeated maybe slots = 29;
  repeated color colors = 30;
  choice maybe_one = 31 [(roi.field).cpp_type = "std::optional<std::variant<...>>"];
  map<bool, point> corners = 32;
}
)";

const document& everything() {
    static const document all = document::load(std::string_view(support::compile(
        {{"all.proto",
          "syntax = \"proto3\"; package demo; import \"roi/options.proto\";\n" + all_types}})));
    return all;
}

const pb::Descriptor& type() {
    return *everything().find_message("demo.everything");
}

/// What becomes of `value` in the field when it goes to bytes and back; checks that protobuf's own
/// parser reads the bytes as the same.
std::string round_trip(const std::string& field, const std::string& value) {
    const auto& what = *type().FindFieldByName(field);
    std::string bytes;
    append_field(bytes, what, json::parse(value));
    pb::DynamicMessageFactory factory;
    const std::unique_ptr<pb::Message> message(factory.GetPrototype(&type())->New());
    if (value == R"({"base64":"/w=="})" && field == "text") {
        return field_to_json(what, bytes).dump();  // protobuf itself refuses text that is not UTF-8
    }
    CHECK(message->ParseFromString(bytes));
    const auto again = message->SerializeAsString();
    CHECK(field_to_json(what, again) == field_to_json(what, bytes));
    return field_to_json(what, bytes).dump();
}

std::string complaint(const std::string& field, const std::string& value) {
    try {
        return "took it: " + round_trip(field, value);
    } catch (const value_error& why) {
        return why.what();
    }
}

}  // namespace

TEST_CASE("values of every type go to the wire and come back as they were written") {
    const std::pair<std::string, std::vector<std::string>> same[] = {
        {"yes", {"true", "false"}},
        {"small", {"0", "-2147483648", "2147483647"}},
        {"large", {"9223372036854775807", "-9223372036854775808"}},
        {"usmall", {"4294967295"}},
        {"ularge", {"18446744073709551615"}},
        {"single", {"0.1", "-3.5", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""}},
        {"real", {"0.1", "1e+300", "-0.0", "\"NaN\""}},
        {"text", {"\"\"", "\"alice\"", "\"\\u0000\\n\"", "{\"base64\":\"/w==\"}"}},
        {"data", {"\"plain\"", "\"\"", "{\"base64\":\"AAEC/w==\"}"}},
        {"paint", {"\"red\"", "7", "-1"}},
        {"numbers", {"[]", "[1,-2,3]"}},
        {"texts", {"[\"a\",\"\",\"b\"]"}},
        {"rows", {"[[1,2],[],[3]]"}},
        {"ages", {"{}", "{\"alice\":30,\"\":0}"}},
        {"names", {"{\"-1\":\"minus\",\"7\":\"seven\"}"}},
        {"places", {"[[{\"x\":1,\"y\":2},\"home\"]]"}},
        {"shades", {"{\"red\":[1,2],\"green\":[]}"}},
        {"perhaps", {"null", "{\"value\":null}", "5"}},
        {"list_or_none", {"null", "[]", "[1]"}},
        {"both", {"[1,[\"a\",\"b\"]]"}},
        {"one",
         {"null", "5", "5.5", "\"text\"", "{\"roi::bytes\":\"text\"}", "[1,2]",
          "{\"demo::point\":{\"x\":1,\"y\":2}}"}},
        {"maybe_one", {"null", "5"}},
        {"wait", {"\"1.500s\"", "\"-0.001s\"", "\"0s\""}},
        {"when", {"\"2026-01-31T12:00:00Z\"", "\"1960-01-01T00:00:00.000000001Z\""}},
        {"tree", {"{\"name\":\"a\",\"children\":[{\"name\":\"b\",\"children\":[]},null]}"}},
        {"round", {"{\"x\":1,\"y\":2,\"radius\":0.5}"}},
        {"flags", {"\"1000000001\""}},
        {"letter", {"\"a\"", "7", "-1"}},
        {"calls", {"[[1,\"a\"],[1,\"b\"]]"}},
        {"slots", {"[1,null,3]"}},
        {"colors", {"[\"red\",\"green\",9]"}},
        {"corners", {"{\"true\":{\"x\":1,\"y\":null}}"}},
    };
    std::size_t fields = 0;
    for (const auto& [field, values] : same) {
        ++fields;
        for (const auto& value : values) {
            CAPTURE(field);
            CHECK(round_trip(field, value) == value);
        }
    }
    CHECK(fields == static_cast<std::size_t>(type().field_count()));
}

TEST_CASE("what is written in another way means the same") {
    CHECK(round_trip("large", "\"123\"") == "123");
    CHECK(round_trip("paint", "\"demo::color::green\"") == "\"green\"");
    CHECK(round_trip("paint", "2") == "\"green\"");
    CHECK(round_trip("wait", "\"20ms\"") == "\"0.020s\"");
    CHECK(round_trip("wait", "\"2min\"") == "\"120s\"");
    CHECK(round_trip("ages", "[[\"bob\",3]]") == "{\"bob\":3}");
    CHECK(round_trip("one", "{\"as_double\":5}") == "5.0");
    CHECK(round_trip("one", "{\"demo::point\":{\"x\":1}}") ==
          "{\"demo::point\":{\"x\":1,\"y\":null}}");
    CHECK(round_trip("when", "\"2026-01-31T13:00:00+01:00\"") == "\"2026-01-31T12:00:00Z\"");
    CHECK(round_trip("round", "{}") == "{\"x\":null,\"y\":null,\"radius\":null}");
}

TEST_CASE("what does not fit is refused with what was expected, and where") {
    CHECK(complaint("yes", "1") == "expected true or false, got 1");
    CHECK(complaint("small", "2147483648") ==
          "expected an integer from -2147483648 to 2147483647, got 2147483648");
    CHECK(complaint("small", "1.5") == "expected an integer (std::int32_t), got 1.5");
    CHECK(complaint("usmall", "-1") == "expected an integer from 0 to 4294967295, got -1");
    CHECK(complaint("large", "9223372036854775808") ==
          "expected an integer from -9223372036854775808 to 9223372036854775807, got "
          "9223372036854775808");
    CHECK(complaint("ularge", "1e30") == "expected an integer (std::uint64_t), got 1e+30");
    CHECK(complaint("single", "1e300") == "expected a number that a float can hold, got 1e+300");
    CHECK(complaint("text", "5") ==
          "expected a text (std::string), got the number 5; a text has quotes: '\"5\"'");
    CHECK(complaint("data", "[25]") ==
          "expected a text, or {\"base64\": \"...\"} (std::vector<std::byte>), got [25]");
    CHECK(complaint("data", "{\"base64\":\"A\"}") ==
          "expected base64 in four-letter groups, got \"A\"");
    CHECK(complaint("paint", "\"rde\"") ==
          "expected one of red, green, or a number (demo::color), got \"rde\"");
    CHECK(complaint("paint", "\"gren\"") ==
          "expected one of red, green, or a number (demo::color), got \"gren\"; did you mean "
          "\"green\"?");
    CHECK(complaint("paint", "\"color_unspecified\"").starts_with("expected one of red, green"));
    CHECK(complaint("numbers", "[1,\"x\"]") ==
          "[1]: expected a list (std::vector<std::int64_t>), got \"x\"");
    CHECK(complaint("rows", "[[1],[2,\"x\"]]").starts_with("[1][1]: expected"));
    CHECK(complaint("ages", "{\"bob\":\"old\"}").starts_with("[\"bob\"]: expected an integer"));
    CHECK(complaint("ages", "7") ==
          "expected an object, or a list of [key, value] (std::map<std::string, std::int32_t>), "
          "got 7");
    CHECK(complaint("both", "[1]") == "expected a list of 2 values, got [1]");
    CHECK(complaint("wait", "\"soon\"").starts_with("expected a duration, as \"1.5s\""));
    CHECK(complaint("wait", "5").starts_with("expected a duration"));
    CHECK(complaint("when", "\"today\"").starts_with("expected a time, as"));
    CHECK(complaint("flags", "\"102\"") == "expected a text of 10 digits 0 and 1, got \"102\"");
    CHECK(complaint("one", "true").starts_with("expected one of std::monostate, int, double"));
    CHECK(complaint("round", "{\"radios\":1}") ==
          "demo::circle has no 'radios', did you mean 'radius'?; it has radius, x, y");
    CHECK(complaint("tree", "{\"children\":[{\"nme\":1}]}")
              .starts_with("children[0]: demo::node has no 'nme', did you mean 'name'?"));
}

TEST_CASE("values nest to the limit and no further") {
    const auto nested = [](int depth) {
        std::string text;
        for (int i = 0; i < depth; ++i) {
            text += "{\"children\":[";
        }
        for (int i = 0; i < depth; ++i) {
            text += "]}";
        }
        return text;
    };
    // A node and the slot that holds it are two messages.
    CHECK(complaint("tree", nested(max_value_depth / 2)).starts_with("took it"));
    CHECK(complaint("tree", nested(max_value_depth / 2 + 1)).find("nest deeper than 64") !=
          std::string::npos);
}

TEST_CASE(
    "bytes that are not what the description promises are refused, and random ones do no harm") {
    CHECK_THROWS_AS(to_json(type(), "\xff"), value_error);
    CHECK_THROWS_AS(to_json(type(), std::string_view("\x09\x01", 2)), value_error);
    CHECK_THROWS_AS(to_json(type(), "\x42\x7f"), value_error);
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (auto& octet : bytes) {
            octet = static_cast<char>(random() % 3 == 0 ? random() : random() % 32);
        }
        try {
            shown(to_json(type(), bytes));
        } catch (const value_error&) {
        }
    }
}

TEST_CASE("a call is prepared from a name and arguments in JSON") {
    const auto bank = support::describe(
        "message order { optional sint64 cents = 1; }\n" +
        service_text(
            "Bank",
            {{"balance", {"string account"}, "sint64"},
             {"transfer", {"string from", "string to", "sint64 cents", "?string memo"}, "sint64"},
             {"put", {"sint32 what"}},
             {"put_2", {"double what"}, "", "", 0, "put"},
             {"put_3", {"string what"}, "", "", 0, "put"},
             {"put_4", {"string what", "string where"}, "", "", 0, "put"},
             {"pay", {"order what"}},
             {"same", {"float a"}},
             {"same_2", {"double a"}, "", "", 0, "same"}}));
    const auto& interface = *bank.find_interface("demo.Bank");
    const auto prepare = [&](const std::string& method, const std::vector<std::string>& arguments) {
        return prepare_call(bank, interface, method, arguments);
    };
    const auto mistake = [&](const std::string& method, const std::vector<std::string>& arguments) {
        try {
            prepare(method, arguments);
            return std::string("none");
        } catch (const call_mistake& why) {
            return std::string(why.what());
        }
    };

    SUBCASE("text may stand without quotes") {
        CHECK(prepare("balance", {"\"alice\""}).arguments ==
              "\x0a\x05"
              "alice");
        CHECK(prepare("balance", {"alice"}).arguments ==
              "\x0a\x05"
              "alice");
        CHECK(prepare("balance", {""}).arguments == std::string("\x0a\x00", 2));
    }
    SUBCASE("arguments with defaults may be left out, which calls the shorter list") {
        const auto full = prepare("transfer", {"a", "b", "1", "c"});
        const auto less = prepare("transfer", {"a", "b", "1"});
        CHECK(full.id == support::id_of("Bank.transfer,string,string,sint64,string"));
        CHECK(less.id == support::id_of("Bank.transfer,string,string,sint64"));
    }
    SUBCASE("the overload that fits best is chosen") {
        CHECK(prepare("put", {"5"}).method->name() == "put");
        CHECK(prepare("put", {"5.5"}).method->name() == "put_2");
        CHECK(prepare("put", {"\"5\""}).method->name() == "put_3");
        CHECK(prepare("put", {"a", "b"}).method->name() == "put_4");
        CHECK(prepare("put_2", {"5"}).method->name() == "put_2");
    }
    SUBCASE("no overload fits") {
        CHECK(mistake("put", {"true"})
                  .starts_with(
                      "no overload of demo.Bank.put takes these arguments:\nnot void put(int32 "
                      "what)\n"
                      "    argument 1 'what': expected an integer (std::int32_t), got true"));
    }
    SUBCASE("several overloads fit equally") {
        CHECK(mistake("same", {"1.5"}) ==
              "several overloads take these arguments; name one of them:\n"
              "    same: void same(float a)\n    same_2: void same(double a)");
    }
    SUBCASE("an unknown method names the nearest, and all") {
        CHECK(
            mistake("balanse", {})
                .starts_with("demo.Bank has no method 'balanse'; did you mean 'balance'?\nIt has:\n"
                             "    int64 balance(string account)\n    int64 transfer("));
    }
    SUBCASE("too few and too many") {
        CHECK(mistake("balance", {}) ==
              "int64 balance(string account)\n    takes 1 argument; there are 0");
        CHECK(mistake("transfer", {"a"})
                  .ends_with("takes 4 arguments, of which 3 must be given; there are 1"));
    }
    SUBCASE("a wrong argument is named") {
        CHECK(mistake("transfer", {"a", "b", "much"})
                  .ends_with("argument 3 'cents': expected an integer (std::int64_t), got \"much\" "
                             "(it is not JSON, so it "
                             "was taken as a text)"));
        CHECK(mistake("pay", {"{\"cents\": true}"})
                  .ends_with(
                      "argument 1 'what': at cents: expected an integer (std::int64_t), got true"));
        CHECK(mistake("pay", {"{\"cents\": 1"})
                  .starts_with("argument '{\"cents\": 1' is not JSON: parse error"));
        CHECK(mistake("balance", {"\xff"}) ==
              "an argument is neither JSON nor UTF-8 text; bytes are written as {\"base64\": "
              "\"...\"}");
    }
}

TEST_CASE("results and exceptions are shown as values") {
    const auto bank = support::describe(
        "message poor { option (roi.message).cpp_type = \"demo::poor\"; optional string account = "
        "1; "
        "optional sint64 missing = 2; }\n"
        "message changed { option (roi.message).shape = RESULTS; optional sint64 result = 1; "
        "optional string name = 2; }\n" +
        service_text("Bank", {{"balance", {}, "sint64"}, {"quiet", {}}}));
    const auto& interface = *bank.find_interface("demo.Bank");
    CHECK(result_to_json(*interface.method(0), "\x08\x02") == 1);
    CHECK(result_to_json(*interface.method(1), "").is_null());
    const std::string fields =
        "\x0a\x03"
        "bob\x10\x06";
    const auto value = exception_to_json(bank, "demo.poor", fields);
    CHECK(exception_text("demo.poor", value, "insufficient funds") ==
          "demo.poor{account: \"bob\", missing: 3}: insufficient funds");
    CHECK(exception_text("std.bad\x1b[2J", exception_to_json(bank, "std.bad", ""), "") ==
          "std.bad\\x1b[2J");
    CHECK(exception_to_json(bank, "demo.poor", "\xff").is_null());
}
