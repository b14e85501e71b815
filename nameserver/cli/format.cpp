// Tables, times and names as people read them.
#include "format.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace roi::cli {

namespace {

/// Characters, not octets: names may hold any UTF-8.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string formatted(std::int64_t unix_milliseconds, const char* how, bool local) {
    const auto seconds = static_cast<std::time_t>(unix_milliseconds / 1'000);
    std::tm parts{};
    if ((local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts)) == nullptr) {
        return {};
    }
    char text[64];
    return std::string(text, std::strftime(text, sizeof(text), how, &parts));
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) {
                text.append(widths[i] - width(row[i]) + 2, ' ');
            }
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    return text;
}

std::string age_text(std::int64_t milliseconds) {
    const auto seconds = std::max<std::int64_t>(0, milliseconds / 1'000);
    if (seconds < 120) {
        return std::to_string(seconds) + "s";
    }
    if (seconds < 7'200) {
        return std::to_string(seconds / 60) + "m";
    }
    return seconds < 172'800 ? std::to_string(seconds / 3'600) + "h"
                             : std::to_string(seconds / 86'400) + "d";
}

std::string time_text(std::int64_t unix_milliseconds) {
    return unix_milliseconds == 0 ? "" : formatted(unix_milliseconds, "%Y-%m-%d %H:%M:%S", true);
}

std::string utc_text(std::int64_t unix_milliseconds) {
    return formatted(unix_milliseconds, "%Y-%m-%dT%H:%M:%SZ", false);
}

std::int64_t now_milliseconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string holder_text(const naming::holder& who) {
    std::string text = who.program.empty() ? "unknown" : who.program;
    if (who.pid != 0) {
        text += ", pid " + std::to_string(who.pid);
    }
    if (!who.user.empty() || !who.host.empty()) {
        text += ", " + who.user + (who.host.empty() ? "" : "@" + who.host);
    }
    return text;
}

std::string full_name(const std::string& scope, const std::string& name) {
    return scope.empty() || scope == "/" ? name : scope + "/" + name;
}

std::string hex(const naming::id128& id) {
    char text[40];
    std::snprintf(text, sizeof(text), "%016llx%016llx", static_cast<unsigned long long>(id.high),
                  static_cast<unsigned long long>(id.low));
    return text;
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
    std::string all;
    for (const auto& text : texts) {
        all += (all.empty() ? "" : between) + text;
    }
    return all;
}

}  // namespace roi::cli
