// Bytes to JSON.
#include "description/value_parts.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>
#include <google/protobuf/wire_format_lite.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <vector>

namespace roi::description {

namespace {

using pb::internal::WireFormatLite;

[[noreturn]] void unreadable() {
    throw value_error("the bytes are not what the interface's description promises");
}

struct raw_field {
    WireFormatLite::WireType type = WireFormatLite::WIRETYPE_VARINT;
    std::uint64_t number = 0;
    std::string_view bytes;
};
using raw_message = std::map<int, std::vector<raw_field>>;

enum class place { field, element };

class value_reader {
public:
    json message(const pb::Descriptor& type, std::string_view bytes, int depth, place where) {
        if (depth > max_value_depth) {
            throw value_error("values nest deeper than " + std::to_string(max_value_depth));
        }
        switch (form_of(type)) {
            case form::duration:
                return duration(bytes);
            case form::time_point:
                return time_point(bytes);
            case form::empty:
                return nullptr;
            case form::wrapper: {
                const auto& inner = *wrapped(type);
                const auto all = split(bytes);
                const auto at = all.find(inner.number());
                if (at == all.end() && !inner.is_repeated()) {
                    return where == place::element ? json(nullptr) : json{{"value", nullptr}};
                }
                return field(inner, all, depth);
            }
            case form::tuple: {
                const auto all = split(bytes);
                auto list = json::array();
                for (int i = 0; i < type.field_count(); ++i) {
                    list.push_back(field(*type.field(i), all, depth));
                }
                return list;
            }
            case form::variant:
                return variant(type, split(bytes), depth);
            case form::record:
            case form::entry:
                break;
        }
        return record(type, split(bytes), depth);
    }

    json field(const pb::FieldDescriptor& what, const raw_message& all, int depth) {
        static const std::vector<raw_field> none;
        const auto at = all.find(what.number());
        const auto& given = at == all.end() ? none : at->second;
        try {
            if (map_form_of(what).is_map) {
                return map(what, given, depth);
            }
            if (what.is_repeated()) {
                return list(what, given, depth);
            }
            if (given.empty()) {
                return nullptr;
            }
            if (what.message_type() != nullptr) {
                // Parts of a message that comes in several are merged, which is to join their
                // bytes.
                std::string joined;
                for (const auto& part : given) {
                    expect(part, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
                    joined += part.bytes;
                }
                return message(*what.message_type(), joined, depth + 1, place::field);
            }
            return scalar(what, given.back());
        } catch (const value_error& inner) {
            throw inner.within(cpp_name(what));
        }
    }

    raw_message split(std::string_view bytes) {
        raw_message all;
        pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
        while (const std::uint32_t tag = in.ReadTag()) {
            count();
            raw_field one;
            one.type = WireFormatLite::GetTagWireType(tag);
            std::uint32_t small = 0;
            bool fine = WireFormatLite::GetTagFieldNumber(tag) > 0;
            switch (one.type) {
                case WireFormatLite::WIRETYPE_VARINT:
                    fine = fine && in.ReadVarint64(&one.number);
                    break;
                case WireFormatLite::WIRETYPE_FIXED64:
                    fine = fine && in.ReadLittleEndian64(&one.number);
                    break;
                case WireFormatLite::WIRETYPE_FIXED32:
                    fine = fine && in.ReadLittleEndian32(&small);
                    one.number = small;
                    break;
                case WireFormatLite::WIRETYPE_LENGTH_DELIMITED: {
                    fine = fine && in.ReadVarint32(&small);
                    const auto at = static_cast<std::size_t>(in.CurrentPosition());
                    fine = fine && small <= bytes.size() - at && in.Skip(static_cast<int>(small));
                    one.bytes = fine ? bytes.substr(at, small) : std::string_view{};
                    break;
                }
                default:
                    fine = false;
            }
            if (!fine) {
                unreadable();
            }
            all[WireFormatLite::GetTagFieldNumber(tag)].push_back(one);
        }
        if (!in.ConsumedEntireMessage()) {
            unreadable();
        }
        return all;
    }

private:
    void count() {
        if (++values_ > max_values) {
            throw value_error("more than " + std::to_string(max_values) + " values");
        }
    }

    static void expect(const raw_field& given, WireFormatLite::WireType wanted) {
        if (given.type != wanted) {
            unreadable();
        }
    }

    static WireFormatLite::WireType wire_type(const pb::FieldDescriptor& of) {
        return WireFormatLite::WireTypeForFieldType(
            static_cast<WireFormatLite::FieldType>(of.type()));
    }

    json record(const pb::Descriptor& type, const raw_message& all, int depth) {
        auto object = json::object();
        for (int i = 0; i < type.field_count(); ++i) {
            const auto& one = *type.field(i);
            auto value = field(one, all, depth);
            if (!is_base(one) || !value.is_object()) {
                object[cpp_name(one)] = std::move(value);
                continue;
            }
            // What is inherited stands beside the type's own members, as in C++.
            for (auto& [name, inherited] : value.items()) {
                const auto key = object.contains(name) ? cpp_name(one) + "::" + name : name;
                object[key] = std::move(inherited);
            }
        }
        return object;
    }

    json variant(const pb::Descriptor& type, const raw_message& all, int depth) {
        for (int i = 0; i < type.field_count(); ++i) {
            const auto& alternative = *type.field(i);
            const auto at = all.find(alternative.number());
            if (at == all.end() || at->second.empty()) {
                continue;
            }
            const auto& given = at->second.back();
            json value;
            if (const auto* inner = alternative.message_type()) {
                expect(given, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
                value = message(*inner, given.bytes, depth + 1, place::element);
                if (form_of(*inner) == form::empty) {
                    return value;
                }
            } else {
                value = scalar(alternative, given);
            }
            const bool labelled = alternative.message_type() != nullptr &&
                                  form_of(*alternative.message_type()) == form::record;
            if (!labelled && choose_alternative(type, value) == i) {
                return value;
            }
            return json{{alternative_name(alternative), value}};
        }
        return nullptr;
    }

    json list(const pb::FieldDescriptor& what, const std::vector<raw_field>& given, int depth) {
        auto result = json::array();
        for (const auto& one : given) {
            if (what.message_type() != nullptr) {
                expect(one, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
                result.push_back(
                    message(*what.message_type(), one.bytes, depth + 1, place::element));
            } else if (one.type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
                       what.is_packable()) {
                packed(what, one.bytes, result);
            } else {
                result.push_back(scalar(what, one));
            }
        }
        return result;
    }

    void packed(const pb::FieldDescriptor& what, std::string_view bytes, json& result) {
        pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
        while (static_cast<std::size_t>(in.CurrentPosition()) < bytes.size()) {
            count();
            raw_field one;
            one.type = wire_type(what);
            std::uint32_t small = 0;
            const bool fine =
                one.type == WireFormatLite::WIRETYPE_VARINT    ? in.ReadVarint64(&one.number)
                : one.type == WireFormatLite::WIRETYPE_FIXED64 ? in.ReadLittleEndian64(&one.number)
                                                               : in.ReadLittleEndian32(&small);
            if (!fine) {
                unreadable();
            }
            one.number = one.type == WireFormatLite::WIRETYPE_FIXED32 ? small : one.number;
            result.push_back(scalar(what, one));
        }
    }

    json map(const pb::FieldDescriptor& what, const std::vector<raw_field>& given, int depth) {
        const auto& type = *what.message_type();
        const auto& key = *type.FindFieldByNumber(1);
        const auto& value = *type.FindFieldByNumber(2);
        auto object = json::object();
        auto pairs = json::array();
        bool as_object = map_form_of(what).unique;
        for (const auto& one : given) {
            expect(one, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
            const auto all = split(one.bytes);
            auto name = missing_is_default(key, all, depth);
            auto mapped = missing_is_default(value, all, depth);
            const auto text = name.is_string()           ? name.get<std::string>()
                              : name.is_number_integer() ? name.dump()
                              : name.is_boolean()        ? name.dump()
                                                         : std::string{};
            const bool usable =
                (name.is_string() || name.is_number_integer() || name.is_boolean()) &&
                key.message_type() == nullptr;
            as_object = as_object && usable && !object.contains(text);
            if (as_object) {
                object[text] = mapped;
            }
            pairs.push_back(json::array({std::move(name), std::move(mapped)}));
        }
        return as_object ? object : pairs;
    }

    /// In a protobuf map, a key or value that is its type's zero may be left out.
    json missing_is_default(const pb::FieldDescriptor& what, const raw_message& all, int depth) {
        if (!all.contains(what.number()) && !what.is_repeated() && what.message_type() == nullptr &&
            what.containing_type()->options().map_entry()) {
            raw_field zero;
            zero.type = wire_type(what);
            return scalar(what, zero);
        }
        return field(what, all, depth);
    }

    json scalar(const pb::FieldDescriptor& what, const raw_field& given) {
        expect(given, wire_type(what));
        switch (what.type()) {
            case pb::FieldDescriptor::TYPE_BOOL:
                return given.number != 0;
            case pb::FieldDescriptor::TYPE_SINT32:
            case pb::FieldDescriptor::TYPE_SINT64:
                return integer(what, WireFormatLite::ZigZagDecode64(given.number));
            case pb::FieldDescriptor::TYPE_INT32:
            case pb::FieldDescriptor::TYPE_SFIXED32:
                return integer(what, static_cast<std::int32_t>(given.number));
            case pb::FieldDescriptor::TYPE_INT64:
            case pb::FieldDescriptor::TYPE_SFIXED64:
                return integer(what, static_cast<std::int64_t>(given.number));
            case pb::FieldDescriptor::TYPE_UINT32:
            case pb::FieldDescriptor::TYPE_UINT64:
            case pb::FieldDescriptor::TYPE_FIXED32:
            case pb::FieldDescriptor::TYPE_FIXED64:
                return given.number;
            case pb::FieldDescriptor::TYPE_DOUBLE:
                return floating(std::bit_cast<double>(given.number));
            case pb::FieldDescriptor::TYPE_FLOAT:
                return floating(std::bit_cast<float>(static_cast<std::uint32_t>(given.number)));
            case pb::FieldDescriptor::TYPE_ENUM: {
                const auto number = static_cast<std::int32_t>(given.number);
                const auto* value = what.enum_type()->FindValueByNumber(number);
                return value == nullptr || marks(*value).added() ? json(number)
                                                                 : json(cpp_name(*value));
            }
            case pb::FieldDescriptor::TYPE_STRING:
                return is_utf8(given.bytes) ? json(std::string(given.bytes))
                                            : json{{"base64", to_base64(given.bytes)}};
            default:
                return octets(what, given.bytes);
        }
    }

    static json integer(const pb::FieldDescriptor& what, std::int64_t value) {
        if (marks(what).cpp_type() == "char" && value >= 0x20 && value < 0x7F) {
            return std::string(1, static_cast<char>(value));
        }
        return value;
    }

    static json octets(const pb::FieldDescriptor& what, std::string_view bytes) {
        const auto size = bitset_size(what);
        if (size && bytes.size() == (*size + 7) / 8) {
            std::string digits;
            for (std::size_t i = *size; i-- > 0;) {
                const auto octet = static_cast<unsigned char>(bytes[i / 8]);
                digits += ((octet >> (i % 8)) & 1) != 0 ? '1' : '0';
            }
            return digits;
        }
        return is_printable(bytes) ? json(std::string(bytes)) : json{{"base64", to_base64(bytes)}};
    }

    /// The double that a person would write for it: 0.1 for the float 0.1.
    template <class Number>
    static json floating(Number value) {
        if (std::isnan(value)) {
            return "NaN";
        }
        if (std::isinf(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        char text[64];
        const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
        double shortest = 0;
        std::from_chars(text, end, shortest);
        return shortest;
    }

    static json duration(std::string_view bytes) {
        pb::Duration value;
        if (!value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            unreadable();
        }
        const bool fits = std::abs(static_cast<double>(value.seconds())) <= 315'576'000'000.0 &&
                          std::abs(value.nanos()) < 1'000'000'000;
        return fits ? json(pb::util::TimeUtil::ToString(value))
                    : json{{"seconds", value.seconds()}, {"nanos", value.nanos()}};
    }

    static json time_point(std::string_view bytes) {
        pb::Timestamp value;
        if (!value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            unreadable();
        }
        const bool fits = value.seconds() >= pb::util::TimeUtil::kTimestampMinSeconds &&
                          value.seconds() <= pb::util::TimeUtil::kTimestampMaxSeconds &&
                          value.nanos() >= 0 && value.nanos() < 1'000'000'000;
        return fits ? json(pb::util::TimeUtil::ToString(value))
                    : json{{"seconds", value.seconds()}, {"nanos", value.nanos()}};
    }

    std::size_t values_ = 0;
};

}  // namespace

json to_json(const pb::Descriptor& type, std::string_view bytes) {
    return value_reader().message(type, bytes, 0, place::field);
}

json field_to_json(const pb::FieldDescriptor& field, std::string_view message_bytes) {
    value_reader reader;
    return reader.field(field, reader.split(message_bytes), 0);
}

}  // namespace roi::description
