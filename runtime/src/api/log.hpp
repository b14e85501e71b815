// Lines for the user's log.
#pragma once

#include <roi/runtime.hpp>

#include <string_view>

namespace roi::detail {

void log(log_level level, std::string_view line) noexcept;

}  // namespace roi::detail
