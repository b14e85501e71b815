// Reads the command line: idlc's own options, and the compiler flags among or after them.
#include "options.hpp"

#include "parse/parse.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

namespace idlc {
namespace {

constexpr const char* version = "0.1.0";
constexpr int usage_error = 2;
constexpr int deepest_response_file = 8;

constexpr std::string_view footer =
    R"(Compiler flags (-I, -isystem, -D, -U, -std=, -include, @file) may stand among the options or, any of them,
after "--". What only GCC knows is ignored; what would load a plugin is refused.

Exit codes: 0 done; 1 the header has errors, outputs are stale (--check) or the change is
incompatible (--check-against); 2 the command line is wrong, or a file cannot be read or written.)";

bool is_compiler_flag(std::string_view argument) {
    for (const std::string_view prefix :
         {"-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-std=", "-f", "-m", "-W"})
        if (argument.starts_with(prefix)) return true;
    return argument == "-include" || argument == "-imacros" || argument.starts_with('@');
}

bool takes_value(std::string_view argument) {
    for (const std::string_view flag :
         {"-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-include", "-imacros"})
        if (argument == flag) return true;
    return false;
}

/// Words of a response file: separated by blanks, quoted and escaped as in a shell.
bool read_response(const std::string& path, std::vector<std::string>& words, std::string& error,
                   int depth) {
    if (depth > deepest_response_file) {
        error = "response files include each other too deeply at '" + path + "'";
        return false;
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        error = "cannot read the response file '" + path + "'";
        return false;
    }
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    std::string word;
    bool inside = false;
    char quote = 0;
    const auto finish = [&] {
        if (!inside) return true;
        inside = false;
        std::string done = std::exchange(word, {});
        if (done.starts_with('@')) return read_response(done.substr(1), words, error, depth + 1);
        words.push_back(std::move(done));
        return true;
    };
    for (std::size_t i = 0; i < content.size(); ++i) {
        const char c = content[i];
        if (c == '\\' && quote != '\'' && i + 1 < content.size()) {
            word += content[++i];
            inside = true;
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            inside = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (!finish()) return false;
        } else {
            word += c;
            inside = true;
        }
    }
    return finish();
}

command_line failure(const std::string& text) {
    return {std::nullopt, "idlc: error: " + text + "\nidlc --help lists what there is\n",
            usage_error};
}

}  // namespace

command_line read_command_line(int count, const char* const* arguments) {
    options result;
    std::vector<std::string> own;
    bool only_flags = false;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (!only_flags && argument == "--") {
            only_flags = true;
        } else if (only_flags || is_compiler_flag(argument)) {
            if (argument.starts_with('@')) {
                std::string error;
                if (!read_response(argument.substr(1), result.flags, error, 0))
                    return failure(error);
                continue;
            }
            result.flags.push_back(argument);
            if (takes_value(argument)) {
                if (i + 1 >= count) return failure("'" + argument + "' needs a value");
                result.flags.emplace_back(arguments[++i]);
            }
        } else {
            own.push_back(argument);
        }
    }

    CLI::App app{"Generates client and server classes from an annotated C++ header.", "idlc"};
    app.footer(std::string(footer));
    bool check = false, dump = false, explain = false, suggest = false, show_version = false;
    app.add_option("header", result.header, "the header to read");
    app.add_option("-o,--output", result.output,
                   "directory for the generated files (default: here)");
    app.add_option("--include-as", result.include_as,
                   "how generated code includes the header (default: as found by -I)");
    app.add_option("--depfile", result.depfile, "writes what was read, for make and ninja");
    app.add_option("--stamp", result.stamp,
                   "touched whenever outputs are right, changed or not; the depfile names it");
    app.add_option("--desc", result.description, "writes the interface description to this file");
    app.add_option("--lock", result.lock, "keeps all numbers in this file, beside the header");
    auto* against =
        app.add_option("--check-against", result.check_against,
                       "says what breaks for users of an older description; writes nothing");
    app.add_flag("--check", check, "writes nothing; exit code 1 if outputs are stale");
    app.add_flag("--dump-model", dump, "prints what was read");
    app.add_flag("--explain", explain, "lists what is remote, local or refused, and why");
    app.add_flag("--suggest", suggest, "prints the marks that each class would need");
    app.add_flag("--time", result.time,
                 "prints how long reading took, and how long libclang alone takes");
    app.add_flag("--version", show_version, "prints the versions of idlc and libclang");
    std::vector<std::string> reversed(own.rbegin(), own.rend());
    try {
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return {std::nullopt, app.help(), 0};
    } catch (const CLI::ParseError& error) {
        return failure(error.what());
    }
    if (show_version)
        return {std::nullopt,
                std::string("idlc ") + version + " (libclang " + parse::clang_version() + ")\n", 0};
    if (result.header.empty()) return failure("no header is given");
    const int actions = check + dump + (explain || suggest) + (against->count() > 0);
    if (actions > 1)
        return failure(
            "--check, --dump-model, --explain with --suggest, and --check-against exclude each "
            "other");
    result.suggest_too = explain && suggest;
    if (check) result.action = action::check;
    if (dump) result.action = action::dump_model;
    if (suggest) result.action = action::suggest;
    if (explain) result.action = action::explain;
    if (against->count() > 0) result.action = action::check_against;
    return {std::move(result), {}, 0};
}

}  // namespace idlc
