// What a client stub holds: which object it means, and how its calls behave.
#pragma once

#include <roi/options.hpp>

#include <string>

namespace roi {

namespace generated {
struct interface;
class request;
}  // namespace generated
namespace detail {
struct bound_object;
}

/// A remote object, as a value: copies mean the same object and share what was found out about it.
///
/// Making one neither blocks nor fails: it starts no search. The first call, or connect(), looks
/// the name up and connects, within its deadline; it waits there for a server, or a name server,
/// that is not yet up. After the server was restarted or has moved, the next call looks it up
/// again; the same reference goes on working.
///
/// Threads: safe to use, also the same reference, from any thread.
class reference {
public:
    /// `type` must have static storage. An empty name in `object` means the one `type` publishes.
    reference(const generated::interface& type, target&& object);
    /// Copies share the location. A moved-from reference can only be assigned to or destroyed.
    reference(const reference&) noexcept;
    reference(reference&&) noexcept;
    reference& operator=(const reference&) noexcept;
    reference& operator=(reference&&) noexcept;
    ~reference();

    /// The same object, asked for with the interface `type`, a base of this one's.
    reference as(const generated::interface& type) const;
    /// The same object; what `options` sets replaces what was set before.
    reference with(const call_options& options) const;

    /// Looks the object up, connects to it and checks its type, without a call.
    ///
    /// Blocks until that is done, or until the deadline of the reference's options (else 30 s).
    /// Errors: as a call's that never reached its server, with outcome::not_executed.
    void connect() const;

    /// Published name, or the endpoint where the object was given by location: for people.
    std::string describe() const;

private:
    friend class generated::request;
    explicit reference(detail::bound_object* bound) noexcept : bound_(bound) {}
    detail::bound_object* bound_;  // counted
};

/// Looks the object of `client`, a generated client, up and connects to it; see
/// reference::connect().
template <class Client>
void connect(const Client& client) {
    client.roi_reference().connect();
}

}  // namespace roi
