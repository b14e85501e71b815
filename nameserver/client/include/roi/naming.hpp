// Where names are looked up, and what stands behind one.
#pragma once

#include <roi/options.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace roi {

/// Makes `scope` the one that stubs and servers mean when they name none, in this process, from now
/// on: "/team/alice" within the default name server, "unix:/run/x#/team" or "tcp://host:7411" for
/// another one, "" for the default again (ROI_SCOPE, else "/"). What was looked up before stays.
///
/// Errors: errc::invalid_argument where the text is no scope.
void set_default_scope(const std::string& scope);
std::string default_scope();

/// One place where an object is served.
struct published_location {
    std::vector<std::string> endpoints;  ///< "unix:/run/x", "tcp://10.0.0.7:4000"
    std::uint64_t generation = 0;        ///< rises with each new place
    std::string program;                 ///< who serves it, as it says
    std::int32_t pid = 0;
    std::string user;
    std::string host;
    std::chrono::system_clock::time_point since;
};

/// What is published under a name.
struct published_name {
    std::string scope;  ///< where it was found: the one asked for, or further out
    std::string name;
    std::string interface;    ///< "demo.Bank"
    std::string address;      ///< 32 hexadecimal digits that stay when the object moves
    std::string name_server;  ///< the endpoint that knew
    std::vector<published_location> locations;
    std::map<std::string, std::string> attributes;
};

/// Looks `name` up in `scope` (empty: the default one), then outward, whatever its interface.
///
/// Blocks; waits within the deadline of `options` (else 30 s) for a server that is not yet there.
/// Errors: errc::name_not_found, errc::no_name_server.
published_name resolve(const std::string& name, const std::string& scope = {},
                       const call_options& options = {});

}  // namespace roi
