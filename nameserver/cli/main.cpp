// roi: looks at and calls published objects from the command line.
#include "command.hpp"
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
    const double scale = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1e3 : unit == "min" ? 6e4 : 0;
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

/// `roi call` takes any words as arguments, also -5: all that is no option of its own goes behind
/// "--", for the parser would take it for one.
std::vector<std::string> separated(int count, char** words) {
    std::vector<std::string> options(words + 1, words + count);
    if (options.empty() || options.front() != "call") {
        return options;
    }
    std::vector<std::string> rest;
    std::vector<std::string> own{"call"};
    for (std::size_t i = 1; i < options.size(); ++i) {
        const auto& word = options[i];
        const auto name = word.substr(0, word.find('='));
        const bool valued = name == "--scope" || name == "--nameserver" || name == "--timeout";
        if (word == "--") {
            rest.insert(rest.end(), options.begin() + static_cast<std::ptrdiff_t>(i) + 1, options.end());
            break;
        }
        if (word == "--json" || word == "--help" || word == "-h" || valued) {
            own.push_back(word);
            if (valued && name.size() == word.size() && i + 1 < options.size()) {
                own.push_back(options[++i]);
            }
        } else {
            rest.push_back(word);
        }
    }
    own.emplace_back("--");
    own.insert(own.end(), rest.begin(), rest.end());
    return own;
}

int run(int count, char** words) {
    program roi;
    roi.app.name("roi");
    roi.app.description("Looks at and calls published objects. See docs/command-line.md.");
    roi.app.require_subcommand(1);
    roi.app.footer("Examples:\n"
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
        auto all = separated(count, words);
        std::reverse(all.begin(), all.end());  // as the parser wants them
        roi.app.parse(std::move(all));
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

void print(std::string_view text) { std::cout << description::printable(text); }

}  // namespace roi::cli

int main(int count, char** words) { return roi::cli::run(count, words); }
