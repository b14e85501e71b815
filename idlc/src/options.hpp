// The command line of idlc.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace idlc {

enum class action { generate, check, dump_model, explain, suggest, check_against };

struct options {
    std::string header;
    std::string output = ".";
    std::string include_as;
    std::string depfile;
    std::string stamp;        // touched at each success; the depfile is about it
    std::string description;  // --desc
    std::string lock;
    std::string check_against;
    idlc::action action = idlc::action::generate;
    bool suggest_too = false;  // --explain and --suggest in one run
    bool time = false;
    std::vector<std::string> flags;  // for the compiler
};

/// What the command line says, or what is wrong with it, or a text (--help, --version) to print.
struct command_line {
    std::optional<idlc::options> options;
    std::string text;
    int exit_code = 0;
};

command_line read_command_line(int count, const char* const* arguments);

}  // namespace idlc
