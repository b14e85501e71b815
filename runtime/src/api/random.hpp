// Random numbers that nobody can guess.
#pragma once

#include <cstdint>

namespace roi::detail {

/// From the kernel; never 0.
std::uint64_t random_token();

}  // namespace roi::detail
