// Tells a fork child from its parent, at the price of reading a variable.
#pragma once

namespace roi::detail {

/// Counts forks on the way from the first process to this one.
unsigned process_number() noexcept;

}  // namespace roi::detail
