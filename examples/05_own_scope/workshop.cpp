// An application that is its own name server: its processes find each other, nobody else sees them.
#include "tool.roi.hpp"

#include <roi/nameserver.hpp>
#include <roi/naming.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

extern char** environ;

namespace {

// Starts the other program of this application inside our scope, and waits for it.
int run_worker(const std::string& program, const std::string& scope) {
    ::setenv("ROI_NAMESERVER", scope.c_str(), 1);
    std::string name = program;
    char* const arguments[] = {name.data(), nullptr};
    pid_t worker = 0;
    if (::posix_spawn(&worker, program.c_str(), nullptr, nullptr, arguments, environ) != 0)
        return 1;
    int status = 0;
    ::waitpid(worker, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int, char** argv) {
    roi::nameserver::embedded names;
    roi::set_default_scope(names);
    demo::ToolServer saw{roi::as("saw"), "saw"};
    demo::ToolServer plane{roi::as("plane"), "plane"};

    demo::ToolClient here{roi::named("saw")};
    std::cout << "workshop: " << here.work("oak") << std::endl;
    return run_worker(std::filesystem::path(argv[0]).replace_filename("worker"), names.endpoint());
}
