// JSON to bytes.
#include "description/value_parts.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>
#include <google/protobuf/wire_format_lite.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace roi::description {

namespace {

using pb::internal::WireFormatLite;

std::string got(const json& value) {
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > 60) {
        std::size_t end = 57;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
            --end;
        }
        text.resize(end);
        text += "...";
    }
    return text;
}

[[noreturn]] void mismatch(const pb::FieldDescriptor& field, const json& value) {
    throw value_error("expected " + expectation(field) + ", got " + got(value));
}

void append_varint(std::string& to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        to += static_cast<char>((value & 0x7F) | 0x80);
    }
    to += static_cast<char>(value);
}

void append_fixed(std::string& to, std::uint64_t value, int octets) {
    for (int i = 0; i < octets; ++i) {
        to += static_cast<char>((value >> (8 * i)) & 0xFF);
    }
}

void append_bytes(std::string& to, int number, std::string_view bytes) {
    append_varint(to, (static_cast<std::uint64_t>(number) << 3) | 2);
    append_varint(to, bytes.size());
    to += bytes;
}

enum class place { field, element };

class value_writer {
public:
    std::string message(const pb::Descriptor& type, const pb::FieldDescriptor* holder,
                        const json& value, place where) {
        const depth_guard deeper(depth_);
        std::string to;
        switch (form_of(type)) {
            case form::duration:
                return duration(*holder, value);
            case form::time_point:
                return time_point(*holder, value);
            case form::empty:
                if (!value.is_null()) {
                    mismatch(*holder, value);
                }
                return to;
            case form::wrapper: {
                const bool nothing =
                    !wrapped(type)->is_repeated() &&
                    (where == place::element ? value.is_null() : value == json{{"value", nullptr}});
                if (!nothing) {
                    field(to, *wrapped(type), value);
                }
                return to;
            }
            case form::tuple:
                return tuple(type, holder, value);
            case form::variant:
                return variant(type, *holder, value);
            case form::record:
            case form::entry:
                break;
        }
        return record(type, holder, value);
    }

    void field(std::string& to, const pb::FieldDescriptor& what, const json& value) {
        if (map_form_of(what).is_map) {
            return map(to, what, value);
        }
        if (what.is_repeated()) {
            return list(to, what, value);
        }
        if (value.is_null() && !null_is_a_value(what)) {
            return;
        }
        single(to, what, value, place::field);
    }

private:
    class depth_guard {
    public:
        explicit depth_guard(int& depth) : depth_(depth) {
            if (++depth_ > max_value_depth) {
                --depth_;
                throw value_error("values nest deeper than " + std::to_string(max_value_depth));
            }
        }
        ~depth_guard() { --depth_; }
        depth_guard(const depth_guard&) = delete;
        depth_guard& operator=(const depth_guard&) = delete;

    private:
        int& depth_;
    };

    /// A monostate is a value that JSON writes as null; a null optional is none.
    static bool null_is_a_value(const pb::FieldDescriptor& what) {
        const auto* message = what.message_type();
        if (message == nullptr) {
            return false;
        }
        const auto how = form_of(*message);
        const auto& type = marks(what).cpp_type();
        return (how == form::variant || how == form::empty) &&
               type.find("optional<") == std::string::npos &&
               type.find("_ptr<") == std::string::npos;
    }

    void single(std::string& to, const pb::FieldDescriptor& what, const json& value, place where) {
        if (what.message_type() != nullptr) {
            append_bytes(to, what.number(), message(*what.message_type(), &what, value, where));
            return;
        }
        if (what.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
            append_bytes(to, what.number(), octets(what, value));
            return;
        }
        append_varint(to, (static_cast<std::uint64_t>(what.number()) << 3) |
                              static_cast<std::uint64_t>(WireFormatLite::WireTypeForFieldType(
                                  static_cast<WireFormatLite::FieldType>(what.type()))));
        number(to, what, value);
    }

    /// How many elements an array has, where its type says so.
    static std::optional<std::size_t> array_size(const pb::FieldDescriptor& what) {
        const std::string_view type = marks(what).cpp_type();
        if (!type.starts_with("std::array<") || !type.ends_with('>')) {
            return std::nullopt;
        }
        const auto comma = type.rfind(',');
        std::size_t size = 0;
        const auto* const end = type.data() + type.size() - 1;
        const auto* begin = comma == type.npos ? end : type.data() + comma + 1;
        while (begin != end && *begin == ' ')
            ++begin;
        return std::from_chars(begin, end, size).ptr == end && begin != end ? std::optional{size}
                                                                            : std::nullopt;
    }

    void list(std::string& to, const pb::FieldDescriptor& what, const json& value) {
        if (value.is_null()) {
            return;
        }
        if (!value.is_array()) {
            mismatch(what, value);
        }
        if (const auto size = array_size(what); size && *size != value.size()) {
            throw value_error("expected " + std::to_string(*size) + " elements (" +
                              marks(what).cpp_type() + "), got " + std::to_string(value.size()));
        }
        std::string packed;
        for (std::size_t i = 0; i < value.size(); ++i) {
            try {
                if (what.is_packable()) {
                    number(packed, what, value[i]);
                } else {
                    single(to, what, value[i], place::element);
                }
            } catch (const value_error& inner) {
                throw inner.within("[" + std::to_string(i) + "]");
            }
        }
        if (!packed.empty()) {
            append_bytes(to, what.number(), packed);
        }
    }

    void map(std::string& to, const pb::FieldDescriptor& what, const json& value) {
        if (value.is_null()) {
            return;
        }
        if (value.is_object()) {
            for (const auto& [key, mapped] : value.items()) {
                try {
                    entry(to, what, key_from_text(*what.message_type()->FindFieldByNumber(1), key),
                          mapped);
                } catch (const value_error& inner) {
                    throw inner.within("[" + json(key).dump() + "]");
                }
            }
            return;
        }
        if (!value.is_array()) {
            mismatch(what, value);
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
            try {
                if (!value[i].is_array() || value[i].size() != 2) {
                    throw value_error("expected [key, value], got " + got(value[i]));
                }
                entry(to, what, value[i][0], value[i][1]);
            } catch (const value_error& inner) {
                throw inner.within("[" + std::to_string(i) + "]");
            }
        }
    }

    void entry(std::string& to, const pb::FieldDescriptor& what, const json& key,
               const json& value) {
        const depth_guard deeper(depth_);
        std::string bytes;
        field(bytes, *what.message_type()->FindFieldByNumber(1), key);
        field(bytes, *what.message_type()->FindFieldByNumber(2), value);
        append_bytes(to, what.number(), bytes);
    }

    /// Keys of JSON objects are texts; where the map has other keys, the text is read as one.
    static json key_from_text(const pb::FieldDescriptor& key, const std::string& text) {
        if (key.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
            return text;
        }
        auto parsed = json::parse(text, nullptr, false);
        return parsed.is_discarded() ? json(text) : parsed;
    }

    std::string tuple(const pb::Descriptor& type, const pb::FieldDescriptor* holder,
                      const json& value) {
        if (!value.is_array() || value.size() != static_cast<std::size_t>(type.field_count())) {
            if (holder != nullptr) {
                throw value_error("expected a list of " + std::to_string(type.field_count()) +
                                  " values, got " + got(value));
            }
            throw value_error("expected a list, got " + got(value));
        }
        std::string to;
        for (int i = 0; i < type.field_count(); ++i) {
            try {
                field(to, *type.field(i), value[static_cast<std::size_t>(i)]);
            } catch (const value_error& inner) {
                throw inner.within("[" + std::to_string(i) + "]");
            }
        }
        return to;
    }

    std::string variant(const pb::Descriptor& type, const pb::FieldDescriptor& holder,
                        const json& value) {
        std::string to;
        if (value.is_object() && value.size() == 1) {
            const auto& label = value.begin().key();
            for (int i = 0; i < type.field_count(); ++i) {
                const auto& alternative = *type.field(i);
                const auto* record = alternative.message_type();
                const auto name = record == nullptr ? std::string{} : cpp_name(*record);
                if (alternative_name(alternative) == label || alternative.name() == label ||
                    name == label || name.ends_with("::" + label)) {
                    try {
                        single(to, alternative, value.begin().value(), place::element);
                    } catch (const value_error& inner) {
                        throw inner.within("[" + json(label).dump() + "]");
                    }
                    return to;
                }
            }
        }
        for (int i = 0; i < type.field_count(); ++i) {
            if (++attempts_ > max_attempts) {
                throw value_error("too many ways to read " + got(value) + ": name the type");
            }
            try {
                std::string attempt;
                single(attempt, *type.field(i), value, place::element);
                return attempt;
            } catch (const value_error&) {
                continue;  // then it is another one
            }
        }
        if (value.is_null()) {
            return to;
        }
        mismatch(holder, value);
    }

    // Structs.

    static void collect_names(const pb::Descriptor& type, std::set<std::string>& into,
                              std::set<const pb::Descriptor*>& seen) {
        if (seen.size() > static_cast<std::size_t>(max_value_depth) || !seen.insert(&type).second) {
            return;
        }
        for (int i = 0; i < type.field_count(); ++i) {
            if (is_base(*type.field(i))) {
                collect_names(*type.field(i)->message_type(), into, seen);
            } else {
                into.insert(cpp_name(*type.field(i)));
            }
        }
    }

    std::string record(const pb::Descriptor& type, const pb::FieldDescriptor* holder,
                       const json& value) {
        if (!value.is_object()) {
            if (holder != nullptr) {
                mismatch(*holder, value);
            }
            throw value_error("expected an object, got " + got(value));
        }
        std::set<std::string> used;
        std::string to;
        for (int i = 0; i < type.field_count(); ++i) {
            const auto& one = *type.field(i);
            if (is_base(one)) {
                base(to, one, value, used);
                continue;
            }
            const auto at = value.find(cpp_name(one));
            if (at == value.end()) {
                continue;
            }
            used.insert(at.key());
            try {
                field(to, one, at.value());
            } catch (const value_error& inner) {
                throw inner.within(cpp_name(one));
            }
        }
        for (const auto& [key, ignored] : value.items()) {
            if (!used.contains(key)) {
                unknown_key(type, key);
            }
        }
        return to;
    }

    void base(std::string& to, const pb::FieldDescriptor& what, const json& value,
              std::set<std::string>& used) {
        std::set<std::string> names;
        std::set<const pb::Descriptor*> seen;
        collect_names(*what.message_type(), names, seen);
        auto inherited = json::object();
        for (const auto& name : names) {
            // A member that hides an inherited one of its name: "demo::base::name" means the
            // latter.
            const auto qualified = cpp_name(what) + "::" + name;
            const auto* own = what.containing_type()->FindFieldByName(name);
            const auto key = own != nullptr ? qualified : name;
            if (const auto at = value.find(key); at != value.end()) {
                inherited[name] = at.value();
                used.insert(key);
            }
        }
        append_bytes(to, what.number(),
                     message(*what.message_type(), &what, inherited, place::field));
    }

    [[noreturn]] static void unknown_key(const pb::Descriptor& type, const std::string& key) {
        std::set<std::string> names;
        std::set<const pb::Descriptor*> seen;
        collect_names(type, names, seen);
        std::string all;
        for (const auto& name : names) {
            all += (all.empty() ? "" : ", ") + name;
        }
        const auto guess = nearest(key, {names.begin(), names.end()});
        throw value_error(cpp_name(type) + " has no '" + key + "'" +
                          (guess.empty() ? "" : ", did you mean '" + guess + "'?") +
                          (all.empty() ? "; it has no fields" : "; it has " + all));
    }

    // Scalars.

    static std::string octets(const pb::FieldDescriptor& what, const json& value) {
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            const auto bits = bitset_size(what);
            return bits ? bit_octets(what, text, *bits, value) : text;
        }
        if (value.is_object() && value.size() == 1 && value.contains("base64") &&
            value["base64"].is_string()) {
            if (auto bytes = from_base64(value["base64"].get_ref<const std::string&>())) {
                return *std::move(bytes);
            }
            throw value_error("expected base64 in four-letter groups, got " + got(value["base64"]));
        }
        if (value.is_number() && what.type() == pb::FieldDescriptor::TYPE_STRING) {
            throw value_error("expected " + expectation(what) + ", got the number " + got(value) +
                              "; a text has quotes: '\"" + got(value) + "\"'");
        }
        mismatch(what, value);
    }

    static std::string bit_octets(const pb::FieldDescriptor& what, const std::string& digits,
                                  std::size_t bits, const json& value) {
        std::string bytes((bits + 7) / 8, '\0');
        if (digits.size() != bits || digits.find_first_not_of("01") != std::string::npos) {
            mismatch(what, value);
        }
        for (std::size_t i = 0; i < bits; ++i) {
            if (digits[bits - 1 - i] == '1') {
                auto& octet = bytes[i / 8];
                octet = static_cast<char>(static_cast<unsigned char>(octet) | (1u << (i % 8)));
            }
        }
        return bytes;
    }

    static void number(std::string& to, const pb::FieldDescriptor& what, const json& value) {
        switch (what.type()) {
            case pb::FieldDescriptor::TYPE_BOOL:
                if (!value.is_boolean()) {
                    mismatch(what, value);
                }
                return append_varint(to, value.get<bool>() ? 1 : 0);
            case pb::FieldDescriptor::TYPE_DOUBLE:
                return append_fixed(to, std::bit_cast<std::uint64_t>(floating(what, value)), 8);
            case pb::FieldDescriptor::TYPE_FLOAT:
                return append_fixed(to, std::bit_cast<std::uint32_t>(narrow(what, value)), 4);
            case pb::FieldDescriptor::TYPE_ENUM:
                return append_varint(to, static_cast<std::uint64_t>(
                                             static_cast<std::int64_t>(enumerator(what, value))));
            case pb::FieldDescriptor::TYPE_SINT32:
            case pb::FieldDescriptor::TYPE_SINT64:
                return append_varint(to,
                                     WireFormatLite::ZigZagEncode64(signed_integer(what, value)));
            case pb::FieldDescriptor::TYPE_INT32:
            case pb::FieldDescriptor::TYPE_INT64:
                return append_varint(to, static_cast<std::uint64_t>(signed_integer(what, value)));
            case pb::FieldDescriptor::TYPE_SFIXED32:
                return append_fixed(to, static_cast<std::uint64_t>(signed_integer(what, value)), 4);
            case pb::FieldDescriptor::TYPE_SFIXED64:
                return append_fixed(to, static_cast<std::uint64_t>(signed_integer(what, value)), 8);
            case pb::FieldDescriptor::TYPE_FIXED32:
                return append_fixed(to, unsigned_integer(what, value), 4);
            case pb::FieldDescriptor::TYPE_FIXED64:
                return append_fixed(to, unsigned_integer(what, value), 8);
            default:
                return append_varint(to, unsigned_integer(what, value));
        }
    }

    /// Programs that cannot hold 64 bits in a number write them as text.
    static json as_integer(const pb::FieldDescriptor& what, const json& value) {
        if (value.is_number_integer()) {
            return value;
        }
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            if (marks(what).cpp_type() == "char" && text.size() == 1) {
                return static_cast<signed char>(text[0]);
            }
            auto parsed = json::parse(text, nullptr, false);
            if (parsed.is_number_integer()) {
                return parsed;
            }
        }
        mismatch(what, value);
    }

    /// What the C++ type holds: the wire has no integers of 8 and 16 bits.
    static unsigned bits_of(const pb::FieldDescriptor& what) {
        const auto given = marks(what).bits();
        if (given == 8 || given == 16) {
            return given;
        }
        return what.cpp_type() == pb::FieldDescriptor::CPPTYPE_INT64 ||
                       what.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64
                   ? 64
                   : 32;
    }

    static std::int64_t signed_integer(const pb::FieldDescriptor& what, const json& value) {
        const auto number = as_integer(what, value);
        const auto most = static_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max() >>
                                                    (65 - bits_of(what)));
        const auto least = -most - 1;
        const bool too_large = number.is_number_unsigned() &&
                               number.get<std::uint64_t>() > static_cast<std::uint64_t>(most);
        if (too_large || number.get<std::int64_t>() < least || number.get<std::int64_t>() > most) {
            throw value_error("expected an integer from " + std::to_string(least) + " to " +
                              std::to_string(most) + ", got " + got(value));
        }
        return number.get<std::int64_t>();
    }

    static std::uint64_t unsigned_integer(const pb::FieldDescriptor& what, const json& value) {
        const auto number = as_integer(what, value);
        const auto most = std::numeric_limits<std::uint64_t>::max() >> (64 - bits_of(what));
        const bool negative = !number.is_number_unsigned() && number.get<std::int64_t>() < 0;
        if (negative || number.get<std::uint64_t>() > most) {
            throw value_error("expected an integer from 0 to " + std::to_string(most) + ", got " +
                              got(value));
        }
        return number.get<std::uint64_t>();
    }

    static double floating(const pb::FieldDescriptor& what, const json& value) {
        if (value.is_number()) {
            return value.get<double>();
        }
        if (value == "NaN") {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (value == "Infinity" || value == "-Infinity") {
            const auto infinite = std::numeric_limits<double>::infinity();
            return value == "Infinity" ? infinite : -infinite;
        }
        mismatch(what, value);
    }

    static float narrow(const pb::FieldDescriptor& what, const json& value) {
        const double wide = floating(what, value);
        if (std::isfinite(wide) && std::abs(wide) > double{std::numeric_limits<float>::max()}) {
            throw value_error("expected a number that a float can hold, got " + got(value));
        }
        return static_cast<float>(wide);
    }

    /// An enum of a narrow type of its own has values that it cannot hold.
    static void require_enum_range(const pb::EnumDescriptor& what, const json& value) {
        const auto& type = marks(what).underlying();
        const bool narrow = type.ends_with("8_t") || type.ends_with("16_t");
        if (!narrow) {
            return;
        }
        const int bits = type.ends_with("8_t") ? 8 : 16;
        const bool is_signed = type.find("uint") == std::string::npos;
        const int least = is_signed ? -(1 << (bits - 1)) : 0;
        const int most = (1 << (is_signed ? bits - 1 : bits)) - 1;
        if (value < least || value > most) {
            throw value_error("expected a value of " + cpp_name(what) + ", from " +
                              std::to_string(least) + " to " + std::to_string(most) + ", got " +
                              got(value));
        }
    }

    static int enumerator(const pb::FieldDescriptor& what, const json& value) {
        if (value.is_number_integer() && value >= std::numeric_limits<std::int32_t>::min() &&
            value <= std::numeric_limits<std::uint32_t>::max()) {
            require_enum_range(*what.enum_type(), value);
            return static_cast<int>(static_cast<std::uint32_t>(value.get<std::int64_t>()));
        }
        if (!value.is_string()) {
            mismatch(what, value);
        }
        auto name = value.get<std::string>();
        if (const auto colons = name.rfind("::"); colons != std::string::npos) {
            name.erase(0, colons + 2);
        }
        const auto& type = *what.enum_type();
        std::vector<std::string> names;
        for (int i = 0; i < type.value_count(); ++i) {
            if (!marks(*type.value(i)).added() && cpp_name(*type.value(i)) == name) {
                return type.value(i)->number();
            }
            names.push_back(cpp_name(*type.value(i)));
        }
        const auto guess = nearest(name, names);
        throw value_error("expected " + expectation(what) + ", got " + got(value) +
                          (guess.empty() ? "" : "; did you mean \"" + guess + "\"?"));
    }

    // Times.

    static std::string duration(const pb::FieldDescriptor& what, const json& value) {
        struct unit {
            std::string_view name;
            double seconds;
        };
        static constexpr unit units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"min", 60},
                                         {"s", 1},     {"h", 3'600}, {"d", 86'400}};
        if (!value.is_string()) {
            mismatch(what, value);
        }
        const auto& text = value.get_ref<const std::string&>();
        double count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        const std::string_view suffix(end,
                                      static_cast<std::size_t>(text.data() + text.size() - end));
        pb::Duration result;
        for (const auto& [name, seconds] : units) {
            if (error == std::errc{} && suffix == name && std::abs(count * seconds) < 9e18) {
                if (name == "s" && pb::util::TimeUtil::FromString(text, &result)) {
                    return result.SerializeAsString();  // exact to the nanosecond
                }
                const double whole = std::trunc(count * seconds);
                result.set_seconds(static_cast<std::int64_t>(whole));
                result.set_nanos(
                    static_cast<std::int32_t>(std::lround((count * seconds - whole) * 1e9)));
                if (std::abs(result.nanos()) == 1'000'000'000) {
                    result.set_seconds(result.seconds() + (whole < 0 || count < 0 ? -1 : 1));
                    result.set_nanos(0);
                }
                return result.SerializeAsString();
            }
        }
        mismatch(what, value);
    }

    static std::string time_point(const pb::FieldDescriptor& what, const json& value) {
        pb::Timestamp result;
        if (!value.is_string() ||
            !pb::util::TimeUtil::FromString(value.get_ref<const std::string&>(), &result)) {
            mismatch(what, value);
        }
        return result.SerializeAsString();
    }

    // Variants within variants are tried in all combinations.
    static constexpr int max_attempts = 100'000;
    int attempts_ = 0;
    int depth_ = 0;
};

}  // namespace

std::string to_bytes(const pb::Descriptor& type, const json& value) {
    const auto how = form_of(type);
    if (how != form::record && how != form::tuple && how != form::entry) {
        throw value_error(type.full_name() + " only occurs within other values");
    }
    return value_writer().message(type, nullptr, value, place::field);
}

void append_field(std::string& to, const pb::FieldDescriptor& field, const json& value) {
    value_writer().field(to, field, value);
}

}  // namespace roi::description
