// Loading descriptions: what is accepted, what is refused and why, and that limits hold.
#include "description/description.hpp"

#include "description/fingerprint.hpp"
#include "description/sha256.hpp"
#include "support/describe.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <doctest/doctest.h>

#include <random>

namespace pb = google::protobuf;
using roi::description::document;
using roi::description::limits;
using roi::description::malformed;

namespace {

const std::string bank_text = support::file_text(
    "/* A page. */ message entry { string text = 1; message part { bool b = 1; } part p = 2; }\n" +
    support::service_text("Bank", {{"balance", {"string account", "entry e"}, "sint64"}}));

std::string bank_bytes() {
    return support::compile({{"bank.proto", bank_text}});
}

/// The sentence with which `set` is refused; empty where it is accepted.
std::string refusal(const std::string& bytes, const limits& most = {}) {
    try {
        document::load(std::string_view(bytes), most);
        return {};
    } catch (const malformed& why) {
        return why.what();
    }
}

std::string refusal(const pb::FileDescriptorSet& set) {
    return refusal(set.SerializePartialAsString());
}

std::string hex(const roi::description::digest& bytes) {
    std::string text;
    for (const auto byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

pb::FileDescriptorSet bank_set() {
    pb::FileDescriptorSet set;
    REQUIRE(set.ParseFromString(bank_bytes()));
    return set;
}

}  // namespace

TEST_CASE("a description gives its interfaces and messages by their wire names") {
    const auto bank = document::load(std::string_view(bank_bytes()));
    CHECK(bank.interfaces() == std::vector<std::string>{"demo.Bank"});
    REQUIRE(bank.find_interface("demo.Bank") != nullptr);
    CHECK(bank.find_interface("demo.Bank")->method_count() == 1);
    CHECK(bank.find_interface("Bank") == nullptr);
    CHECK(bank.find_message("demo.entry.part") != nullptr);
    CHECK(bank.find_message("demo.entry.party") == nullptr);
    REQUIRE(bank.files().size() == 1);
    CHECK(bank.files()[0]->name() == "bank.proto");
}

TEST_CASE(
    "an interface is found by the name of its class where the .proto had to spell it otherwise") {
    const auto nested = support::describe(
        support::service_text("Outer_Bank", {}, "cpp_class: \"demo::Outer::Bank\""));
    CHECK(nested.find_interface("demo.Outer.Bank") != nullptr);
    CHECK(nested.find_interface("demo.Outer_Bank") == nullptr);
}

TEST_CASE("files are put in order whatever their order in the set") {
    const auto bytes = support::compile(
        {{"a.proto",
          "syntax = \"proto3\"; package a; import \"b.proto\"; message m { b.n x = 1; }"},
         {"b.proto",
          "syntax = \"proto3\"; package b; import \"google/protobuf/duration.proto\"; "
          "message n { google.protobuf.Duration d = 1; }"}});
    const auto both = document::load(std::string_view(bytes));
    REQUIRE(both.files().size() == 2);
    CHECK(both.files()[0]->name() == "b.proto");
    CHECK(both.set().file(1).name() == "a.proto");
}

TEST_CASE("protobuf's own files and our options are never taken from the bytes") {
    auto set = bank_set();
    auto* forged = set.add_file();
    forged->set_name("google/protobuf/descriptor.proto");
    forged->add_message_type()->set_name("FileOptions");
    CHECK(refusal(set).empty());
}

TEST_CASE("an empty description is a description of nothing") {
    CHECK(document::load(std::string_view{}).interfaces().empty());
}

TEST_CASE("what is no description is refused") {
    CHECK(refusal("\x0a\x7f") == "the interface description is not a serialised FileDescriptorSet");
    CHECK(refusal("hello, world") ==
          "the interface description is not a serialised FileDescriptorSet");
    CHECK(refusal(bank_bytes() + "\x0b\x0c") ==
          "the interface description is not a serialised FileDescriptorSet");
}

TEST_CASE("contradictions are refused with a sentence") {
    SUBCASE("a missing import") {
        auto set = bank_set();
        set.mutable_file(0)->add_dependency("gone.proto");
        CHECK(refusal(set) ==
              "the interface description lacks 'gone.proto', which 'bank.proto' imports");
    }
    SUBCASE("a cycle of imports") {
        auto set = bank_set();
        set.mutable_file(0)->add_dependency("more.proto");
        set.add_file()->set_name("more.proto");
        set.mutable_file(1)->add_dependency("bank.proto");
        CHECK(refusal(set) ==
              "the interface description imports 'bank.proto' from itself, by way of 'more.proto'");
    }
    SUBCASE("a file twice") {
        auto set = bank_set();
        set.add_file()->set_name("bank.proto");
        CHECK(refusal(set) == "the interface description holds 'bank.proto' twice");
    }
    SUBCASE("an unknown type") {
        auto set = bank_set();
        set.mutable_file(0)->mutable_message_type(0)->mutable_field(1)->set_type_name(".demo.gone");
        CHECK(
            refusal(set).starts_with("the interface description contradicts itself: bank.proto: "));
    }
    SUBCASE("a number twice") {
        auto set = bank_set();
        set.mutable_file(0)->mutable_message_type(0)->mutable_field(1)->set_number(1);
        CHECK(refusal(set).find("contradicts itself") != std::string::npos);
    }
    SUBCASE("a number that protobuf cannot have") {
        auto set = bank_set();
        set.mutable_file(0)->mutable_message_type(0)->mutable_field(1)->set_number(-5);
        CHECK(refusal(set).find("contradicts itself") != std::string::npos);
    }
    SUBCASE("text that is not UTF-8") {
        auto bytes = bank_bytes();
        bytes.replace(bytes.find("account"), 1, "\xff");
        CHECK(refusal(bytes) == "the interface description holds text that is not UTF-8");
    }
}

TEST_CASE("each limit accepts what reaches it and refuses one more") {
    const auto bytes = bank_bytes();
    const auto holds = [&](auto member, auto enough, const std::string& what) {
        limits most;
        most.*member = enough;
        CHECK(refusal(bytes, most).empty());
        most.*member = enough - 1;
        CHECK(refusal(bytes, most).find(what) != std::string::npos);
    };
    const auto least = [&](auto member, auto from) {
        limits most;
        for (most.*member = from; !refusal(bytes, most).empty(); ++(most.*member)) {
        }
        return most.*member;
    };
    holds(&limits::bytes, bytes.size(), "bytes; the limit is");
    holds(&limits::files, std::size_t{1}, "files");
    holds(&limits::depth, least(&limits::depth, 0), "deeper than");
    holds(&limits::elements, least(&limits::elements, std::size_t{0}), "elements");
    holds(&limits::names, least(&limits::names, std::size_t{0}), "names");
    holds(&limits::name_length, std::string("demo.Bank_balance_arguments.account").size(),
          "longer than");

    auto set = bank_set();
    for (int i = 0; i < 3; ++i) {
        auto* range = set.mutable_file(0)->mutable_message_type(0)->add_reserved_range();
        range->set_start(100 + i);
        range->set_end(101 + i);
    }
    limits most;
    most.ranges = 3;
    CHECK(refusal(set.SerializeAsString(), most).empty());
    most.ranges = 2;
    CHECK(refusal(set.SerializeAsString(), most).find("reserves more than 2 ranges") !=
          std::string::npos);
}

TEST_CASE("a description nested beyond the limit is refused before it is parsed") {
    std::string inner;
    for (int i = 0; i < 10'000; ++i) {  // DescriptorProto.nested_type = 3
        std::string outer = "\x1a";
        for (auto size = inner.size();; size >>= 7) {
            outer += static_cast<char>(size >= 0x80 ? (size & 0x7F) | 0x80 : size);
            if (size < 0x80) {
                break;
            }
        }
        inner = outer + inner;
        if (inner.size() > 30'000) {
            break;
        }
    }
    pb::FileDescriptorSet set;
    set.add_file()->set_name("deep.proto");
    set.mutable_file(0)->add_message_type()->GetReflection();
    std::string file = set.file(0).SerializeAsString();
    const auto field = [](char tag, const std::string& body) {
        std::string text(1, tag);
        for (auto size = body.size();; size >>= 7) {
            text += static_cast<char>(size >= 0x80 ? (size & 0x7F) | 0x80 : size);
            if (size < 0x80) {
                return text + body;
            }
        }
    };
    CHECK(refusal(field('\x0a', field('\x22', inner))).find("deeper than 32") != std::string::npos);
}

TEST_CASE("damaged descriptions are refused or loaded, and never do harm") {
    const auto good = bank_bytes();
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    int refused = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
        refused += refusal(good.substr(0, i)).empty() ? 0 : 1;
    }
    CHECK(refused > 0);
    for (int round = 0; round < 2'000; ++round) {
        auto bytes = good;
        for (int change = 0; change < 3; ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        refusal(bytes);
    }
}

TEST_CASE("sha256 gives the values of the standard") {
    using roi::description::sha256;
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a fingerprint is of the interface and what it reaches, and of nothing else") {
    using roi::description::fingerprint_of;
    const auto print = [](const std::string& more, const std::string& result = "sint64") {
        const auto in = support::describe(
            "message entry { string text = 1; }\n" + more +
            support::service_text("Bank", {{"balance", {"string account", "entry e"}, result}}));
        const auto found = fingerprint_of(in, "demo.Bank");
        REQUIRE(found.has_value());
        return *found;
    };
    const auto plain = print("");
    CHECK(print("/* Of another interface. */ message unused { bool b = 1; }\n") == plain);
    CHECK(print(support::service_text("Shop", {{"open", {}, "bool"}})) == plain);
    CHECK_FALSE(print("", "sint32") == plain);
    CHECK_FALSE(print("message thrown { option (roi.message).error = true; }\n") == plain);
    CHECK_FALSE(fingerprint_of(support::describe(support::service_text("Shop", {})), "demo.Bank"));
}
