// Records as the store keeps them, by protobuf.
#include "registry/record.hpp"

#include "registry/names.hpp"

#include "record.pb.h"

#include <algorithm>

namespace roi::nameserver {
namespace {

void put(stored::Id& to, const id128& from) {
    to.set_high(from.high);
    to.set_low(from.low);
}

id128 get(const stored::Id& from) {
    return {from.high(), from.low()};
}

}  // namespace

std::uint64_t record::generation() const noexcept {
    std::uint64_t newest = 0;
    for (const stored_location& l : locations)
        newest = std::max(newest, l.generation);
    return newest;
}

const stored_location* record::find(const id128& instance) const noexcept {
    const auto at = std::find_if(locations.begin(), locations.end(),
                                 [&](const stored_location& l) { return l.instance == instance; });
    return at == locations.end() ? nullptr : &*at;
}

stored_location* record::find(const id128& instance) noexcept {
    return const_cast<stored_location*>(std::as_const(*this).find(instance));
}

std::string encode(std::string_view path, const record& what) {
    stored::Entry out;
    out.set_path(std::string{path});
    put(*out.mutable_address(), what.address);
    out.set_shared(what.shared);
    out.set_interface(what.type.name);
    put(*out.mutable_fingerprint(), what.type.fingerprint);
    for (const stored_location& from : what.locations) {
        stored::Location& to = *out.add_locations();
        for (const std::string& e : from.endpoints)
            to.add_endpoints(e);
        put(*to.mutable_instance(), from.instance);
        to.set_generation(from.generation);
        to.set_ttl_ms(from.ttl_ms);
        to.set_program(from.holder.program);
        to.set_pid(from.holder.pid);
        to.set_user(from.holder.user);
        to.set_uid(from.holder.uid);
        to.set_host(from.holder.host);
        to.set_published_at_ms(from.published_at_ms);
        to.set_process(from.process);
    }
    out.mutable_attributes()->insert(what.attributes.begin(), what.attributes.end());
    return out.SerializeAsString();
}

std::optional<decoded> decode(std::string_view bytes, std::uint64_t created) {
    stored::Entry in;
    if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
    std::string why;
    const auto name = full_name::parse("/", in.path(), why);
    if (!name || name->path() != in.path() || in.locations().empty()) return std::nullopt;

    decoded out;
    out.path = in.path();
    out.what.created = created;
    out.what.address = get(in.address());
    out.what.shared = in.shared();
    out.what.type = {in.interface(), get(in.fingerprint())};
    for (const stored::Location& from : in.locations()) {
        stored_location to;
        to.endpoints.assign(from.endpoints().begin(), from.endpoints().end());
        to.instance = get(from.instance());
        to.generation = from.generation();
        to.ttl_ms = from.ttl_ms();
        to.holder = {from.program(), from.pid(), from.user(), from.uid(), from.host()};
        to.published_at_ms = from.published_at_ms();
        to.process = from.process();
        out.what.locations.push_back(std::move(to));
    }
    out.what.attributes.insert(in.attributes().begin(), in.attributes().end());
    return out;
}

}  // namespace roi::nameserver
