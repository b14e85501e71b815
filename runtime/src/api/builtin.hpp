// The object at address 0 of every runtime: its messages; see runtime.proto.
#pragma once

#include "core/channel.hpp"

#include <roi/query.hpp>
#include <roi/wire.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace roi::detail::builtin {

inline constexpr std::uint64_t describe_method = 1;
inline constexpr std::uint64_t list_method = 2;
inline constexpr std::uint64_t ping_method = 3;
inline constexpr std::uint64_t look_up_method = 4;

struct describe_request {
    std::string_view name = {};
    std::string_view interface = {};
    std::uint64_t fingerprint_high = 0;
    std::uint64_t fingerprint_low = 0;
    core::object_address address = {};  // in place of a name
};

struct exported {
    std::string name;
    core::object_address address;
    std::uint64_t generation = 0;
    std::string interface;
    std::uint64_t fingerprint_high = 0;
    std::uint64_t fingerprint_low = 0;
    std::string description;
};

wire::writer make_describe_request(const describe_request& request);
/// Throws wire::malformed. The views are into the bytes read.
describe_request read_describe_request(wire::reader in);

void write_exported(wire::writer& out, const exported& object);
/// Throws wire::malformed.
exported read_exported(wire::reader in);

wire::writer make_look_up_request(const call_id& id);
/// Throws wire::malformed.
call_fate read_look_up_reply(wire::reader in);

}  // namespace roi::detail::builtin
