// roi call: calls a method with arguments in JSON, by the description that the server embeds.
#include "command.hpp"
#include "description/invocation.hpp"
#include "description/names.hpp"
#include "description/values.hpp"
#include "description_source.hpp"
#include "directory.hpp"

#include <roi/dynamic.hpp>

#include <memory>
#include <span>

namespace roi::cli {

namespace {

/// "bank.balance": the method stands behind the last dot.
std::pair<std::string, std::string> split(const std::string& what) {
    const auto hash = what.find('#');
    const auto dot = what.rfind('.');
    const bool located = what.starts_with("unix:") || what.starts_with("tcp://");
    const bool in_endpoint = located && (hash == std::string::npos || dot < hash);
    if (dot == std::string::npos || dot + 1 == what.size() || dot == 0 || in_endpoint) {
        throw failure(exit_code::usage, "'" + what + "' names no method",
                      "write NAME.method, as bank.balance, or ENDPOINT#NAME.method, as "
                      "unix:/run/x#bank.balance");
    }
    return {what.substr(0, dot), what.substr(dot + 1)};
}

[[noreturn]] void show_exception(const description::document& all, const std::string& method,
                                 const dynamic::thrown& what) {
    nlohmann::ordered_json known = nullptr;
    std::string type = what.type_name();
    std::string text = what.types().empty() ? what.what() : what.types().front().text;
    // Most derived first: the first one that the description knows has most to say.
    for (const auto& one : what.types()) {
        const std::string_view bytes(reinterpret_cast<const char*>(one.fields.data()),
                                     one.fields.size());
        known = description::exception_to_json(all, one.type, bytes);
        if (!known.is_null()) {
            type = one.type;
            text = one.text;
            break;
        }
    }
    failure made(exit_code::failed,
                 method + " threw " + description::exception_text(type, known, text));
    made.details["code"] = "remote_exception";
    made.details["outcome"] = "executed";
    made.details["exception"] = {{"type", type}, {"text", text}, {"fields", known}};
    throw made;
}

exit_code run(const settings& with, const std::string& what,
              const std::vector<std::string>& arguments) {
    const auto [object_text, method] = split(what);
    const auto object = object_name::parse(object_text, with);
    const auto source = read_description(object_text, with);
    const auto& interface = *source.document.find_interface(source.interface);
    description::invocation call;
    try {
        call = description::prepare_call(source.document, interface, method, arguments);
    } catch (const description::call_mistake& why) {
        throw failure(exit_code::usage, why.what());
    }
    const auto& marks = description::marks(*call.method);
    const auto name = description::full_name(*call.method);
    std::string bytes;
    try {
        const dynamic::method how{.id = call.id,
                                  .name = name,
                                  .idempotent = marks.semantics() == AT_LEAST_ONCE,
                                  .oneway = marks.oneway()};
        const auto result =
            dynamic::call(object.target(), how, std::as_bytes(std::span(call.arguments)),
                          {.deadline = with.timeout});
        bytes.assign(reinterpret_cast<const char*>(result.data()), result.size());
    } catch (const dynamic::thrown& thrown) {
        show_exception(source.document, name, thrown);
    } catch (const roi::error& why) {
        throw from_error("calling " + what, why);
    }
    try {
        const auto value = description::result_to_json(*call.method, bytes);
        if (with.json) {
            print_json(value);
        } else if (call.method->output_type()->field_count() > 0) {
            print(description::shown(value) + "\n");
        }
    } catch (const description::value_error& why) {
        failure made(exit_code::failed,
                     name + " ran, but its result cannot be read: " + why.what());
        made.details["code"] = "reply_unreadable";
        made.details["outcome"] = "executed";
        throw made;
    }
    return exit_code::ok;
}

}  // namespace

void add_call(program& to) {
    auto& command = add_command(
        to, "call", "Call a method with JSON arguments",
        "  roi call bank.balance '\"alice\"'\n"
        "  roi call bank.transfer alice bob 500      (text needs no quotes where it is no JSON)\n"
        "  roi call /team/alice/bank.balance alice\n"
        "  roi call unix:/run/user/1000/x#bank.balance alice\n"
        "docs/command-line.md shows how each C++ type is written.");
    const auto what = std::make_shared<std::string>();
    command.add_option("NAME.METHOD", *what, "Which method of which object")->required();
    // For the help alone: the words behind the method are taken as they are, see
    // program::arguments.
    command.add_option("ARGUMENT", to.arguments, "One JSON value for each parameter");
    command.callback(
        [&to, what] { to.run = [&to, what] { return run(to.settings, *what, to.arguments); }; });
}

}  // namespace roi::cli
