// What all commands of `roi` share. Each is a file of commands/, and adds itself to the program.
#pragma once

#include "failure.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace roi::cli {

/// The options that every command takes.
struct settings {
    std::string scope;       ///< "/team/alice", "unix:/run/x#/team"; empty: the default one
    std::string nameserver;  ///< empty: as clients find it
    std::chrono::milliseconds timeout{10'000};
    bool json = false;
};

/// The program being built: commands add subcommands, and say what to run.
struct program {
    CLI::App app;
    cli::settings settings;
    std::vector<std::string> arguments;  ///< of the method to call, exactly as given
    std::function<exit_code()> run;      ///< set by the subcommand that was chosen
};

/// Adds a subcommand with the common options, its one-line summary and an example.
CLI::App& add_command(program& to, const std::string& name, const std::string& summary,
                      const std::string& example);

/// Writes a JSON document and a line feed to standard output.
void print_json(const nlohmann::ordered_json& document);
/// Writes text to standard output, control characters made visible.
void print(std::string_view text);

void add_call(program& to);
void add_completion(program& to);
void add_describe(program& to);
void add_diff(program& to);
void add_ls(program& to);
void add_ping(program& to);
void add_resolve(program& to);
void add_version(program& to);

}  // namespace roi::cli
