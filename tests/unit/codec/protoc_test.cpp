// The codec's bytes are those of the .proto: protoc's own classes read and write the same values.
#include "unit/codec/random.hpp"

#include "sample.pb.h"

#include <roi/codec/protobuf.hpp>

#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/message_differencer.h>

#include <doctest/doctest.h>

#include <cstdlib>
#include <ostream>

using roi::wire::malformed;
using roi::wire::reader;
using roi::wire::writer;
using sample::codec;

namespace {

/// Nothing in `message` is unknown to its description.
bool all_known(const google::protobuf::Message& message) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (!reflection.GetUnknownFields(message).empty()) {
        return false;
    }
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const auto* field : fields) {
        if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
            continue;
        }
        if (!field->is_repeated()) {
            if (!all_known(reflection.GetMessage(message, field))) {
                return false;
            }
            continue;
        }
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
            if (!all_known(reflection.GetRepeatedMessage(message, field, i))) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

TEST_CASE("protoc's classes understand every random value, and we understand what they write") {
    const char* given = std::getenv("ROI_TEST_SEED");
    const std::uint64_t used =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    INFO("ROI_TEST_SEED=" << used);
    sample::random_source from{used};
    for (int i = 0; i < 300; ++i) {
        sample::everything value;
        fill(from, value);
        writer out;
        codec::write(out, value);
        sample::pb::Everything message;
        REQUIRE(message.ParseFromArray(out.bytes().data(), static_cast<int>(out.size())));
        REQUIRE(all_known(message));
        const std::string again = message.SerializeAsString();
        sample::everything copy;
        reader in{std::as_bytes(std::span{again})};
        codec::read(in, copy);
        REQUIRE(difference(value, copy) == "");
    }
}

TEST_CASE("protoc reads the values that were written, field by field") {
    sample::everything value;
    value.number = -5;
    value.letter = static_cast<char>(-1);
    value.height = sample::low;
    value.mask = sample::bits32::last;
    value.away = sample::far::west;
    value.utf16 = u"\U0001f600";
    value.bits.set(9);
    value.wait = std::chrono::milliseconds{-1500};
    value.stamp = std::chrono::system_clock::time_point{std::chrono::milliseconds{-1500}};
    value.choice = std::vector<int>{};
    value.maybe_maybe.emplace();
    value.gaps = {std::nullopt, "x"};
    value.counts = {{"a", 1}};
    writer out;
    codec::write(out, value);
    sample::pb::Everything message;
    REQUIRE(message.ParseFromArray(out.bytes().data(), static_cast<int>(out.size())));
    CHECK(message.number() == -5);
    CHECK(message.letter() == -1);
    CHECK(message.height() == sample::pb::LOW);
    CHECK(message.mask() == sample::pb::LAST);
    CHECK(message.away() == -(1LL << 40));
    CHECK(message.utf16() == "\xf0\x9f\x98\x80");
    CHECK(message.bits() == std::string("\0\2\0", 3));
    CHECK(message.wait().seconds() == -1);
    CHECK(message.wait().nanos() == -500'000'000);
    CHECK(message.stamp().seconds() == -2);
    CHECK(message.stamp().nanos() == 500'000'000);
    CHECK(message.choice().has_ints());
    CHECK(message.has_maybe_maybe());
    CHECK_FALSE(message.maybe_maybe().has_value());
    REQUIRE(message.gaps_size() == 2);
    CHECK_FALSE(message.gaps(0).has_value());
    CHECK(message.gaps(1).value() == "x");
    CHECK(message.counts().at("a") == 1);
    CHECK(message.has_octet());
    CHECK(message.axes_size() == 3);
}

TEST_CASE("protobuf's own messages travel as themselves, and what they refuse is malformed") {
    sample::pb::Node tree;
    tree.set_value(1);
    tree.add_children()->mutable_left()->set_value(2);
    writer out;
    codec::put(out, 1, tree);
    reader in{out.bytes()};
    REQUIRE(in.next());
    sample::pb::Node copy;
    codec::get(in, copy);
    CHECK(google::protobuf::util::MessageDifferencer::Equals(tree, copy));
    out.clear();
    codec::put(out, 1, std::string{"\x0a\x7f"});
    reader cut{out.bytes()};
    REQUIRE(cut.next());
    CHECK_THROWS_AS(codec::get(cut, copy), malformed);
    // The depth that is left counts inside of them, too.
    for (const int levels : {63, 64}) {
        sample::pb::Node root;
        sample::pb::Node* last = &root;
        for (int i = 0; i < levels; ++i) {
            last = last->mutable_left();
        }
        out.clear();
        codec::put(out, 1, root);
        reader deep{out.bytes()};
        REQUIRE(deep.next());
        if (levels == 63) {
            CHECK_NOTHROW(codec::get(deep, copy));
        } else {
            CHECK_THROWS_AS(codec::get(deep, copy), malformed);
        }
    }
}
