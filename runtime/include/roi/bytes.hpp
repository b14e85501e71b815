// A short name for bytes in an interface, and the ways between bytes and text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roi {

/// Bytes that are no text. Travels as protobuf's `bytes`, as every vector of 8-bit integers does.
using bytes = std::vector<std::byte>;

/// A copy of the characters of `text`.
inline bytes to_bytes(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

/// `data` seen as characters. Lifetime: that of `data`.
inline std::string_view as_text(std::span<const std::byte> data) noexcept {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

}  // namespace roi
