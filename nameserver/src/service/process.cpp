// What /proc and kill() know of a process.
#include "service/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>

namespace roi::nameserver {
namespace {

std::string read_small(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    std::array<char, 1024> text{};
    const ssize_t size = ::read(file, text.data(), text.size());
    ::close(file);
    return size > 0 ? std::string{text.data(), static_cast<std::size_t>(size)} : std::string{};
}

/// Everything that a number of a process is good for: this boot, this pid namespace.
const std::string& here() {
    static const std::string text = [] {
        std::string boot = read_small("/proc/sys/kernel/random/boot_id");
        while (!boot.empty() && boot.back() == '\n')
            boot.pop_back();
        std::array<char, 64> space{};
        const ssize_t size = ::readlink("/proc/self/ns/pid", space.data(), space.size());
        if (boot.empty() || size <= 0) return std::string{};
        return boot + " " + std::string{space.data(), static_cast<std::size_t>(size)};
    }();
    return text;
}

struct life {
    char state = '?';
    std::string start;  // ticks since boot
};

std::optional<life> life_of(pid_t pid) {
    const std::string text = read_small("/proc/" + std::to_string(pid) + "/stat");
    // "4711 (a name) S 1 ...": the name may hold anything, also blanks and parentheses.
    const auto end = text.rfind(')');
    if (end == std::string::npos || end + 2 >= text.size()) return std::nullopt;
    std::string_view rest = std::string_view{text}.substr(end + 2);
    life out{rest.front(), {}};
    constexpr int fields_before_start = 19;
    for (int i = 0; i < fields_before_start; ++i) {
        const auto blank = rest.find(' ');
        if (blank == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(blank + 1);
    }
    out.start = rest.substr(0, rest.find(' '));
    return out;
}

}  // namespace

std::string process_identity(pid_t pid) {
    if (pid <= 0 || here().empty()) return {};
    const auto found = life_of(pid);
    return found ? here() + " " + std::to_string(pid) + " " + found->start : std::string{};
}

bool process_ended(std::string_view identity) {
    const auto start_at = identity.rfind(' ');
    if (start_at == std::string_view::npos || here().empty()) return false;
    const auto pid_at = identity.substr(0, start_at).rfind(' ');
    if (pid_at == std::string_view::npos) return false;
    const std::string_view place = identity.substr(0, pid_at);
    const std::string_view start = identity.substr(start_at + 1);
    pid_t pid = 0;
    const auto* const pid_end = identity.data() + start_at;
    if (std::from_chars(identity.data() + pid_at + 1, pid_end, pid).ptr != pid_end || pid <= 0) {
        return false;
    }
    if (place != here()) {
        // Those of an earlier boot are gone; another pid namespace of this one counts otherwise.
        const auto boot = place.substr(0, place.find(' '));
        return !boot.empty() && !here().starts_with(boot);
    }
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    // Others' processes may be hidden in /proc: then nothing is known.
    const auto found = life_of(pid);
    return found && (found->state == 'Z' || found->state == 'X' || found->start != start);
}

}  // namespace roi::nameserver
