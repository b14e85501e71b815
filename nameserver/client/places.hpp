// How scopes are spelt, and where name servers are found without configuration.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roi::naming {

/// The port of loopback TCP where a host's name server listens.
inline constexpr int well_known_port = 7411;
/// The name that a name server is exported under, beside its endpoint.
inline constexpr const char* server_object = "nameserver";

/// A scope as users write it:
///
///     ""  "/"  "/team/alice"                   in the default name server
///     "unix:/run/x"  "unix:/run/x#/team"       in a given one
///     "tcp://10.0.0.1:7411#/team"
///     "default:"  "default:#/team"             the host's own, whatever set_default_scope() said
///     "local:"                                 nowhere: known to those who know the endpoint
struct scope_name {
    enum class place { default_server, given_server, local };
    place where = place::default_server;
    std::string server;      // endpoint, for given_server
    std::string path = "/";  // within it; checked by the server

    static std::optional<scope_name> parse(std::string_view text, std::string& why);
};

/// What finding a name server depends on; replaced in tests.
struct surroundings {
    std::function<std::optional<std::string>(const char* variable)> environment;
    /// Owner of a socket file; nothing where there is none.
    std::function<std::optional<unsigned>(const std::string& path)> owner_of;
    unsigned user = 0;                 // ours
    std::optional<unsigned> roi_user;  // of the account "roi", where there is one
};
surroundings system_surroundings();

/// The endpoints at which to look for the default name server, best first: ROI_NAMESERVER alone
/// where it is set (several separated by commas), else $XDG_RUNTIME_DIR/roi/nameserver,
/// /run/roi/nameserver, and loopback TCP. Sockets that do not exist, or that belong neither to
/// root, to roi nor to us, are left out: whoever may write into a directory must not become the
/// name server of others.
std::vector<std::string> default_servers(const surroundings& here);
/// For error messages: where it looks, also those left out and why.
std::string explain_default_servers(const surroundings& here);

}  // namespace roi::naming
