// idlc: annotated C++ headers in, stubs out. The stages in order; nothing else.
#include "check/check.hpp"
#include "compatibility.hpp"
#include "diagnostics.hpp"
#include "explain.hpp"
#include "model/dump.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "parse/parse.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

/// What one header may cost: a hostile one (#include "/dev/zero") takes memory and time without
/// end.
constexpr rlim_t most_memory = rlim_t{4} << 30;
constexpr int most_cpu_seconds = 120;

extern "C" void give_up(int) {
    constexpr std::string_view text = "idlc: error: gave up after two minutes of processor time\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
    _exit(1);
}

void set_limits() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they map terabytes
    rlimit memory{};
    if (getrlimit(RLIMIT_AS, &memory) == 0 &&
        (memory.rlim_cur == RLIM_INFINITY || memory.rlim_cur > most_memory)) {
        memory.rlim_cur = most_memory;
        setrlimit(RLIMIT_AS, &memory);
    }
#endif
    struct sigaction action {};
    action.sa_handler = give_up;
    sigaction(SIGPROF, &action, nullptr);
    const itimerval after{{0, 0}, {most_cpu_seconds, 0}};
    setitimer(ITIMER_PROF, &after, nullptr);
}

void print(std::FILE* to, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), to);
}

void print_times(const idlc::parse::request& request, const idlc::parse::timing& timing) {
    // The second parse finds everything in the page cache, as the first one did for most of it.
    const auto bare = idlc::parse::bare_parse(request);
    std::fprintf(
        stderr,
        "idlc: read in %.1f ms (%d %s of libclang: %.1f ms); libclang's bare parse: %.1f ms\n",
        static_cast<double>(timing.total.count()) / 1000, timing.passes,
        timing.passes == 1 ? "pass" : "passes", static_cast<double>(timing.clang.count()) / 1000,
        static_cast<double>(bare.count()) / 1000);
}

int run(const idlc::options& options) {
    idlc::parse::request request;
    request.header = options.header;
    request.include_as = options.include_as;
    request.flags = options.flags;
    request.all_classes =
        options.action == idlc::action::explain || options.action == idlc::action::suggest;
    const idlc::parse::result parsed = idlc::parse::run(request);
    std::vector<idlc::model::diagnostic> found = parsed.diagnostics;
    if (parsed.bad_usage || parsed.failed) {
        print(stderr, idlc::format(found));
        return parsed.bad_usage ? 2 : 1;
    }
    if (options.time) print_times(request, parsed.timing);
    switch (options.action) {
        case idlc::action::explain:
            print(stdout, idlc::printable(idlc::explain(parsed.file)));
            if (options.suggest_too) print(stdout, idlc::printable(idlc::suggest(parsed.file)));
            return 0;
        case idlc::action::suggest:
            print(stdout, idlc::printable(idlc::suggest(parsed.file)));
            return 0;
        case idlc::action::dump_model:
            print(stdout, idlc::model::dump(parsed.file));
            break;
        default:
            break;
    }
    const auto checked = idlc::check::all(parsed.file);
    found.insert(found.end(), checked.begin(), checked.end());
    print(stderr, idlc::format(found));
    if (idlc::has_errors(found)) return 1;
    if (options.action == idlc::action::dump_model) return 0;
    if (options.action == idlc::action::check_against)
        return idlc::check_against(options, parsed.file);
    return idlc::write_outputs(options, parsed.file);
}

}  // namespace

int main(int count, char** arguments) {
    set_limits();
    const idlc::command_line line = idlc::read_command_line(count, arguments);
    if (!line.options) {
        print(line.exit_code == 0 ? stdout : stderr, line.text);
        return line.exit_code;
    }
    try {
        return run(*line.options);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "idlc: error: %s\n", failure.what());
        return 2;
    }
}
