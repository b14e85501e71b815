// Asks a server what became of a call.
#include <roi/query.hpp>

#include "api/builtin.hpp"
#include "api/remote_object.hpp"
#include "api/runtime_core.hpp"

namespace roi {

call_fate query(const call_id& id, const std::string& endpoint, time_limit limit) {
    if (!id || (id.session_high == 0 && id.session_low == 0)) return call_fate::unknown;
    const auto core = detail::core_of(nullptr);
    const auto now = core->now();
    const auto deadline = now + limit.value_or(std::chrono::nanoseconds{std::chrono::seconds{5}});
    const std::string what = "asking after a call";
    const auto channel = core->engine().connect(endpoint);
    const core::answer answer =
        detail::ask(*channel, detail::builtin::look_up_method,
                    detail::builtin::make_look_up_request(id), deadline, now);
    if (answer.what == core::answer::kind::failure)
        throw error{answer.code, answer.ran, answer.text}.at(what, endpoint, {});
    try {
        return detail::builtin::read_look_up_reply(wire::reader{answer.result.bytes()});
    } catch (const wire::malformed& why) {
        throw error{errc::malformed, outcome::executed, why.what()}.at(what, endpoint, {});
    }
}

call_fate query(const error& failed, time_limit limit) {
    switch (failed.outcome()) {
        case outcome::not_executed:
            return call_fate::not_executed;
        case outcome::executed:
            return call_fate::executed;
        case outcome::unknown:
            break;
    }
    return query(failed.call_id(), failed.endpoint(), limit);
}

}  // namespace roi
