// The object at address 0 of every runtime: its messages; see runtime.proto.
#pragma once

#include "core/call_rows.hpp"
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
inline constexpr std::uint64_t open_session_method = 5;

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

struct open_session_request {
    core::object_address object;
    std::uint64_t client_high = 0;
    std::uint64_t client_low = 0;
    std::uint64_t client_epoch = 0;
    std::uint64_t nonce = 0;
};
struct opened_session {
    core::session_id session;
    std::uint64_t journal_high = 0;
    std::uint64_t journal_low = 0;
    std::uint64_t journal_epoch = 0;
};
wire::writer make_open_session_request(const open_session_request& request);
/// Throws wire::malformed.
opened_session read_opened_session(wire::reader in);

wire::writer make_look_up_request(const call_id& id);
/// Throws wire::malformed.
call_fate read_look_up_reply(wire::reader in);

}  // namespace roi::detail::builtin
