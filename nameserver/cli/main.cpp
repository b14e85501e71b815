// roi: looks at and calls published objects from the command line.
#include "command.hpp"
#include "description/names.hpp"
#include "description/render.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace roi::cli {

namespace {

/// "10s", "500ms", "2min".
std::string read_timeout(const std::string& text, std::chrono::milliseconds& into) {
    std::size_t used = 0;
    double count = 0;
    try {
        count = std::stod(text, &used);
    } catch (const std::exception&) {
        return "write a time as 10s, 500ms or 2min, not '" + text + "'";
    }
    const std::string unit = text.substr(used);
    const double scale = unit == "ms"                  ? 1
                         : unit == "s" || unit.empty() ? 1e3
                         : unit == "min"               ? 6e4
                                                       : 0;
    if (scale == 0 || !(count > 0) || count * scale > 1e9) {
        return "write a time as 10s, 500ms or 2min, not '" + text + "'";
    }
    into = std::chrono::milliseconds(static_cast<std::int64_t>(count * scale));
    return {};
}

void complain(const settings& with, const failure& what) {
    if (with.json) {
        nlohmann::ordered_json inner{{"text", what.what()}};
        if (!what.advice().empty()) {
            inner["advice"] = what.advice();
        }
        inner.update(what.details);
        const nlohmann::ordered_json error{{"error", inner}};
        std::cerr << error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
        return;
    }
    std::cerr << "roi: " << description::printable(what.what()) << "\n";
    if (!what.advice().empty()) {
        std::cerr << description::printable(what.advice()) << "\n";
    }
}

/// The words for the parser, last first, as it wants them. The arguments of `roi call` are kept
/// from it: it would take -5 for an option, and [1,2] for two words.
std::vector<std::string> words_to_parse(int count, char** words,
                                        std::vector<std::string>& arguments) {
    const std::vector<std::string> given(words + 1, words + count);
    if (given.empty() || given.front() != "call") {
        return {given.rbegin(), given.rend()};
    }
    std::vector<std::string> own{"call"};
    std::vector<std::string> others;
    for (std::size_t i = 1; i < given.size(); ++i) {
        const auto& word = given[i];
        const auto name = word.substr(0, word.find('='));
        const bool valued = name == "--scope" || name == "--nameserver" || name == "--timeout";
        if (word == "--") {
            others.insert(others.end(), given.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                          given.end());
            break;
        }
        if (word == "--json" || word == "--help" || word == "-h" || valued) {
            own.push_back(word);
            if (valued && name.size() == word.size() && i + 1 < given.size()) {
                own.push_back(given[++i]);
            }
        } else {
            others.push_back(word);
        }
    }
    if (!others.empty()) {
        own.push_back(others.front());
        arguments.assign(others.begin() + 1, others.end());
    }
    return {own.rbegin(), own.rend()};
}

/// The first word may be no command; the parser would only say that one is missing.
void check_command(const CLI::App& app, const std::vector<std::string>& words) {
    if (words.empty() || words.back().starts_with("-")) {
        return;
    }
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    if (std::find(names.begin(), names.end(), words.back()) == names.end()) {
        const auto guess = description::nearest(words.back(), names);
        throw failure(exit_code::usage,
                      "there is no command '" + words.back() + "'" +
                          (guess.empty() ? "" : "; did you mean '" + guess + "'?"),
                      "`roi --help` lists the commands");
    }
}

int run(int count, char** words) {
    program roi;
    roi.app.name("roi");
    roi.app.description("Looks at and calls published objects. See docs/command-line.md.");
    roi.app.require_subcommand(1);
    roi.app.footer(
        "Examples:\n"
        "  roi ls                              what is published\n"
        "  roi describe bank                   its interface, as C++\n"
        "  roi call bank.balance '\"alice\"'     a call with JSON arguments\n"
        "\nroi COMMAND --help explains each command.\n"
        "Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong.");
    add_ls(roi);
    add_resolve(roi);
    add_describe(roi);
    add_call(roi);
    add_ping(roi);
    add_diff(roi);
    add_completion(roi);
    add_version(roi);
    try {
        auto all = words_to_parse(count, words, roi.arguments);
        check_command(roi.app, all);
        roi.app.parse(std::move(all));
    } catch (const failure& what) {
        complain(roi.settings, what);
        return static_cast<int>(what.code());
    } catch (const CLI::ParseError& why) {
        const bool help = why.get_exit_code() == 0;
        roi.app.exit(why, std::cout, std::cerr);
        return static_cast<int>(help ? exit_code::ok : exit_code::usage);
    }
    if (!roi.settings.nameserver.empty()) {
        // The runtime's own way to be told, so that stubs and resolver go there, too.
        setenv("ROI_NAMESERVER", roi.settings.nameserver.c_str(), 1);
    }
    try {
        return static_cast<int>(roi.run());
    } catch (const failure& what) {
        complain(roi.settings, what);
        return static_cast<int>(what.code());
    } catch (const std::exception& what) {
        complain(roi.settings, failure(exit_code::failed, what.what()));
        return static_cast<int>(exit_code::failed);
    }
}

}  // namespace

CLI::App& add_command(program& to, const std::string& name, const std::string& summary,
                      const std::string& example) {
    auto& command = *to.app.add_subcommand(name, summary);
    command.footer("Example:\n" + example);
    auto& with = to.settings;
    command.add_flag("--json", with.json, "Print JSON, also for errors");
    command.add_option("--scope", with.scope, "Scope to look in: /team/alice, unix:/run/x#/team")
        ->type_name("SCOPE");
    command.add_option("--nameserver", with.nameserver, "Endpoint of the name server to ask")
        ->type_name("ENDPOINT");
    command
        .add_option_function<std::string>(
            "--timeout",
            [&with](const std::string& text) {
                if (const auto wrong = read_timeout(text, with.timeout); !wrong.empty()) {
                    throw CLI::ValidationError("--timeout", wrong);
                }
            },
            "Longest time to wait (default 10s)")
        ->type_name("TIME");
    return command;
}

void print_json(const nlohmann::ordered_json& document) {
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void print(std::string_view text) {
    std::cout << description::printable(text);
}

}  // namespace roi::cli

int main(int count, char** words) {
    return roi::cli::run(count, words);
}
