// References: which object is meant, and with which options.
#include <roi/reference.hpp>

#include "api/builtin.hpp"
#include "api/remote_object.hpp"
#include "api/runtime_core.hpp"

#include <utility>

namespace roi {

reference::reference(const generated::interface& type, target object) {
    auto core = detail::core_of(object.owner());
    object_ = std::make_shared<detail::remote_object>(std::move(core), type, std::move(object));
}

reference::reference(const reference&) noexcept = default;
reference::reference(reference&&) noexcept = default;
reference& reference::operator=(const reference&) noexcept = default;
reference& reference::operator=(reference&&) noexcept = default;
reference::~reference() = default;

reference reference::as(const generated::interface& type) const {
    reference result{*this};
    if (&type == &object_->type()) return result;
    target same = object_->meaning();
    if (same.name().empty()) {
        // The name that the derived interface publishes, not the base's.
        same = same.endpoint().empty() ? named(object_->type().published_name).in(same.scope())
                                       : at(same.endpoint(), object_->type().published_name);
    }
    result.object_ =
        std::make_shared<detail::remote_object>(object_->owner_pointer(), type, std::move(same));
    return result;
}

reference reference::with(const call_options& options) const {
    reference result{*this};
    auto merged =
        options_ ? std::make_shared<call_options>(*options_) : std::make_shared<call_options>();
    if (options.deadline) {
        merged->deadline = options.deadline;
        merged->no_deadline = false;
    }
    if (options.no_deadline) merged->no_deadline = true;
    if (options.detached) merged->detached = true;
    if (options.trace) merged->trace = options.trace;
    if (!options.scope.empty() && options.scope != object_->meaning().scope()) {
        merged->scope = options.scope;
        target elsewhere = object_->meaning();
        result.object_ = std::make_shared<detail::remote_object>(
            object_->owner_pointer(), object_->type(), std::move(elsewhere).in(options.scope));
    }
    result.options_ = std::move(merged);
    return result;
}

void reference::connect() const {
    const std::chrono::nanoseconds time =
        options_ && options_->deadline ? *options_->deadline : std::chrono::seconds{30};
    std::optional<core::time_point> deadline;
    if (!options_ || !options_->no_deadline) deadline = object_->owner().now() + time;
    const std::string what = std::string{"connecting to "} + object_->describe();
    for (detail::backoff pauses;;) {
        auto found = object_->find(deadline);
        if (auto* failed = std::get_if<detail::locate_failure>(&found)) {
            throw error{failed->code, outcome::not_executed, failed->text}.at(what, {}, 0);
        }
        // The location is there; a call to the runtime itself proves the way to it.
        const auto& where = std::get<std::shared_ptr<const detail::location>>(found);
        const core::answer answer = detail::ping(*where->channel, deadline, object_->owner().now());
        if (answer.what == core::answer::kind::result) return;
        object_->discard(*where, answer.code);
        const auto pause = pauses.next();
        if (deadline && object_->owner().now() + pause >= *deadline) {
            throw error{answer.code, outcome::not_executed, answer.text}.at(what, where->endpoint,
                                                                            0);
        }
        object_->owner().pause(pause);
    }
}

std::string reference::describe() const {
    return object_->describe();
}

}  // namespace roi
