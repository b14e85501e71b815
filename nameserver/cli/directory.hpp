// The name servers as the commands see them: who is asked, and what they answer.
#pragma once

#include "command.hpp"
#include "name_service.hpp"

#include <roi/options.hpp>

#include <string>
#include <vector>

namespace roi::cli {

/// The name server that a scope belongs to.
///
/// Lookups ask once: a person who mistypes a name wants to know at once, not to wait for a server
/// that may still start.
/// Errors: all functions throw failure.
class directory {
public:
    /// Finds the first name server that answers, among those where clients would look.
    static directory open(const settings& with);

    /// All entries of the scope and those within it, whose names begin with `prefix`.
    std::vector<naming::entry> list(const std::string& prefix) const;
    /// The entry that clients in the scope get for the name, there or further out.
    naming::entry resolve(const std::string& name) const;
    /// The serialised description of an interface.
    std::vector<std::byte> describe(const naming::interface_id& type) const;
    naming::server_state state() const;

    const std::string& endpoint() const noexcept { return endpoint_; }
    /// "the name server at unix:/run/x".
    std::string text() const { return "the name server at " + endpoint_; }

private:
    directory(const settings& with, std::string endpoint, std::string path);
    std::string explain_absent(const std::string& name) const;

    settings with_;
    std::string endpoint_;
    std::string path_;  // scope within the server
};

/// An object as a person names it.
struct object_name {
    std::string text;      ///< as given
    std::string scope;     ///< with the name server, as stubs take it
    std::string name;      ///< "bank"
    std::string endpoint;  ///< where the object is given by location: no name server is asked

    /// "bank", "/team/alice/bank", "unix:/run/x#bank", "tcp://127.0.0.1:4000".
    static object_name parse(const std::string& text, const settings& with);
    roi::target target() const;
};

/// An object's interface: its wire name and its description.
struct object_interface {
    std::string name;
    std::vector<std::byte> description;
    std::string holder;  ///< for people: who holds it, and where
};

/// Finds the object and its description, from the name server where one knows it, else from the
/// object's own server.
object_interface find_interface(const object_name& object, const settings& with);

}  // namespace roi::cli
