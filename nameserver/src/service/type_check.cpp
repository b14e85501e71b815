// Compares descriptions once for each two versions that meet.
#include "service/type_check.hpp"

#include "description/compatibility.hpp"
#include "description/description.hpp"
#include "description/fingerprint.hpp"

namespace roi::nameserver {

type_check::verdict type_check::check(const naming::interface_id& wanted,
                                      std::span<const std::byte> wanted_description,
                                      const naming::interface_id& offered,
                                      std::span<const std::byte> offered_description) const {
    if (wanted.name.empty() || wanted == offered) return {};
    const key both{{wanted.name, wanted.fingerprint}, {offered.name, offered.fingerprint}};
    {
        const std::lock_guard lock{mutex_};
        if (const auto at = verdicts_.find(both); at != verdicts_.end()) {
            if (at->second.empty()) return {};
            return {naming::status::type_mismatch, at->second};
        }
    }
    if (wanted_description.empty()) return {naming::status::need_description, {}};
    // What the client says of itself concerns only itself, but the verdict is kept for others.
    if (auto wrong = check_description(wanted, wanted_description)) {
        return {naming::status::type_mismatch, "the client's description: " + *wrong};
    }
    std::string text;
    if (offered_description.empty()) {
        text = "the server has no description, and is no " + wanted.name;
    } else {
        text = description::check_client(wanted_description, wanted.name, offered_description,
                                         offered.name)
                   .summary();
    }
    const std::lock_guard lock{mutex_};
    if (verdicts_.size() >= kept) verdicts_.clear();
    verdicts_.emplace(both, text);
    if (text.empty()) return {};
    return {naming::status::type_mismatch, text};
}

std::optional<std::string> check_description(const naming::interface_id& type,
                                             std::span<const std::byte> bytes) {
    try {
        const auto document = description::document::load(bytes);
        const auto own = description::fingerprint_of(document, type.name);
        if (!own) return "it has no interface " + type.name;
        if (type.fingerprint != id128{own->high, own->low}) {
            return "the fingerprint that came with it is not that of " + type.name +
                   " as it describes it; the stubs were changed by hand, or belong to different "
                   "versions: generate and build them anew";
        }
    } catch (const description::malformed& e) {
        return e.what();
    }
    return std::nullopt;
}

}  // namespace roi::nameserver
