// What became of a call whose end is not known.
#pragma once

#include <roi/error.hpp>
#include <roi/time_limit.hpp>

namespace roi {

class runtime;

/// What a server says of a call later.
enum class call_fate {
    unknown,       ///< It cannot say: it was started anew, or the call is too long ago.
    not_executed,  ///< It did not run and never will.
    running,       ///< It runs.
    executed,      ///< It ran to its end.
};

/// Asks the server what became of the call that ended with `failed`.
///
/// For errors whose outcome() is `unknown`: after a deadline that passed while the method ran, say.
/// The server remembers such calls for a minute after the last connection from this process, and
/// for as long as the connection lasts; of at most 64 calls at a time. Any other outcome is
/// returned as it stands, without asking.
///
/// Blocks, for `limit` at most (default: five seconds).
/// Errors: unreachable, deadline_exceeded and the like, where the server could not be asked.
call_fate query(const error& failed, time_limit limit = {});
/// The same by number, with the endpoint of the error; for what kept only these.
call_fate query(const call_id& id, const std::string& endpoint, time_limit limit = {});

}  // namespace roi
