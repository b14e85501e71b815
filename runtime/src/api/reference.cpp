// References: which object is meant, and with which options.
#include <roi/reference.hpp>

#include "api/builtin.hpp"
#include "api/remote_object.hpp"
#include "api/runtime_core.hpp"

#include <utility>

namespace roi {

reference::reference(const generated::interface& type, target&& object) {
    auto core = detail::core_of(object.owner());
    bound_ = new detail::bound_object{
        std::make_shared<detail::remote_object>(std::move(core), type, std::move(object)), nullptr};
}

reference::reference(const reference& other) noexcept : bound_(other.bound_) {
    if (bound_ != nullptr) bound_->references.fetch_add(1, std::memory_order_relaxed);
}

reference::reference(reference&& other) noexcept : bound_(std::exchange(other.bound_, nullptr)) {}

reference& reference::operator=(const reference& other) noexcept {
    reference copy{other};
    std::swap(bound_, copy.bound_);
    return *this;
}

reference& reference::operator=(reference&& other) noexcept {
    reference moved{std::move(other)};
    std::swap(bound_, moved.bound_);
    return *this;
}

reference::~reference() {
    if (bound_ != nullptr && bound_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        delete bound_;
    }
}

reference reference::as(const generated::interface& type) const {
    const detail::remote_object& object = *bound_->object;
    if (&type == &object.type()) return *this;
    target same = object.meaning();
    if (same.name().empty()) {
        // The name that the derived interface publishes, not the base's.
        same = same.endpoint().empty() ? named(object.type().published_name).in(same.scope())
                                       : at(same.endpoint(), object.type().published_name);
    }
    return reference{new detail::bound_object{
        std::make_shared<detail::remote_object>(object.owner_pointer(), type, std::move(same)),
        bound_->options}};
}

reference reference::with(const call_options& options) const {
    auto object = bound_->object;
    auto merged = bound_->options ? std::make_shared<call_options>(*bound_->options)
                                  : std::make_shared<call_options>();
    if (options.deadline) {
        merged->deadline = options.deadline;
        merged->no_deadline = false;
    }
    if (options.no_deadline) merged->no_deadline = true;
    if (options.detached) merged->detached = true;
    if (options.trace) merged->trace = options.trace;
    if (!options.scope.empty() && options.scope != object->meaning().scope()) {
        merged->scope = options.scope;
        target elsewhere = object->meaning();
        object = std::make_shared<detail::remote_object>(object->owner_pointer(), object->type(),
                                                         std::move(elsewhere).in(options.scope));
    }
    return reference{new detail::bound_object{std::move(object), std::move(merged)}};
}

void reference::connect() const {
    const auto& object = bound_->object;
    const call_options* const options = bound_->options.get();
    std::chrono::nanoseconds time = std::chrono::seconds{30};
    if (options != nullptr) time = options->deadline.value_or(time);
    std::optional<core::time_point> deadline;
    if (options == nullptr || !options->no_deadline) deadline = object->owner().now() + time;
    const std::string what = std::string{"connecting to "} + object->describe();
    for (detail::backoff pauses;;) {
        auto found = object->find(deadline);
        if (auto* failed = std::get_if<detail::locate_failure>(&found)) {
            throw error{failed->code, outcome::not_executed, failed->text}.at(what, {}, {});
        }
        // The location is there; a call to the runtime itself proves the way to it.
        const auto& where = std::get<std::shared_ptr<const detail::location>>(found);
        const core::answer answer = detail::ping(*where->channel, deadline, object->owner().now());
        if (answer.what == core::answer::kind::result) return;
        object->discard(*where, answer.code);
        const auto pause = pauses.next();
        if (deadline && object->owner().now() + pause >= *deadline) {
            throw error{answer.code, outcome::not_executed, answer.text}.at(what, where->endpoint,
                                                                            {});
        }
        object->owner().pause(pause);
    }
}

std::string reference::describe() const {
    return bound_->object->describe();
}

}  // namespace roi
