// What a compiler driver would tell clang by itself: builtin headers, standard library, safe flags.
#pragma once

#include <string>
#include <vector>

namespace idlc::parse {

/// Flags as they are given to idlc, and what is left of them for libclang.
struct flags {
    std::vector<std::string> accepted;
    std::vector<std::string> refused;  // would run foreign code; a reason for each, ready to print
    std::vector<std::string> ignored;  // of GCC alone, or without meaning for a parse
};

/// Keeps what changes the meaning of a header, drops the rest, refuses what would load a plugin.
flags filter_flags(const std::vector<std::string>& given, int clang_major);

/// Major version of the libclang that this program runs with.
int clang_major();

/// Directories that hold clang's builtin headers ("stddef.h") and g++'s library, as flags.
/// `accepted` are the user's flags: with -nostdinc++ or --sysroot in them, they decide.
struct search_paths {
    std::vector<std::string> arguments;
    std::string missing;  // a sentence where something was not found; empty otherwise
};
search_paths find_toolchain(const std::vector<std::string>& accepted);

}  // namespace idlc::parse
