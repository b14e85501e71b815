// The one callback that gets every line, and what happens without it.
#include "api/log.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

namespace roi {
namespace {

struct destination {
    std::mutex mutex;
    std::function<void(log_level, std::string_view)> sink;
};

// Never destroyed: threads and static objects may log until the very end of the process.
destination& the_destination() noexcept {
    static destination& instance = *new destination;
    return instance;
}

const char* name_of(log_level level) noexcept {
    switch (level) {
        case log_level::debug:
            return "debug";
        case log_level::info:
            return "info";
        case log_level::warning:
            return "warning";
        case log_level::error:
            return "error";
    }
    return "";
}

}  // namespace

void set_log(std::function<void(log_level, std::string_view)> sink) {
    destination& to = the_destination();
    const std::lock_guard lock{to.mutex};
    to.sink = std::move(sink);
}

void detail::log(log_level level, std::string_view line) noexcept {
    try {
        destination& to = the_destination();
        const std::lock_guard lock{to.mutex};
        if (to.sink) {
            to.sink(level, line);
        } else if (level >= log_level::warning) {
            std::fprintf(stderr, "roi: %s: %.*s\n", name_of(level), static_cast<int>(line.size()),
                         line.data());
        }
    } catch (...) {
        // A log that fails must not bring down what it tells about.
    }
}

}  // namespace roi
