// The place of a call in a distributed trace.
#pragma once

#include <array>
#include <cstdint>

namespace roi {

/// A W3C trace context, as `traceparent` carries it. Calls made inside a served call take its
/// context along unchanged, unless their options give another one; ROI makes no spans of its own.
struct trace_context {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> parent_id{};
    std::uint8_t flags = 0;
    friend bool operator==(const trace_context&, const trace_context&) = default;
};

}  // namespace roi
