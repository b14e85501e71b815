// Finds out what happened to a method: a parameter added, removed, moved, or of another type.
#include "description/explain.hpp"

#include <algorithm>

namespace roi::description {

namespace {

/// What the bytes of a field's value mean; enums and messages are looked into elsewhere.
enum class meaning { message, enumeration, text, other };

meaning meaning_of(const pb::FieldDescriptor& of) {
    switch (of.type()) {
        case pb::FieldDescriptor::TYPE_MESSAGE:
        case pb::FieldDescriptor::TYPE_GROUP:
            return meaning::message;
        case pb::FieldDescriptor::TYPE_ENUM:
            return meaning::enumeration;
        case pb::FieldDescriptor::TYPE_STRING:
        case pb::FieldDescriptor::TYPE_BYTES:
            return meaning::text;
        default:
            return meaning::other;
    }
}

bool same_type(const pb::FieldDescriptor& left, const pb::FieldDescriptor& right) {
    return type_change(left, right).empty() &&
           (left.message_type() == nullptr || is_map(left) ||
            marks(*left.message_type()).shape() != RECORD ||
            wire_name(*left.message_type()) == wire_name(*right.message_type())) &&
           (left.enum_type() == nullptr ||
            wire_name(*left.enum_type()) == wire_name(*right.enum_type()));
}

const pb::FieldDescriptor* find(const pb::Descriptor& list, const std::string& name) {
    for (int i = 0; i < list.field_count(); ++i) {
        if (cpp_name(*list.field(i)) == name) {
            return list.field(i);
        }
    }
    return nullptr;
}

std::string was_is(const pb::FieldDescriptor& before, const pb::FieldDescriptor& after) {
    auto was = type_text(before);
    auto is = type_text(after);
    if (was == is) {  // the same words for other bytes: say what the bytes are
        was += " (" + wire_text(before) + ")";
        is += " (" + wire_text(after) + ")";
    }
    return "was " + was + ", is " + is;
}

}  // namespace

std::string parameter_text(const pb::FieldDescriptor& parameter) {
    return "parameter " + std::to_string(parameter.number()) + " '" + cpp_name(parameter) + "'";
}

bool numbered_by_position(const pb::Descriptor& message) {
    return message.options().map_entry() || marks(message).shape() != RECORD;
}

std::string member_text(const pb::FieldDescriptor& field) {
    const auto& in = *field.containing_type();
    const auto shape = in.options().map_entry() ? ENTRY : marks(in).shape();
    const auto number = std::to_string(field.number());
    switch (shape) {
        case WRAPPER:
            return "the value inside";
        case ENTRY:
            return field.number() == 1 ? "the key" : "the mapped value";
        case TUPLE:
            return "element " + number;
        case VARIANT:
            return "alternative " + number;
        default:
            return "field " + number + " '" + cpp_name(field) + "' of " + cpp_name(in);
    }
}

std::string promise_text(Semantics promise) {
    switch (promise) {
        case AT_LEAST_ONCE:
            return "at least once";
        case EXACTLY_ONCE:
            return "exactly once";
        case DURABLE_AT_MOST_ONCE:
            return "durably at most once";
        default:
            return "at most once";
    }
}

std::string type_change(const pb::FieldDescriptor& before, const pb::FieldDescriptor& after) {
    const auto was = meaning_of(before);
    const bool differs = before.is_repeated() != after.is_repeated() || was != meaning_of(after) ||
                         (was == meaning::other && before.type() != after.type());
    return differs ? was_is(before, after) : std::string{};
}

bool same_parameters(const pb::MethodDescriptor& left, const pb::MethodDescriptor& right) {
    const auto& a = *left.input_type();
    const auto& b = *right.input_type();
    if (a.field_count() != b.field_count()) {
        return false;
    }
    for (int i = 0; i < a.field_count(); ++i) {
        if (a.field(i)->number() != b.field(i)->number() || !same_type(*a.field(i), *b.field(i))) {
            return false;
        }
    }
    return true;
}

const pb::MethodDescriptor* most_alike(const pb::MethodDescriptor& wanted,
                                       const std::vector<const pb::MethodDescriptor*>& overloads) {
    const pb::MethodDescriptor* best = nullptr;
    int most = 0;
    for (const auto* overload : overloads) {
        const auto& list = *overload->input_type();
        int alike = -std::abs(list.field_count() - wanted.input_type()->field_count());
        for (int i = 0; i < wanted.input_type()->field_count(); ++i) {
            const auto& parameter = *wanted.input_type()->field(i);
            const auto* named = find(list, cpp_name(parameter));
            const auto* numbered = list.FindFieldByNumber(parameter.number());
            alike += named != nullptr && same_type(parameter, *named) ? 2 : 0;
            alike += numbered != nullptr && same_type(parameter, *numbered) ? 2 : 0;
            alike += named != nullptr ? 1 : 0;
        }
        if (best == nullptr || alike > most) {
            best = overload;
            most = alike;
        }
    }
    return best;
}

std::vector<difference> explain(const pb::MethodDescriptor& before,
                                const pb::MethodDescriptor& after, const wording& words) {
    const auto& was = *before.input_type();
    const auto& is = *after.input_type();
    const std::string here = std::string(" ") + words.here;
    std::vector<difference> found;
    std::vector<const pb::FieldDescriptor*> replaced;
    for (int i = 0; i < was.field_count(); ++i) {
        const auto& parameter = *was.field(i);
        const auto name = cpp_name(parameter);
        const auto* same_name = find(is, name);
        const auto* same_place = is.FindFieldByNumber(parameter.number());
        const bool place_is_new =
            same_place != nullptr && find(was, cpp_name(*same_place)) == nullptr;
        if (same_name != nullptr) {
            if (!same_type(parameter, *same_name)) {
                found.push_back(
                    {parameter_text(parameter) + " " + was_is(parameter, *same_name) + here, name,
                     where(parameter), where(*same_name)});
            }
        } else if (place_is_new && was.field_count() == is.field_count()) {
            replaced.push_back(same_place);
            if (!same_type(parameter, *same_place)) {
                found.push_back({"parameter " + std::to_string(parameter.number()) + " was '" +
                                     name + "' (" + type_text(parameter) + "), is '" +
                                     cpp_name(*same_place) + "' (" + type_text(*same_place) + ")" +
                                     here,
                                 name, where(parameter), where(*same_place)});
            }
        } else {
            found.push_back(
                {parameter_text(parameter) + " (" + type_text(parameter) + ") is gone" + here, name,
                 where(parameter), where(after)});
        }
    }
    std::vector<difference> defaulted;
    for (int i = 0; i < is.field_count(); ++i) {
        const auto& parameter = *is.field(i);
        if (find(was, cpp_name(parameter)) != nullptr ||
            std::find(replaced.begin(), replaced.end(), &parameter) != replaced.end()) {
            continue;
        }
        const auto text = parameter_text(parameter) + " was added ";
        if (!marks(parameter).defaulted()) {
            found.push_back({text + "without a default" + words.from_before, cpp_name(parameter),
                             where(before), where(parameter)});
        } else {
            defaulted.push_back({text + "before others" + words.from_before, cpp_name(parameter),
                                 where(before), where(parameter)});
        }
    }
    if (marks(before).is_const() != marks(after).is_const()) {
        found.push_back({marks(before).is_const() ? "it was const, is not" + here
                                                  : "it was not const, is const" + here,
                         "", where(before), where(after)});
    }
    if (found.empty()) {
        for (int i = 0; i < was.field_count(); ++i) {
            const auto* same_name = find(is, cpp_name(*was.field(i)));
            if (same_name != nullptr && same_name->number() != was.field(i)->number()) {
                found.push_back({"parameter '" + cpp_name(*was.field(i)) + "' was number " +
                                     std::to_string(was.field(i)->number()) + ", is number " +
                                     std::to_string(same_name->number()) + here,
                                 cpp_name(*was.field(i)), where(*was.field(i)), where(*same_name)});
            }
        }
    }
    if (found.empty()) {
        found = std::move(defaulted);
    }
    if (found.empty()) {
        found.push_back(
            {"its id was " + std::to_string(marks(before).id()) + ", is " +
                 std::to_string(marks(after).id()) + here +
                 ", though its parameters are the same: an ROI_ID or a qualifier changed",
             "", where(before), where(after)});
    }
    return found;
}

}  // namespace roi::description
