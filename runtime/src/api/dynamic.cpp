// Calls by description: what a tool sends that has no stub.
#include <roi/dynamic.hpp>

#include "api/builtin.hpp"
#include "api/outgoing_call.hpp"
#include "api/remote_object.hpp"
#include "api/runtime_core.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace roi::dynamic {
namespace {

// Fits every object: what the object offers is looked at afterwards.
constexpr generated::interface any_interface {
    .name = "", .published_name = "", .fingerprint_high = 0, .fingerprint_low = 0,
    .description = {},
};

target in_scope(const target& object, const call_options& options) {
    target result = object;
    if (!options.scope.empty()) result.in(options.scope);
    return result;
}

std::optional<core::time_point> deadline_of(const detail::runtime_core& core,
                                            const call_options& options) {
    if (options.no_deadline) return std::nullopt;
    return core.now() +
           options.deadline.value_or<std::chrono::nanoseconds>(std::chrono::seconds{30});
}

}  // namespace

thrown::thrown(std::vector<thrown_type> types)
    : remote_error(types.empty() ? "unknown" : types.front().type,
                   types.empty() ? std::string{} : types.front().text),
      types_(std::move(types)) {}

offer describe(const target& object, const call_options& options) {
    const auto core = detail::core_of(object.owner());
    const auto remote =
        std::make_shared<detail::remote_object>(core, any_interface, in_scope(object, options));
    const detail::exported found = remote->describe_now(deadline_of(*core, options));
    const auto bytes = std::as_bytes(std::span{found.object.description});
    return {found.object.interface, {bytes.begin(), bytes.end()}, found.endpoint};
}

pong ping(const target& object, const call_options& options) {
    const auto core = detail::core_of(object.owner());
    const auto remote =
        std::make_shared<detail::remote_object>(core, any_interface, in_scope(object, options));
    auto [endpoint, took] = remote->ping_now(deadline_of(*core, options));
    return {took, std::move(endpoint)};
}

std::vector<std::byte> call(const target& object, const method& what,
                            std::span<const std::byte> arguments, const call_options& options) {
    const auto core = detail::core_of(object.owner());
    auto remote =
        std::make_shared<detail::remote_object>(core, any_interface, in_scope(object, options));
    // Only the last part of the name: the rest is the interface's.
    const std::size_t dot = what.name.rfind('.');
    const std::string interface_name = dot == std::string::npos ? "" : what.name.substr(0, dot);
    const std::string method_name =
        dot == std::string::npos ? what.name : what.name.substr(dot + 1);
    generated::interface type = any_interface;
    type.name = interface_name.c_str();
    const generated::method called{
        .id = what.id,
        .name = method_name.c_str(),
        .promise = what.idempotent ? generated::semantics::at_least_once
                                   : generated::semantics::at_most_once,
        .oneway = what.oneway,
    };
    auto* const call = new detail::outgoing_call{
        std::move(remote), std::make_shared<const call_options>(options), type, called};
    // Let go before `type` and `called` go: nothing else holds a call that has ended.
    const std::unique_ptr<detail::outgoing_call, void (*)(detail::outgoing_call*)> owner{
        call, [](detail::outgoing_call* ended) { ended->drop(); }};
    call->arguments().put_raw(arguments);
    call->wait_alone();
    const core::answer& answer = call->answer();
    switch (answer.what) {
        case core::answer::kind::failure:
            if (call->failure()) throw error{*call->failure()};
            throw error{answer.code, answer.ran, answer.text};
        case core::answer::kind::exception: {
            std::vector<thrown_type> types;
            for (const core::wire_exception& each : answer.exceptions) {
                types.push_back({each.type, each.fields, each.text});
            }
            throw thrown{std::move(types)};
        }
        case core::answer::kind::result:
            break;
    }
    const std::span<const std::byte> bytes = answer.result.bytes();
    return {bytes.begin(), bytes.end()};
}

}  // namespace roi::dynamic
