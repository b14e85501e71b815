// Answers for the runtime itself: what is exported, and that it lives.
#include "api/builtin.hpp"

#include "api/published.hpp"
#include "api/runtime_core.hpp"
#include "core/callee_session.hpp"
#include "core/transactions.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <span>
#include <vector>

namespace roi::detail {
namespace builtin {
namespace {

// Written only where it says something: the schema's fields are without presence.
void put_text(wire::writer& out, std::uint32_t number, std::string_view text) {
    if (text.empty()) return;
    out.put_raw(std::as_bytes(std::span{text.data(), text.size()}));
    out.put_varint(text.size());
    out.put_tag(number, wire::wire_type::length);
}
void put_fixed(wire::writer& out, std::uint32_t number, std::uint64_t value) {
    if (value == 0) return;
    out.put_fixed64(value);
    out.put_tag(number, wire::wire_type::fixed64);
}
void put_number(wire::writer& out, std::uint32_t number, std::uint64_t value) {
    if (value == 0) return;
    out.put_varint(value);
    out.put_tag(number, wire::wire_type::varint);
}

}  // namespace

wire::writer make_describe_request(const describe_request& request) {
    wire::writer out;
    put_fixed(out, 6, request.address.low);
    put_fixed(out, 5, request.address.high);
    put_fixed(out, 4, request.fingerprint_low);
    put_fixed(out, 3, request.fingerprint_high);
    put_text(out, 2, request.interface);
    put_text(out, 1, request.name);
    return out;
}

describe_request read_describe_request(wire::reader in) {
    describe_request result;
    while (in.next()) {
        switch (in.number()) {
            case 1:
                result.name = in.text();
                break;
            case 2:
                result.interface = in.text();
                break;
            case 3:
                result.fingerprint_high = in.fixed64();
                break;
            case 4:
                result.fingerprint_low = in.fixed64();
                break;
            case 5:
                result.address.high = in.fixed64();
                break;
            case 6:
                result.address.low = in.fixed64();
                break;
            default:
                in.skip();
        }
    }
    return result;
}

void write_exported(wire::writer& out, const exported& object) {
    put_text(out, 8, object.description);
    put_fixed(out, 7, object.fingerprint_low);
    put_fixed(out, 6, object.fingerprint_high);
    put_text(out, 5, object.interface);
    put_number(out, 4, object.generation);
    put_fixed(out, 3, object.address.low);
    put_fixed(out, 2, object.address.high);
    put_text(out, 1, object.name);
}

exported read_exported(wire::reader in) {
    exported result;
    while (in.next()) {
        switch (in.number()) {
            case 1:
                result.name = in.text();
                break;
            case 2:
                result.address.high = in.fixed64();
                break;
            case 3:
                result.address.low = in.fixed64();
                break;
            case 4:
                result.generation = in.varint();
                break;
            case 5:
                result.interface = in.text();
                break;
            case 6:
                result.fingerprint_high = in.fixed64();
                break;
            case 7:
                result.fingerprint_low = in.fixed64();
                break;
            case 8:
                result.description = in.text();
                break;
            default:
                in.skip();
        }
    }
    return result;
}

wire::writer make_open_session_request(const open_session_request& request) {
    wire::writer out;
    put_fixed(out, 6, request.nonce);
    put_number(out, 5, request.client_epoch);
    put_fixed(out, 4, request.client_low);
    put_fixed(out, 3, request.client_high);
    put_fixed(out, 2, request.object.low);
    put_fixed(out, 1, request.object.high);
    return out;
}

namespace {

open_session_request read_open_session_request(wire::reader in) {
    open_session_request result;
    while (in.next()) {
        switch (in.number()) {
            case 1:
                result.object.high = in.fixed64();
                break;
            case 2:
                result.object.low = in.fixed64();
                break;
            case 3:
                result.client_high = in.fixed64();
                break;
            case 4:
                result.client_low = in.fixed64();
                break;
            case 5:
                result.client_epoch = in.varint();
                break;
            case 6:
                result.nonce = in.fixed64();
                break;
            default:
                in.skip();
        }
    }
    return result;
}

void write_opened_session(wire::writer& out, const opened_session& session) {
    put_number(out, 5, session.journal_epoch);
    put_fixed(out, 4, session.journal_low);
    put_fixed(out, 3, session.journal_high);
    put_fixed(out, 2, session.session.low);
    put_fixed(out, 1, session.session.high);
}

}  // namespace

opened_session read_opened_session(wire::reader in) {
    opened_session result;
    while (in.next()) {
        switch (in.number()) {
            case 1:
                result.session.high = in.fixed64();
                break;
            case 2:
                result.session.low = in.fixed64();
                break;
            case 3:
                result.journal_high = in.fixed64();
                break;
            case 4:
                result.journal_low = in.fixed64();
                break;
            case 5:
                result.journal_epoch = in.varint();
                break;
            default:
                in.skip();
        }
    }
    return result;
}

wire::writer make_look_up_request(const call_id& id) {
    wire::writer out;
    put_number(out, 3, id.number);
    put_fixed(out, 2, id.session_low);
    put_fixed(out, 1, id.session_high);
    return out;
}

call_fate read_look_up_reply(wire::reader in) {
    std::uint64_t fate = 0;
    while (in.next()) {
        if (in.number() == 1) {
            fate = in.varint();
        } else {
            in.skip();
        }
    }
    return fate <= static_cast<std::uint64_t>(call_fate::executed) ? static_cast<call_fate>(fate)
                                                                   : call_fate::unknown;
}

}  // namespace builtin

namespace {

using object_list = std::vector<std::shared_ptr<published_object>>;

object_list exports_of(runtime_core& owner) {
    object_list all = owner.objects().all();
    // An object may stand at two addresses.
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a->name() < b->name(); });
    return all;
}

builtin::exported describe_object(const published_object& object) {
    const generated::interface& type = *object.table().type;
    return {object.name(),
            object.address(),
            object.generation(),
            type.name,
            type.fingerprint_high,
            type.fingerprint_low,
            {}};
}

void describe(runtime_core& owner, core::incoming& call) {
    const auto request = builtin::read_describe_request(wire::reader{call.arguments()});
    object_list all;
    if (!(request.address == core::object_address{})) {
        if (auto found = owner.objects().find(request.address)) all.push_back(std::move(found));
        if (all.empty()) {
            call.refuse(errc::object_not_found, outcome::not_executed,
                        "no object has this address here");
            return;
        }
    } else {
        all = exports_of(owner);
    }
    if (request.address == core::object_address{})
        std::erase_if(all, [&](const auto& object) {
            return request.name.empty() ? object->table().type->name != request.interface
                                    : object->name() != request.name;
        });
    if (all.empty() && request.name.empty()) {
        // A derived interface, or a caller that knows none: where there is one object, it is meant.
        all = exports_of(owner);
        if (all.size() != 1) all.clear();
    }
    if (all.empty()) {
        const std::string_view wanted = request.name.empty() ? request.interface : request.name;
        call.refuse(errc::object_not_found, outcome::not_executed,
                    "nothing is exported here as '" + std::string{wanted.substr(0, 200)} + "'");
        return;
    }
    if (request.name.empty() && all.size() > 1) {
        call.refuse(errc::invalid_argument, outcome::not_executed,
                    std::to_string(all.size()) +
                        " objects of this interface are exported here: "
                        "say the name of the one that is meant");
        return;
    }
    builtin::exported found = describe_object(*all.front());
    if (found.fingerprint_high != request.fingerprint_high ||
        found.fingerprint_low != request.fingerprint_low) {
        const auto description = all.front()->table().type->description;
        found.description.assign(description.begin(), description.end());
    }
    wire::writer out;
    builtin::write_exported(out, found);
    call.reply(std::move(out));
}

void list(runtime_core& owner, core::incoming& call) {
    wire::writer out;
    const object_list all = exports_of(owner);
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
        const std::size_t mark = out.size();
        builtin::write_exported(out, describe_object(**it));
        out.close(1, mark);
    }
    call.reply(std::move(out));
}

void ping(runtime_core& owner, core::incoming& call) {
    const auto up =
        std::chrono::duration_cast<std::chrono::microseconds>(owner.now() - owner.started());
    const net::engine::identity id = owner.engine().runtime_id();
    wire::writer out;
    builtin::put_number(out, 5, owner.calls_running());
    builtin::put_number(out, 4, static_cast<std::uint64_t>(up.count()));
    builtin::put_number(out, 3, static_cast<std::uint64_t>(::getpid()));
    builtin::put_text(out, 2, "roi");
    // Sixteen octets, as in Hello: both halves, big-endian.
    std::string octets;
    for (const std::uint64_t half : {id.high, id.low}) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            octets.push_back(static_cast<char>((half >> shift) & 0xff));
        }
    }
    builtin::put_text(out, 1, octets);
    call.reply(std::move(out));
}

call_fate fate_of(core::callee_session::fate fate) {
    switch (fate) {
        case core::callee_session::fate::unknown:
            break;
        case core::callee_session::fate::not_executed:
            return call_fate::not_executed;
        case core::callee_session::fate::running:
            return call_fate::running;
        case core::callee_session::fate::executed:
            return call_fate::executed;
    }
    return call_fate::unknown;
}

void tell_fate(core::incoming& call, call_fate fate) {
    wire::writer out;
    builtin::put_number(out, 1, static_cast<std::uint64_t>(fate));
    call.reply(std::move(out));
}

// Both take the call over where they answer later.
void look_up(runtime_core& owner, std::unique_ptr<core::incoming>& call) {
    core::session_id session;
    core::object_address at;
    std::uint64_t number = 0;
    wire::reader in{call->arguments()};
    while (in.next()) {
        switch (in.number()) {
            case 1:
                session.high = in.fixed64();
                break;
            case 2:
                session.low = in.fixed64();
                break;
            case 3:
                number = in.varint();
                break;
            case 4:
                at.high = in.fixed64();
                break;
            case 5:
                at.low = in.fixed64();
                break;
            default:
                in.skip();
        }
    }
    if (number == 0) return tell_fate(*call, call_fate::unknown);
    if (at == core::object_address{}) {
        const auto found = owner.engine().served_sessions().find(session, call->from());
        return tell_fate(*call, found ? fate_of(found->settle(number)) : call_fate::unknown);
    }
    const auto object = owner.objects().find(at);
    if (!object || object->journal() == nullptr) return tell_fate(*call, call_fate::unknown);
    std::shared_ptr<core::incoming> kept{std::move(call)};
    object->journal()->look_up(
        session, number, kept->from().uid,
        [kept](core::callee_session::fate fate) { tell_fate(*kept, fate_of(fate)); });
}

void open_session(runtime_core& owner, std::unique_ptr<core::incoming>& call) {
    const auto request = builtin::read_open_session_request(wire::reader{call->arguments()});
    const auto object = owner.objects().find(request.object);
    if (!object) {
        call->refuse(errc::object_not_found, outcome::not_executed,
                     "no object has this address here");
        return;
    }
    if (object->journal() == nullptr) {
        call->refuse(errc::not_supported, outcome::not_executed,
                     "'" + object->name() + "' keeps no journal");
        return;
    }
    // Answered on the journal's thread, when it is durable.
    std::shared_ptr<core::incoming> kept{std::move(call)};
    const core::transactions::opening who{request.client_high, request.client_low,
                                          request.client_epoch, request.nonce, kept->from().uid};
    object->journal()->open_session(who, [kept](core::transactions::opened&& made) {
        if (!made.session)
            return kept->refuse(errc::overloaded, outcome::not_executed, std::move(made.why));
        wire::writer out;
        builtin::write_opened_session(
            out, {made.session, made.journal_high, made.journal_low, made.journal_epoch});
        kept->reply(std::move(out));
    });
}

}  // namespace

void serve_builtin(runtime_core& owner, std::unique_ptr<core::incoming> call) noexcept {
    try {
        switch (call->header().method) {
            case builtin::describe_method:
                describe(owner, *call);
                break;
            case builtin::list_method:
                list(owner, *call);
                break;
            case builtin::ping_method:
                ping(owner, *call);
                break;
            case builtin::look_up_method:
                look_up(owner, call);
                break;
            case builtin::open_session_method:
                open_session(owner, call);
                break;
            default:
                call->refuse(errc::method_not_found, outcome::not_executed,
                             "the runtime's own object has no such method");
        }
    } catch (const wire::malformed& why) {
        if (call) call->refuse(errc::malformed, outcome::not_executed, why.what());
    } catch (...) {
        if (call) call->refuse(errc::overloaded, outcome::not_executed, {});
    }
}

}  // namespace roi::detail
