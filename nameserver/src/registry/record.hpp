// One name as the registry holds it and the store keeps it.
#pragma once

#include "name_service.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roi::nameserver {

using naming::id128;

struct stored_location {
    std::vector<std::string> endpoints;
    id128 instance;
    std::uint64_t generation = 0;
    std::uint32_t ttl_ms = 0;
    naming::holder holder;
    std::int64_t published_at_ms = 0;
    std::string process = {};  // of this host; as process_identity() names it
};

struct record {
    std::uint64_t created = 0;  // revision; the key in the store, so that new rows stand together
    id128 address;
    bool shared = false;
    naming::interface_id type;
    std::vector<stored_location> locations;
    std::map<std::string, std::string> attributes;

    /// The newest location's generation.
    std::uint64_t generation() const noexcept;
    const stored_location* find(const id128& instance) const noexcept;
    stored_location* find(const id128& instance) noexcept;
};

/// The bytes that the store keeps. `created` is not among them.
std::string encode(std::string_view path, const record& what);

/// Reads them back; nothing where they are no record, or break a rule of names.
struct decoded {
    std::string path;
    record what;
};
std::optional<decoded> decode(std::string_view bytes, std::uint64_t created);

}  // namespace roi::nameserver
