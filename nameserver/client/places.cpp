// Reads scopes, and looks for the sockets of name servers.
#include "places.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace roi::naming {
namespace {

std::string loopback() {
    return "tcp://127.0.0.1:" + std::to_string(well_known_port);
}

std::vector<std::string> socket_paths(const surroundings& here) {
    std::vector<std::string> paths;
    if (const auto dir = here.environment("XDG_RUNTIME_DIR"); dir && dir->starts_with('/')) {
        paths.push_back(*dir + "/roi/nameserver");
    }
    paths.emplace_back("/run/roi/nameserver");
    return paths;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        if (comma > at) out.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return out;
}

bool is_trusted(const surroundings& here, unsigned owner) {
    return owner == 0 || owner == here.user || (here.roi_user && owner == *here.roi_user);
}

std::optional<std::string> configured(const surroundings& here) {
    auto value = here.environment("ROI_NAMESERVER");
    return value && !value->empty() ? value : std::nullopt;
}

}  // namespace

std::optional<scope_name> scope_name::parse(std::string_view text, std::string& why) {
    scope_name out;
    if (text.empty()) return out;
    const std::size_t mark = text.find('#');
    const std::string_view server = text.substr(0, mark);
    if (text.front() == '/') {
        if (mark != std::string_view::npos) {
            why = "a '#' in a scope stands behind a name server's endpoint";
            return std::nullopt;
        }
        out.path = text;
        return out;
    }
    if (mark != std::string_view::npos && mark + 1 < text.size()) {
        out.path = text.substr(mark + 1);
        if (out.path.front() != '/') {
            why = "behind the '#' of a scope stands a path that begins with '/'";
            return std::nullopt;
        }
    }
    if (server == "default:") return out;
    if (server == "local:") {
        out.where = place::local;
        return out;
    }
    if ((server.starts_with("unix:") && server.size() > 5) ||
        (server.starts_with("tcp://") && server.size() > 6)) {
        out.where = place::given_server;
        out.server = server;
        return out;
    }
    why =
        "'" + std::string{text} +
        "' is no scope: write a path as /team/alice, or a name server's endpoint as unix:/run/x or "
        "tcp://host:7411, with #/path behind it where needed";
    return std::nullopt;
}

surroundings system_surroundings() {
    surroundings here;
    here.environment = [](const char* variable) -> std::optional<std::string> {
        const char* value = std::getenv(variable);
        return value ? std::optional<std::string>{value} : std::nullopt;
    };
    here.owner_of = [](const std::string& path) -> std::optional<unsigned> {
        struct stat found {};
        if (::stat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
        return found.st_uid;
    };
    here.user = ::geteuid();
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* account = nullptr;
    if (::getpwnam_r("roi", &entry, space.data(), space.size(), &account) == 0 && account) {
        here.roi_user = account->pw_uid;
    }
    return here;
}

std::vector<std::string> default_servers(const surroundings& here) {
    if (const auto given = configured(here)) return split(*given);
    std::vector<std::string> out;
    for (const std::string& path : socket_paths(here)) {
        const auto owner = here.owner_of(path);
        if (owner && is_trusted(here, *owner)) out.push_back("unix:" + path);
    }
    out.push_back(loopback());
    return out;
}

std::string explain_default_servers(const surroundings& here) {
    if (const auto given = configured(here)) return "ROI_NAMESERVER=" + *given;
    std::string text;
    for (const std::string& path : socket_paths(here)) {
        const auto owner = here.owner_of(path);
        text += path;
        if (!owner) {
            text += " (no socket)";
        } else if (!is_trusted(here, *owner)) {
            text += " (belongs to user " + std::to_string(*owner) + ", so it is not trusted)";
        }
        text += ", ";
    }
    return text + loopback();
}

}  // namespace roi::naming
