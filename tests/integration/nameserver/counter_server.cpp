// Serves a counter until it is told to stop: counter_server NAME SCOPE LABEL, "" where not given.
#include "counter.roi.hpp"

#include <roi/runtime.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
    roi::stop_signals stop;
    roi::set_log([](roi::log_level, std::string_view line) {
        std::fprintf(stderr, "log: %.*s\n", static_cast<int>(line.size()), line.data());
    });
    const std::string name = argc > 1 ? argv[1] : "";
    const std::string scope = argc > 2 ? argv[2] : "";
    try {
        roi::publication where = name.empty() ? roi::publication{} : roi::as(name);
        if (!scope.empty()) where.in(scope);
#ifdef CHANGED
        test::counter_server object{where};
#else
        test::counter_server object{where, std::string{argc > 3 ? argv[3] : ""}};
#endif
        std::puts("the counter is published");
        std::fflush(stdout);
        roi::serve();
    } catch (const std::exception& e) {
        std::printf("error: %s\n", e.what());
        return 1;
    }
}
