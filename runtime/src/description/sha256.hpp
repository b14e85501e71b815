// SHA-256 (FIPS 180-4), for ids and fingerprints: one small function instead of a dependency.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace roi::description {

using digest = std::array<std::uint8_t, 32>;
digest sha256(std::string_view bytes);

}  // namespace roi::description
