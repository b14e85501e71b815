// What the runtime needs of a name server, as an abstract interface. The naming client implements
// it (nameserver/client); the runtime gets it from make_naming(), by linking.
#pragma once

#include "core/channel.hpp"

#include <roi/error.hpp>
#include <roi/generated.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace roi {
class runtime;
}

namespace roi::core {

/// Why a naming operation failed, in the words of roi::error. Always not_executed.
struct naming_failure {
    errc code = errc::no_name_server;
    /// Says what was tried and, for a name that is taken, who holds it.
    std::string text;
};

/// Where an object is.
struct resolution {
    object_address address;
    std::uint64_t generation = 0;
    std::vector<std::string> endpoints;
    /// Interface of the server: equal to the asking client's fingerprint, or found compatible.
    std::uint64_t fingerprint_high = 0;
    std::uint64_t fingerprint_low = 0;
    std::string scope;  // where it was found
};

/// Is told how a lookup ended: exactly one of the two, once, on any thread (never before resolve()
/// has returned, unless the answer is known at once: then from inside resolve()). Must not block.
class resolution_observer {
public:
    virtual ~resolution_observer() = default;
    virtual void resolved(resolution&& where) noexcept = 0;
    virtual void not_resolved(naming_failure&& why) noexcept = 0;
};

/// Is told what becomes of a publication, on any thread, one event at a time. Must not block.
class publication_observer {
public:
    virtual ~publication_observer() = default;
    /// The name server knows the name now. Comes again when it was lost and registered anew; a
    /// durable name server may give the address that the name had before.
    virtual void registered(const object_address& address, std::uint64_t generation) noexcept = 0;
    /// Another server holds the name; nothing is tried any more. Also later, when the name was
    /// taken over while no name server was in reach.
    virtual void refused(naming_failure&& why) noexcept = 0;
    /// No name server is in reach: told once for each time that this begins. It is tried again
    /// until it succeeds, is refused, or the registration is destroyed.
    virtual void not_reachable(naming_failure&& why) noexcept = 0;
};

/// Keeps a name registered: renews its lease and registers anew after an outage.
class registration {
public:
    virtual ~registration() = default;
    /// Takes the name back. Returns when the name server has answered, or soon (2 s) without it;
    /// no event is told after that. Destruction without it does the same without waiting.
    virtual void withdraw() noexcept = 0;
};

struct publish_request {
    std::string name;
    std::string scope;                           // empty: the default one
    const generated::interface* type = nullptr;  // static storage
    object_address address;                      // proposed, for a name that has none yet
    std::vector<std::string> endpoints;
};

struct resolve_request {
    std::string name;
    std::string scope;  // looked up there first, then outward; empty: default
    const generated::interface* type = nullptr;  // the asking client's; static storage
    /// Until then a name that is not yet published, and a name server that is not yet up, are
    /// waited for (tried again at growing intervals, or watched); then it ends with name_not_found
    /// or no_name_server and the text says what was tried. Absent: for ever.
    std::optional<time_point> deadline;
    /// A location that turned out not to serve: do not answer from a cache that holds this one.
    std::uint64_t stale_generation = 0;
    bool refresh = false;
};

/// The scope of names that no name server is told: the object is served under its name to those who
/// know the endpoint (roi::at). make_naming()'s registration of such a name succeeds at once.
inline constexpr const char* local_scope = "local:";

/// Is told when connections to this runtime end. A name server takes the end of a connection on its
/// own host for the end of the process.
class peer_observer {
public:
    virtual ~peer_observer() = default;
    /// No call of that connection begins after this; some may still be running. On any thread, for
    /// one connection once. Must not block.
    virtual void peer_gone(const incoming::peer& who) noexcept = 0;
};

/// Tells `observer` of every connection of `owner` that ends from now on, until it is destroyed.
/// Defined by the API layer.
void observe_peers(runtime& owner, std::weak_ptr<peer_observer> observer);

/// A runtime's way to its name servers.
///
/// It makes its own calls through stubs on roi::at(...) targets of the runtime it was made for,
/// which never come back here. All functions return at once.
class naming {
public:
    virtual ~naming() = default;
    virtual void resolve(const resolve_request& what,
                         std::shared_ptr<resolution_observer> observer) = 0;
    /// The same for a caller that blocks: returns when it has ended, and drives it on this thread
    /// by blocking stub calls, so that it also works on the only thread of a user's io_context.
    virtual std::variant<resolution, naming_failure> resolve_now(const resolve_request& what) = 0;
    virtual std::unique_ptr<registration> publish(
        const publish_request& what, std::shared_ptr<publication_observer> observer) = 0;
    /// Ends everything under way (lookups with errc::shutting_down); called once, before the
    /// runtime closes its connections.
    virtual void stop() noexcept = 0;
};

/// Makes the naming of a runtime, when it is first needed. Defined by the library that roi::runtime
/// links beside roi_core, so that the core knows no name server and there is no registry.
std::shared_ptr<naming> make_naming(runtime& owner);

/// Can a client of the interface `wanted` use an object of the interface `offered`, whose
/// serialised description is given? Returns an empty string, or which method or field differs. Used
/// where an object is given by its location; defined beside make_naming().
std::string explain_mismatch(const generated::interface& wanted, const std::string& offered,
                             std::span<const std::byte> description);

}  // namespace roi::core
