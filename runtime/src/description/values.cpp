// Forms of values, texts and base64: what reading and writing share.
#include "description/values.hpp"

#include "description/render.hpp"
#include "description/value_parts.hpp"

#include <array>
#include <charconv>

namespace roi::description {

value_error::value_error(std::string path, std::string text)
    : std::runtime_error(path + ": " + text), path_(std::move(path)), text_(std::move(text)) {}

value_error value_error::within(const std::string& step) const {
    const bool joined = path_.empty() || path_.front() == '[' || path_.front() == '.';
    return value_error(step + (joined ? "" : ".") + path_, text_);
}

form form_of(const pb::Descriptor& message) {
    if (message.full_name() == "google.protobuf.Duration") {
        return form::duration;
    }
    if (message.full_name() == "google.protobuf.Timestamp") {
        return form::time_point;
    }
    if (message.full_name() == "google.protobuf.Empty") {
        return form::empty;
    }
    switch (marks(message).shape()) {
        case WRAPPER:
            return wrapped(message) != nullptr ? form::wrapper : form::record;
        case ENTRY:
            return form::entry;
        case TUPLE:
            return form::tuple;
        case VARIANT:
            return form::variant;
        default:
            return form::record;
    }
}

const pb::FieldDescriptor* wrapped(const pb::Descriptor& wrapper) {
    return wrapper.field_count() == 1 ? wrapper.field(0) : nullptr;
}

map_form map_form_of(const pb::FieldDescriptor& field) {
    const auto* entry = field.message_type();
    if (!field.is_repeated() || entry == nullptr || entry->FindFieldByNumber(1) == nullptr ||
        entry->FindFieldByNumber(2) == nullptr) {
        return {};
    }
    const bool multi = marks(field).cpp_type().find("multimap") != std::string::npos;
    return {field.is_map() || marks(*entry).shape() == ENTRY, !multi};
}

bool is_printable(std::string_view bytes) {
    return is_utf8(bytes) && printable(bytes) == bytes;
}

namespace {
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8) |
                    (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        }
        const std::size_t left = bytes.size() - i;
        for (std::size_t j = 0; j < 4; ++j) {
            text += j > left ? '=' : base64_digits[(group >> (18 - 6 * j)) & 63];
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        std::size_t padding = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const char c = text[i + j];
            const auto digit = base64_digits.find(c);
            if (c == '=' && i + 4 == text.size() && j >= 2) {
                ++padding;
            } else if (digit == std::string_view::npos || padding > 0) {
                return std::nullopt;
            }
            group = (group << 6) |
                    static_cast<std::uint32_t>(digit == std::string_view::npos ? 0 : digit);
        }
        for (std::size_t j = 0; j < 3 - padding; ++j) {
            bytes += static_cast<char>((group >> (16 - 8 * j)) & 0xFF);
        }
    }
    return bytes;
}

std::optional<std::size_t> bitset_size(const pb::FieldDescriptor& field) {
    std::string_view type = marks(field).cpp_type();
    constexpr std::string_view prefix = "std::bitset<";
    if (field.type() != pb::FieldDescriptor::TYPE_BYTES || !type.starts_with(prefix)) {
        return std::nullopt;
    }
    type.remove_prefix(prefix.size());
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(type.data(), type.data() + type.size(), size);
    const bool whole = error == std::errc{} && std::string_view(end, 1) == ">";
    return whole && size <= (std::size_t{1} << 20) ? std::optional(size) : std::nullopt;
}

std::string alternative_name(const pb::FieldDescriptor& alternative) {
    return cpp_type(alternative);
}

int choose_alternative(const pb::Descriptor& variant, const json& value) {
    for (int i = 0; i < variant.field_count(); ++i) {
        try {
            std::string ignored;
            append_field(ignored, *variant.field(i), value);
            if (!ignored.empty()) {
                return i;
            }
        } catch (const value_error&) {
            continue;  // then it is another one
        }
    }
    return -1;
}

std::string expectation(const pb::FieldDescriptor& field) {
    const auto type = cpp_type(field);
    const auto map = map_form_of(field);
    if (map.is_map) {
        return "an object, or a list of [key, value] (" + type + ")";
    }
    if (field.is_repeated()) {
        return "a list (" + type + ")";
    }
    if (const auto* message = field.message_type()) {
        switch (form_of(*message)) {
            case form::duration:
                return "a duration, as \"1.5s\", \"20ms\" or \"2min\" (" + type + ")";
            case form::time_point:
                return "a time, as \"2026-01-31T12:00:00Z\" (" + type + ")";
            case form::empty:
                return "null (" + type + ")";
            case form::tuple:
                return "a list of " + std::to_string(message->field_count()) + " values (" + type +
                       ")";
            case form::wrapper:
                return expectation(*wrapped(*message));
            case form::variant: {
                std::string all;
                for (int i = 0; i < message->field_count(); ++i) {
                    all += (i == 0 ? "" : ", ") + alternative_name(*message->field(i));
                }
                return "one of " + all + ", or {\"<type>\": value}";
            }
            default:
                return "an object (" + type + ")";
        }
    }
    switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
        case pb::FieldDescriptor::CPPTYPE_INT64:
        case pb::FieldDescriptor::CPPTYPE_UINT32:
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return "an integer (" + type + ")";
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return "a number (" + type + ")";
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return "true or false";
        case pb::FieldDescriptor::CPPTYPE_ENUM: {
            std::string all;
            for (int i = 0; i < field.enum_type()->value_count() && i < 12; ++i) {
                const auto& value = *field.enum_type()->value(i);
                if (!marks(value).added()) {
                    all += (all.empty() ? "" : ", ") + cpp_name(value);
                }
            }
            return "one of " + all + ", or a number (" + type + ")";
        }
        default:
            if (const auto bits = bitset_size(field)) {
                return "a text of " + std::to_string(*bits) + " digits 0 and 1";
            }
            if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
                return "a text, or {\"base64\": \"...\"} (" + type + ")";
            }
            return "a text (" + type + ")";
    }
}

std::string shown(const json& value) {
    constexpr std::size_t line = 100;
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    return text.size() <= line ? text : value.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace roi::description
