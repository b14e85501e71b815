// Finds the overload that the arguments fit, and explains what fits when none does.
#include "description/invocation.hpp"

#include "description/names.hpp"
#include "description/render.hpp"

#include <algorithm>

namespace roi::description {

namespace {

/// An argument as given, and as JSON.
struct argument {
    std::string text;
    json value;
    bool bare = false;  ///< no JSON: taken as a text
};

argument parse(const std::string& text) {
    argument one{text, json::parse(text, nullptr, false), false};
    if (!one.value.is_discarded()) {
        return one;
    }
    if (!text.empty() && std::string_view("{[\"").find(text.front()) != std::string_view::npos) {
        try {
            one.value = json::parse(text);
        } catch (const json::parse_error& why) {
            const std::string_view all = why.what();
            const auto colon = all.find("parse error");
            throw call_mistake(
                "argument '" + text + "' is not JSON: " +
                std::string(colon == std::string_view::npos ? all : all.substr(colon)));
        }
    }
    if (!is_utf8(text)) {
        throw call_mistake(
            "an argument is neither JSON nor UTF-8 text; bytes are written as "
            "{\"base64\": \"...\"}");
    }
    one.value = text;
    one.bare = true;
    return one;
}

std::size_t required_count(const pb::Descriptor& list) {
    std::size_t required = 0;
    for (int i = 0; i < list.field_count(); ++i) {
        if (!marks(*list.field(i)).defaulted()) {
            required = static_cast<std::size_t>(i) + 1;
        }
    }
    return required;
}

/// How well a value fits where several overloads could take it: 5 is rather an int than a double,
/// and "x" rather a string than bytes.
int liking(const pb::FieldDescriptor& field, const json& value) {
    if (field.is_repeated()) {
        return 1;
    }
    switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
        case pb::FieldDescriptor::CPPTYPE_INT64:
        case pb::FieldDescriptor::CPPTYPE_UINT32:
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return value.is_number_integer() ? 3 : 0;
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return value.is_number_float() ? 3 : value.is_number() ? 1 : 0;
        case pb::FieldDescriptor::CPPTYPE_STRING:
            return field.type() == pb::FieldDescriptor::TYPE_STRING ? 3 : 2;
        case pb::FieldDescriptor::CPPTYPE_ENUM:
            return value.is_string() ? 4 : 0;
        default:
            return 2;
    }
}

struct attempt {
    invocation call;
    int score = 0;
    std::string failure;  ///< empty: it fits
};

/// Omitted arguments are the last ones; the server knows the shorter list by an id of its own.
/// Where it does not, because another overload has those parameters, fields that are left out do
/// it.
std::uint64_t id_for(const pb::MethodDescriptor& method, std::size_t given) {
    const auto& options = marks(method);
    const auto all = static_cast<std::size_t>(method.input_type()->field_count());
    const auto shorter = static_cast<std::size_t>(options.shorter_ids_size());
    if (given < all && shorter == all - required_count(*method.input_type())) {
        return options.shorter_ids(static_cast<int>(all - given - 1));
    }
    return options.id();
}

attempt try_overload(const pb::MethodDescriptor& method, std::span<const argument> arguments) {
    const auto& list = *method.input_type();
    const auto most = static_cast<std::size_t>(list.field_count());
    const auto least = required_count(list);
    attempt one{{&method, marks(method).id(), {}}, 0, {}};
    if (arguments.size() > most || arguments.size() < least) {
        one.failure =
            "takes " + std::to_string(most) +
            (most == 1 && least == 1 ? " argument" : " arguments") +
            (least == most ? "" : ", of which " + std::to_string(least) + " must be given") +
            "; there are " + std::to_string(arguments.size());
        return one;
    }
    one.call.id = id_for(method, arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& field = *list.field(static_cast<int>(i));
        try {
            append_field(one.call.arguments, field, arguments[i].value);
            one.score += liking(field, arguments[i].value);
        } catch (const value_error& why) {
            const std::string what = why.what();
            // A path within the value comes first; a plain mismatch stands alone.
            const bool inside =
                !what.starts_with("expected ") && what.find(": ") != std::string::npos;
            one.failure = "argument " + std::to_string(i + 1) + " '" + cpp_name(field) +
                          "': " + (inside ? "at " : "") + what +
                          (arguments[i].bare ? " (it is not JSON, so it was taken as a text)" : "");
            one.score = static_cast<int>(i);
            return one;
        }
    }
    // All parameters given beats some left to their defaults.
    one.score = one.score * 2 + (arguments.size() == most ? 1 : 0);
    return one;
}

bool same_parameters(const pb::MethodDescriptor& left, const pb::MethodDescriptor& right) {
    const auto& ours = *left.input_type();
    const auto& theirs = *right.input_type();
    if (cpp_name(left) != cpp_name(right) || ours.field_count() != theirs.field_count() ||
        marks(left).is_const() != marks(right).is_const()) {
        return false;
    }
    for (int i = 0; i < ours.field_count(); ++i) {
        if (wire_text(*ours.field(i)) != wire_text(*theirs.field(i))) {
            return false;
        }
    }
    return true;
}

/// A method that an interface declares again hides its base's: nearest first, as they come.
std::vector<const pb::MethodDescriptor*> without_hidden(
    const std::vector<const pb::MethodDescriptor*>& all) {
    std::vector<const pb::MethodDescriptor*> seen;
    for (const auto* one : all) {
        if (std::none_of(seen.begin(), seen.end(), [&](const auto* nearer) {
                return nearer->service() != one->service() && same_parameters(*nearer, *one);
            })) {
            seen.push_back(one);
        }
    }
    return seen;
}

[[noreturn]] void unknown_method(const pb::ServiceDescriptor& interface,
                                 const std::vector<const pb::MethodDescriptor*>& all,
                                 std::string_view wanted) {
    std::vector<std::string> names;
    for (const auto* method : all) {
        names.push_back(cpp_name(*method));
    }
    const auto guess = nearest(wanted, names);
    std::string text = wire_name(interface) + " has no method '" + std::string(wanted) + "'";
    text += guess.empty() ? "" : "; did you mean '" + guess + "'?";
    text += all.empty() ? "\nIt has no methods." : "\nIt has:";
    for (const auto* method : all) {
        text += "\n    " + signature(*method);
    }
    throw call_mistake(text);
}

}  // namespace

invocation prepare_call(const document& in, const pb::ServiceDescriptor& interface,
                        std::string_view method, std::span<const std::string> arguments) {
    const auto all = without_hidden(all_methods(in, interface));
    std::vector<const pb::MethodDescriptor*> overloads;
    for (const auto* one : all) {
        if (cpp_name(*one) == method) {
            overloads.push_back(one);
        }
    }
    if (overloads.empty()) {
        std::copy_if(all.begin(), all.end(), std::back_inserter(overloads),
                     [&](const auto* one) { return one->name() == method; });
    }
    if (overloads.empty()) {
        unknown_method(interface, all, method);
    }
    std::vector<argument> parsed;
    for (const auto& text : arguments) {
        parsed.push_back(parse(text));
    }
    std::vector<attempt> fitting;
    std::vector<attempt> failed;
    for (const auto* one : overloads) {
        auto result = try_overload(*one, parsed);
        (result.failure.empty() ? fitting : failed).push_back(std::move(result));
    }
    const auto worse = [](const attempt& a, const attempt& b) { return a.score < b.score; };
    if (fitting.empty()) {
        std::string text;
        for (const auto& one : failed) {
            text += (text.empty() ? "" : "\n") + std::string(overloads.size() > 1 ? "not " : "") +
                    signature(*one.call.method) + "\n    " + one.failure;
        }
        throw call_mistake(overloads.size() > 1
                               ? "no overload of " + wire_name(interface) + "." +
                                     std::string(method) + " takes these arguments:\n" + text
                               : text);
    }
    const auto best = std::max_element(fitting.begin(), fitting.end(), worse);
    const auto equal = std::count_if(fitting.begin(), fitting.end(),
                                     [&](const attempt& one) { return one.score == best->score; });
    if (equal > 1) {
        std::string text = "several overloads take these arguments; name one of them:";
        for (const auto& one : fitting) {
            text += "\n    " + one.call.method->name() + ": " + signature(*one.call.method);
        }
        throw call_mistake(text);
    }
    return std::move(best->call);
}

json result_to_json(const pb::MethodDescriptor& method, std::string_view bytes) {
    const auto& list = *method.output_type();
    const auto* result = list.FindFieldByNumber(1);
    if (list.field_count() == 0) {
        return nullptr;
    }
    if (list.field_count() == 1 && result != nullptr) {
        return field_to_json(*result, bytes);
    }
    auto all = json::object();
    for (int i = 0; i < list.field_count(); ++i) {
        const auto& one = *list.field(i);
        all[one.number() == 1 ? "result" : cpp_name(one)] = field_to_json(one, bytes);
    }
    return all;
}

json exception_to_json(const document& in, std::string_view type, std::string_view fields) {
    const auto* message = in.find_message(type);
    if (message == nullptr) {
        return nullptr;
    }
    try {
        return to_json(*message, fields);
    } catch (const value_error&) {
        return nullptr;  // its name and text are worth more than a complaint about its fields
    }
}

std::string exception_text(std::string_view type, const json& fields, std::string_view text) {
    std::string shown_fields;
    if (fields.is_object()) {
        for (const auto& [name, value] : fields.items()) {
            shown_fields += (shown_fields.empty() ? "" : ", ") + name + ": " +
                            value.dump(-1, ' ', false, json::error_handler_t::replace);
        }
        shown_fields = "{" + shown_fields + "}";
    }
    return printable(std::string(type) + shown_fields +
                     (text.empty() ? "" : ": " + std::string(text)));
}

std::string full_name(const pb::MethodDescriptor& method) {
    return wire_name(*method.service()) + "." + cpp_name(method);
}

}  // namespace roi::description
