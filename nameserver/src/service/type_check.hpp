// Does a server fit the client that asks for it? Verdicts are kept, for the same two versions meet
// again and again.
#pragma once

#include "registry/record.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace roi::nameserver {

class type_check {
public:
    /// Pairs whose verdict is kept; beyond it all are forgotten and found out again.
    static constexpr std::size_t kept = 4096;

    struct verdict {
        naming::status status = naming::status::ok;  // ok, type_mismatch, need_description
        std::string text;
    };
    /// `wanted_description` may be empty: need_description says that the answer depends on it.
    verdict check(const naming::interface_id& wanted, std::span<const std::byte> wanted_description,
                  const naming::interface_id& offered,
                  std::span<const std::byte> offered_description) const;

private:
    using key = std::pair<std::pair<std::string, id128>, std::pair<std::string, id128>>;
    mutable std::mutex mutex_;
    mutable std::map<key, std::string> verdicts_;  // empty text: it fits
};

/// Do the bytes describe that interface, and is the fingerprint theirs? Nothing, or what is wrong.
std::optional<std::string> check_description(const naming::interface_id& type,
                                             std::span<const std::byte> description);

}  // namespace roi::nameserver
