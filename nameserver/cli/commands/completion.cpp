// roi completion bash: a script that completes commands, options, published names and methods.
#include "command.hpp"

#include <iostream>
#include <memory>

namespace roi::cli {

namespace {

std::string words(const CLI::App& of) {
    std::string all;
    for (const auto* option : of.get_options()) {
        for (const auto& name : option->get_snames()) {
            all += " -" + name;
        }
        for (const auto& name : option->get_lnames()) {
            all += " --" + name;
        }
    }
    return all;
}

/// Names come from `roi ls`, methods from `roi describe`; both fail in silence, and soon.
constexpr const char* script_begin =
    R"script(# bash completion for roi: source <(roi completion bash)
_roi_names() {
    roi ls --names --timeout 1s 2>/dev/null
}
_roi_complete() {
    local word=${COMP_WORDS[COMP_CWORD]} command= index options
    for ((index = 1; index < COMP_CWORD; ++index)); do
        [[ ${COMP_WORDS[index]} != -* ]] && { command=${COMP_WORDS[index]}; break; }
    done
    COMPREPLY=()
)script";

constexpr const char* script_end = R"script(
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    case $command in
    call)
        ((COMP_CWORD == index + 1)) || return
        if [[ $word == *.* ]]; then
            local object=${word%.*}
            COMPREPLY=($(compgen -P "$object." -W "$(roi describe --methods --timeout 1s "$object" 2>/dev/null)" -- "${word##*.}"))
        else
            compopt -o nospace 2>/dev/null
            COMPREPLY=($(compgen -S . -W "$(_roi_names)" -- "$word"))
        fi
        ;;
    resolve | ping)
        COMPREPLY=($(compgen -W "$(_roi_names)" -- "$word"))
        ;;
    describe | diff)
        COMPREPLY=($(compgen -W "$(_roi_names)" -- "$word") $(compgen -f -X '!*.desc' -- "$word"))
        ;;
    completion)
        COMPREPLY=($(compgen -W bash -- "$word"))
        ;;
    esac
}
complete -F _roi_complete roi
)script";

void print_script(const program& of) {
    std::string commands;
    std::string cases;
    for (const auto* command : of.app.get_subcommands([](const CLI::App*) { return true; })) {
        commands += " " + command->get_name();
        cases +=
            "    " + command->get_name() + ") options='" + words(*command).substr(1) + "' ;;\n";
    }
    std::cout << script_begin << "    if [[ -z $command ]]; then\n        COMPREPLY=($(compgen -W '"
              << commands.substr(1) << words(of.app) << "' -- \"$word\"))\n        return\n    fi\n"
              << "    case $command in\n"
              << cases << "    esac" << script_end;
}

}  // namespace

void add_completion(program& to) {
    auto& command = add_command(to, "completion", "Print a completion script for a shell",
                                "  source <(roi completion bash)");
    const auto shell = std::make_shared<std::string>();
    command.add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
    command.callback([&to, shell] {  // which the parser writes to
        to.run = [&to] {
            print_script(to);
            return exit_code::ok;
        };
    });
}

}  // namespace roi::cli
