// Exceptions on the wire: out of a server's method, and into its caller.
#pragma once

#include "core/channel.hpp"

#include <roi/generated.hpp>

#include <exception>
#include <span>
#include <string>
#include <vector>

namespace roi::detail {

/// What stands in the answer for an exception that a method threw. `describe`, which may be null,
/// knows the ROI_ERROR types of the method's header. Never throws for what was thrown; only
/// std::bad_alloc.
std::vector<core::wire_exception> describe_exception(
    const std::exception_ptr& thrown,
    bool (*describe)(std::exception_ptr, generated::exception_writer&));

/// Throws the first of `exceptions` that is standard or in `known`; else remote_error. `place` is
/// the method and endpoint, for errors of our own.
[[noreturn]] void raise_exception(std::span<const core::wire_exception> exceptions,
                                  generated::list<generated::known_exception> known,
                                  const std::string& method, const std::string& endpoint,
                                  roi::call_id id);

/// "demo::account_closed" of the exception being handled.
std::string name_of_current_exception();

}  // namespace roi::detail
