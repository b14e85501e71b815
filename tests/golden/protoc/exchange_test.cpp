// Exchanges random values of every type with the classes that protoc makes of the same contract.
//
// The server's stubs are included as text: they hold the codec that reads and writes every type.
#include "everything.server.roi.cpp"

#include "everything.pb.h"

#include <doctest/doctest.h>
#include <google/protobuf/util/message_differencer.h>

#include <cstdlib>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <string_view>

namespace {

namespace pb = google::protobuf;

std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* given = std::getenv("ROI_TEST_SEED");
        return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    }();
    return chosen;
}

using random_engine = std::mt19937_64;

std::uint64_t below(random_engine& random, std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>{0, limit - 1}(random);
}

std::string random_text(random_engine& random) {
    static const char* const pieces[] = {
        "a", "Z", "0", " ", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\\", "\""};
    std::string text;
    for (auto count = below(random, 8); count-- > 0;)
        text += pieces[below(random, std::size(pieces))];
    return text;
}

/// What the C++ type behind a message cannot hold of what the message could.
struct bounds {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::size_t bytes = 12;  // at most
};

void fill(pb::Message& message, random_engine& random, const bounds& within, int depth);

void fill_time(pb::Message& message, random_engine& random, bool negative) {
    const auto& type = *message.GetDescriptor();
    const bool minus = negative && below(random, 2) == 0;
    const auto seconds = static_cast<std::int64_t>(below(random, 1'000'000'000));
    const auto nanos = static_cast<std::int32_t>(below(random, 1'000'000'000));
    message.GetReflection()->SetInt64(&message, type.FindFieldByName("seconds"),
                                      minus ? -seconds : seconds);
    message.GetReflection()->SetInt32(&message, type.FindFieldByName("nanos"),
                                      minus ? -nanos : nanos);
}

void fill_field(pb::Message& message, const pb::FieldDescriptor& field, random_engine& random,
                const bounds& within, int depth) {
    const auto& reflect = *message.GetReflection();
    const bool many = field.is_repeated();
    const auto low = std::max<std::int64_t>(within.least, std::numeric_limits<std::int32_t>::min());
    const auto high =
        std::min<std::uint64_t>(within.most, std::numeric_limits<std::int32_t>::max());
    const auto narrow =
        std::min<std::uint64_t>(within.most, std::numeric_limits<std::uint32_t>::max());
    std::uniform_int_distribution<std::int64_t> small{low, static_cast<std::int64_t>(high)};
    std::uniform_int_distribution<std::uint64_t> wide{0, within.most};
    std::uniform_real_distribution<double> real{-1e9, 1e9};
    switch (field.cpp_type()) {
#define ROI_EXCHANGE_SET(kind, value) \
    many ? reflect.Add##kind(&message, &field, value) : reflect.Set##kind(&message, &field, value)
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return ROI_EXCHANGE_SET(Bool, below(random, 2) != 0);
        case pb::FieldDescriptor::CPPTYPE_INT32:
            return ROI_EXCHANGE_SET(Int32, static_cast<std::int32_t>(small(random)));
        case pb::FieldDescriptor::CPPTYPE_INT64:
            return ROI_EXCHANGE_SET(Int64, static_cast<std::int64_t>(random()));
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            return ROI_EXCHANGE_SET(UInt32,
                                    static_cast<std::uint32_t>(wide(random) % (narrow + 1)));
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return ROI_EXCHANGE_SET(UInt64, random());
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return ROI_EXCHANGE_SET(Float, static_cast<float>(real(random)));
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
            return ROI_EXCHANGE_SET(Double, real(random));
        case pb::FieldDescriptor::CPPTYPE_ENUM: {
            const auto& values = *field.enum_type();
            const auto* value = values.value(
                static_cast<int>(below(random, static_cast<std::uint64_t>(values.value_count()))));
            return ROI_EXCHANGE_SET(Enum, value);
        }
        case pb::FieldDescriptor::CPPTYPE_STRING: {
            std::string text = random_text(random);
            if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
                text.resize(below(random, within.bytes + 1));
                for (auto& c : text)
                    c = static_cast<char>(random());
            }
            return ROI_EXCHANGE_SET(String, text);
        }
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
            fill(many ? *reflect.AddMessage(&message, &field)
                      : *reflect.MutableMessage(&message, &field),
                 random, within, depth + 1);
#undef ROI_EXCHANGE_SET
    }
}

void fill(pb::Message& message, random_engine& random, const bounds& within, int depth) {
    const auto& type = *message.GetDescriptor();
    if (type.full_name() == "google.protobuf.Duration") return fill_time(message, random, true);
    if (type.full_name() == "google.protobuf.Timestamp") return fill_time(message, random, false);
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
        const auto& choice = *type.oneof_decl(i);
        const auto at = below(random, static_cast<std::uint64_t>(choice.field_count()));
        fill_field(message, *choice.field(static_cast<int>(at)), random, within, depth);
    }
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        if (field.real_containing_oneof() != nullptr) continue;
        const bool nested = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
        if (nested && depth > 3 && field.message_type() == &type) continue;
        if (field.is_repeated()) {
            for (auto count = below(random, 4); count-- > 0;) {
                fill_field(message, field, random, within, depth);
            }
        } else if (!nested || below(random, 4) != 0 || depth == 0) {
            fill_field(message, field, random, within, depth);
        }
    }
}

bool has_unknown(const pb::Message& message) {
    const auto& reflect = *message.GetReflection();
    if (reflect.GetUnknownFields(message).field_count() > 0) return true;
    std::vector<const pb::FieldDescriptor*> fields;
    reflect.ListFields(message, &fields);
    for (const auto* field : fields) {
        if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
        const int count = field->is_repeated() ? reflect.FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i) {
            if (has_unknown(field->is_repeated() ? reflect.GetRepeatedMessage(message, field, i)
                                                 : reflect.GetMessage(message, field))) {
                return true;
            }
        }
    }
    return false;
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

template <class Message, class T>
Message written(const T& value) {
    roi::wire::writer out;
    codec::put(out, 1, value);
    const auto bytes = out.bytes();
    Message message;
    REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    CHECK_FALSE(has_unknown(message));
    return message;
}

template <class T, class Message>
T read(const Message& message) {
    const std::string bytes = message.SerializeAsString();
    T value{};
    for (roi::wire::reader in{bytes_of(bytes)}; in.next();)
        codec::get(in, value);
    return value;
}

/// Types that hold less than their message: sets drop repeats and sort, arrays have a size,
/// durations round, bases are always written. For them the first way there is not compared.
bool is_lossy(std::string_view name) {
    static const std::set<std::string_view> names = {
        "sorted", "hashed", "sets",         "places", "by_double", "repeated_keys", "four_octets",
        "triple", "fixed",  "milliseconds", "hours",  "bits",      "lists",         "derived"};
    return names.contains(name);
}

template <class T>
bounds bounds_of(std::string_view name) {
    bounds result;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        result.least = std::is_same_v<T, char>
                           ? -128
                           : static_cast<std::int64_t>(std::numeric_limits<T>::min());
        result.most = std::is_same_v<T, char>
                          ? 127
                          : static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    } else if constexpr (std::is_same_v<T, std::byte>) {
        result.most = 255;
    } else if (name == "letters") {
        result.least = -128;
        result.most = 127;
    } else if (name == "narrow") {
        result.least = 0;
        result.most = 1;
    }
    if (name == "four_octets" || name == "fixed") result.bytes = 4;
    if (name == "bits") result.bytes = 2;  // 19 bits: any value of two octets fits
    return result;
}

template <class T, class Message>
void check_exchange(const char* name) {
    CAPTURE(name);
    CAPTURE(seed());
    random_engine random{seed()};
    const auto within = bounds_of<T>(name);
    int exchanged = 0;
    for (int round = 0; round < 100; ++round) {
        Message theirs;
        fill(theirs, random, within, 0);
        T value{};
        try {
            value = read<T>(theirs);
        } catch (const roi::wire::malformed&) {
            // More than a fixed array holds; everything else must be readable.
            REQUIRE((std::string_view{name} == "triple" || std::string_view{name} == "fixed"));
            continue;
        }
        ++exchanged;
        // There and back: what protoc reads of our bytes is what it wrote, and stays so.
        const auto ours = written<Message>(value);
        if (!is_lossy(name)) {
            CHECK_MESSAGE(pb::util::MessageDifferencer::Equals(theirs, ours),
                          theirs.ShortDebugString() << " became " << ours.ShortDebugString());
        }
        const auto again = written<Message>(read<T>(ours));
        pb::util::MessageDifferencer unordered;
        unordered.set_repeated_field_comparison(pb::util::MessageDifferencer::AS_SET);
        CHECK_MESSAGE(unordered.Compare(ours, again),
                      ours.ShortDebugString() << " became " << again.ShortDebugString());
    }
    CHECK(exchanged > 20);
}

template <class T>
T result_of(T (exchange::Everything::*)(T));

}  // namespace

TEST_CASE("values of every type mean the same to protoc's classes"){
#define EXCHANGE(name, message)                                                                    \
    SUBCASE(#name) {                                                                               \
        check_exchange<decltype(result_of(&exchange::Everything::name)), foreign::message>(#name); \
    }
#include "exchange_cases.inc"
}

TEST_CASE("the ends of every range arrive") {
    const auto both = [](auto value, auto set) {
        using T = decltype(value);
        for (const T each :
             {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), T{0}, T{1}}) {
            const auto message = set(each);
            CHECK(static_cast<T>(message.value()) == each);
        }
    };
    both(std::int8_t{},
         [](auto v) { return written<foreign::Everything_signed_character_arguments>(v); });
    both(std::uint8_t{}, [](auto v) { return written<foreign::Everything_octet_arguments>(v); });
    both(short{}, [](auto v) { return written<foreign::Everything_small_arguments>(v); });
    both(int{}, [](auto v) { return written<foreign::Everything_number_arguments>(v); });
    both(unsigned{},
         [](auto v) { return written<foreign::Everything_unsigned_number_arguments>(v); });
    both(std::int64_t{}, [](auto v) { return written<foreign::Everything_large_arguments>(v); });
    both(std::uint64_t{},
         [](auto v) { return written<foreign::Everything_unsigned_large_arguments>(v); });
    both(double{},
         [](auto v) { return written<foreign::Everything_double_precision_arguments>(v); });
    both(float{},
         [](auto v) { return written<foreign::Everything_single_precision_arguments>(v); });
}

TEST_CASE("nothing is lost of a default-constructed value: zeros are written") {
    const auto message = written<foreign::Everything_number_arguments>(0);
    CHECK(message.has_value());
    const auto text = written<foreign::Everything_text_arguments>(std::string{});
    CHECK(text.has_value());
}
