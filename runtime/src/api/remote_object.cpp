// Finds an object: by name through a naming, or at an endpoint by asking the runtime there.
#include "api/remote_object.hpp"

#include "api/builtin.hpp"
#include "api/runtime_core.hpp"

#include <roi/reference.hpp>

#include <algorithm>
#include <utility>

namespace roi::detail {
namespace {

// The nearest first: the host's own sockets, then loopback, then what may be far.
int distance(const std::string& endpoint) noexcept {
    if (endpoint.starts_with("unix:")) return 0;
    if (endpoint.starts_with("tcp://127.") || endpoint.starts_with("tcp://[::1]") ||
        endpoint.starts_with("tcp://localhost")) {
        return 1;
    }
    return endpoint.starts_with("tcp:") ? 2 : 0;
}

// One call to the runtime itself, waited for on this thread.
class own_call final : public core::outgoing {
public:
    void completed(core::answer&& answer) noexcept override { result = std::move(answer); }
    core::answer result;
};

locate_failure with_tries(locate_failure failure, int tries) {
    if (tries > 1) failure.text += " (" + std::to_string(tries) + " attempts)";
    return failure;
}

bool may_pass(errc code) noexcept {
    switch (code) {
        case errc::unreachable:
        case errc::connection_lost:
        case errc::object_not_found:
        case errc::name_not_found:
        case errc::shutting_down:
        case errc::overloaded:
            return true;
        default:
            return false;
    }
}

const locate_failure stopping{errc::shutting_down, "this runtime is stopping"};

}  // namespace

core::answer ask(core::channel& channel, std::uint64_t method, wire::writer&& arguments,
                 std::optional<core::time_point> deadline, core::time_point now) {
    own_call call;
    call.header.method = method;
    call.arguments = std::move(arguments);
    call.deadline = deadline;
    if (deadline) {
        call.header.time_left =
            std::max(std::chrono::microseconds{1},
                     std::chrono::duration_cast<std::chrono::microseconds>(*deadline - now));
    }
    call.will_wait = true;
    channel.start(call);
    channel.wait(call);
    return std::move(call.result);
}

core::answer ping(core::channel& channel, std::optional<core::time_point> deadline,
                  core::time_point now) {
    return ask(channel, builtin::ping_method, {}, deadline, now);
}

remote_object::remote_object(std::shared_ptr<runtime_core> owner, const generated::interface& type,
                             target object)
    : owner_(std::move(owner)), type_(&type), target_(std::move(object)) {}

remote_object::~remote_object() = default;

std::string remote_object::describe() const {
    const std::string& name = target_.name();
    if (!target_.endpoint().empty()) {
        return name.empty() ? target_.endpoint() : "'" + name + "' at " + target_.endpoint();
    }
    std::string text = "'" + (name.empty() ? std::string{type_->published_name} : name) + "'";
    if (!target_.scope().empty()) text += " in scope " + target_.scope();
    return text;
}

std::shared_ptr<const location> remote_object::known() const {
    const std::lock_guard lock{mutex_};
    return location_ && !location_->channel->failed() ? location_ : nullptr;
}

std::shared_ptr<const location> remote_object::adopt(const core::resolution& found) {
    auto made = std::make_shared<location>();
    made->address = found.address;
    made->generation = found.generation;
    made->endpoints = found.endpoints;
    std::stable_sort(
        made->endpoints.begin(), made->endpoints.end(),
        [](const std::string& a, const std::string& b) { return distance(a) < distance(b); });
    made->endpoint = made->endpoints.front();
    made->channel = owner_->engine().connect(made->endpoint);
    const std::lock_guard lock{mutex_};
    location_ = made;
    refresh_ = false;
    return made;
}

void remote_object::discard(const location& bad, errc why) {
    std::unique_lock lock{mutex_};
    if (location_.get() != &bad) return;  // another call has found a better one meanwhile
    const bool elsewhere = why == errc::unreachable || why == errc::connection_lost;
    if (elsewhere && bad.index + 1 < bad.endpoints.size()) {
        auto next = std::make_shared<location>(bad);
        ++next->index;
        next->endpoint = next->endpoints[next->index];
        lock.unlock();
        next->channel = owner_->engine().connect(next->endpoint);
        lock.lock();
        if (location_.get() == &bad) location_ = std::move(next);
        return;
    }
    location_.reset();
    refresh_ = true;
    stale_generation_ = bad.generation;
}

std::shared_ptr<core::caller_session> remote_object::journal_session() const {
    const std::lock_guard lock{mutex_};
    return journal_session_;
}

void remote_object::set_journal_session(std::shared_ptr<core::caller_session> session) {
    const std::lock_guard lock{mutex_};
    journal_session_ = std::move(session);
}

void remote_object::forget_journal_session(const core::caller_session& session) {
    const std::lock_guard lock{mutex_};
    if (journal_session_.get() == &session) journal_session_.reset();
}

void remote_object::revive(const location& lost, std::shared_ptr<const location> fresh) {
    const std::lock_guard lock{mutex_};
    if (location_.get() == &lost) location_ = std::move(fresh);
}

void remote_object::redirect(const location& from, const std::vector<std::string>& endpoints) {
    auto next = std::make_shared<location>(from);
    next->endpoints = endpoints;
    next->index = 0;
    next->endpoint = endpoints.front();
    next->hops = from.hops + 1;
    next->channel = owner_->engine().connect(next->endpoint);
    const std::lock_guard lock{mutex_};
    if (location_.get() == &from) location_ = std::move(next);
}

core::resolve_request remote_object::naming_request(
    std::optional<core::time_point> deadline) const {
    core::resolve_request request;
    request.name = target_.name().empty() ? type_->published_name : target_.name();
    request.scope = target_.scope();
    request.type = type_;
    request.deadline = deadline;
    const std::lock_guard lock{mutex_};
    // A location that is still there is one whose connection has ended, maybe with its server: what
    // led to it must not be taken from a cache.
    request.refresh = refresh_ || location_ != nullptr;
    request.stale_generation = stale_generation_;
    return request;
}

wire::writer remote_object::describe_request() const {
    return builtin::make_describe_request({.name = target_.name(),
                                           .interface = type_->name,
                                           .fingerprint_high = type_->fingerprint_high,
                                           .fingerprint_low = type_->fingerprint_low});
}

std::variant<core::resolution, locate_failure> remote_object::read_description(
    const core::answer& answer) const {
    if (answer.what == core::answer::kind::failure) {
        return locate_failure{answer.code, answer.text};
    }
    if (answer.what == core::answer::kind::exception) {
        return locate_failure{errc::malformed, "the runtime there answered with an exception"};
    }
    builtin::exported found;
    try {
        found = builtin::read_exported(wire::reader{answer.result.bytes()});
    } catch (const wire::malformed& why) {
        return locate_failure{errc::malformed,
                              std::string{"its description cannot be read: "} + why.what()};
    }
    if (found.fingerprint_high != type_->fingerprint_high ||
        found.fingerprint_low != type_->fingerprint_low) {
        std::string difference = core::explain_mismatch(
            *type_, found.interface, std::as_bytes(std::span{found.description}));
        if (!difference.empty()) return locate_failure{errc::type_mismatch, std::move(difference)};
    }
    core::resolution result;
    result.address = found.address;
    result.generation = found.generation;
    result.fingerprint_high = found.fingerprint_high;
    result.fingerprint_low = found.fingerprint_low;
    result.endpoints = {target_.endpoint()};
    return result;
}

located remote_object::find(std::optional<core::time_point> deadline) {
    if (auto present = known()) return present;
    std::unique_lock lock{mutex_};
    // One thread searches for all that block. It never waits for a search without a thread, whose
    // progress might need this very thread.
    while (thread_searches_) {
        const auto over = [&] { return !thread_searches_; };
        owner_->executor().before_blocking();
        if (!deadline) {
            search_over_.wait(lock, over);
        } else if (!search_over_.wait_until(lock, *deadline, over)) {
            return locate_failure{
                errc::unreachable,
                "the deadline passed while another call was looking for " + describe()};
        }
        if (location_ && !location_->channel->failed()) return location_;
    }
    thread_searches_ = true;
    lock.unlock();
    located found = locate_failure{};
    try {
        found = target_.endpoint().empty() ? find_by_name(deadline) : find_at_endpoint(deadline);
    } catch (const roi::error& failed) {
        found = locate_failure{failed.reason(), failed.what()};
    } catch (const std::exception& failed) {
        found = locate_failure{errc::unreachable, failed.what()};
    }
    lock.lock();
    thread_searches_ = false;
    search_over_.notify_all();
    return found;
}

exported remote_object::describe_now(std::optional<core::time_point> deadline) {
    auto found = find(deadline);
    if (auto* failed = std::get_if<locate_failure>(&found)) {
        throw error{failed->code, outcome::not_executed, failed->text}.at(describe(), {}, {});
    }
    const auto& where = *std::get<std::shared_ptr<const location>>(found);
    const auto fail = [&](errc code, const std::string& text) {
        return error{code, outcome::not_executed, text}.at(describe(), where.endpoint, {});
    };
    // By address, because names are given out by name servers, and by the endpoint's own runtime.
    const core::answer answer =
        ask(*where.channel, builtin::describe_method,
            builtin::make_describe_request({.address = where.address}), deadline, owner_->now());
    if (answer.what == core::answer::kind::failure) throw fail(answer.code, answer.text);
    if (answer.what == core::answer::kind::exception) {
        throw fail(errc::malformed, "the runtime there answered with an exception");
    }
    try {
        return {builtin::read_exported(wire::reader{answer.result.bytes()}), where.endpoint};
    } catch (const wire::malformed& why) {
        throw fail(errc::malformed, std::string{"its description cannot be read: "} + why.what());
    }
}

std::pair<std::string, std::chrono::nanoseconds> remote_object::ping_now(
    std::optional<core::time_point> deadline) {
    auto found = find(deadline);
    if (auto* failed = std::get_if<locate_failure>(&found)) {
        throw error{failed->code, outcome::not_executed, failed->text}.at(describe(), {}, {});
    }
    const auto& where = *std::get<std::shared_ptr<const location>>(found);
    const auto begin = owner_->now();
    const core::answer answer = ping(*where.channel, deadline, begin);
    const auto took = owner_->now() - begin;
    if (answer.what != core::answer::kind::result) {
        throw error{answer.what == core::answer::kind::failure ? answer.code : errc::malformed,
                    outcome::not_executed, answer.text}
            .at(describe(), where.endpoint, {});
    }
    return {where.endpoint, took};
}

located remote_object::find_by_name(std::optional<core::time_point> deadline) {
    const auto naming = owner_->naming();
    if (!naming) return stopping;
    auto found = naming->resolve_now(naming_request(deadline));
    if (auto* failed = std::get_if<core::naming_failure>(&found)) {
        return locate_failure{failed->code, std::move(failed->text)};
    }
    auto& resolved = std::get<core::resolution>(found);
    if (resolved.endpoints.empty()) {
        return locate_failure{errc::unreachable, "the name server gave no endpoint"};
    }
    return adopt(resolved);
}

located remote_object::find_at_endpoint(std::optional<core::time_point> deadline) {
    backoff pauses;
    for (int tries = 1;; ++tries) {
        if (owner_->is_stopping()) return stopping;
        const auto channel = owner_->engine().connect(target_.endpoint());
        auto found = read_description(
            ask(*channel, builtin::describe_method, describe_request(), deadline, owner_->now()));
        if (auto* resolved = std::get_if<core::resolution>(&found)) return adopt(*resolved);
        auto& failed = std::get<locate_failure>(found);
        const auto pause = pauses.next();
        if (!target_.waits() || !may_pass(failed.code) ||
            (deadline && owner_->now() + pause >= *deadline)) {
            return with_tries(std::move(failed), tries);
        }
        owner_->pause(pause);
    }
}

// Searches without a thread. Each owns itself until it has told its observer.

class remote_object::direct_search final : public core::outgoing {
public:
    direct_search(std::shared_ptr<remote_object> object, std::optional<core::time_point> until)
        : object_(std::move(object)), until_(until) {}

    void attempt() noexcept {
        try {
            runtime_core& owner = *object_->owner_;
            if (owner.is_stopping()) return end(stopping);
            ++tries_;
            const auto channel = owner.engine().connect(object_->target_.endpoint());
            channel_ = channel;
            header = {};
            header.method = builtin::describe_method;
            arguments = object_->describe_request();
            deadline = until_;
            if (until_) {
                header.time_left = std::max(
                    std::chrono::microseconds{1},
                    std::chrono::duration_cast<std::chrono::microseconds>(*until_ - owner.now()));
            }
            id = 0;
            link = nullptr;
            channel->start(*this);  // may end us
        } catch (const std::exception& failed) {
            end(locate_failure{errc::unreachable, failed.what()});
        }
    }

    void completed(core::answer&& answer) noexcept override {
        try {
            auto found = object_->read_description(answer);
            if (auto* resolved = std::get_if<core::resolution>(&found)) {
                return end(object_->adopt(*resolved));
            }
            auto& failed = std::get<locate_failure>(found);
            runtime_core& owner = *object_->owner_;
            const auto again = owner.now() + pauses_.next();
            if (!object_->target_.waits() || !may_pass(failed.code) ||
                (until_ && again >= *until_)) {
                return end(with_tries(std::move(failed), tries_));
            }
            owner.start_timer(
                again, [](void* self) { static_cast<direct_search*>(self)->attempt(); }, this);
        } catch (const std::exception& failed) {
            end(locate_failure{errc::unreachable, failed.what()});
        }
    }

private:
    void end(located&& result) noexcept {
        const auto object = object_;
        delete this;
        object->search_ended(std::move(result));
    }

    const std::shared_ptr<remote_object> object_;
    const std::optional<core::time_point> until_;
    std::shared_ptr<core::channel> channel_;
    backoff pauses_;
    int tries_ = 0;
};

class remote_object::naming_search final : public core::resolution_observer {
public:
    explicit naming_search(std::shared_ptr<remote_object> object) : object_(std::move(object)) {}

    void resolved(core::resolution&& where) noexcept override {
        try {
            if (where.endpoints.empty()) {
                object_->search_ended(
                    locate_failure{errc::unreachable, "the name server gave no endpoint"});
                return;
            }
            object_->search_ended(object_->adopt(where));
        } catch (const std::exception& failed) {
            object_->search_ended(locate_failure{errc::unreachable, failed.what()});
        }
    }
    void not_resolved(core::naming_failure&& why) noexcept override {
        object_->search_ended(locate_failure{why.code, std::move(why.text)});
    }

private:
    const std::shared_ptr<remote_object> object_;
};

void remote_object::find(std::optional<core::time_point> deadline, locate_observer& observer) {
    if (auto present = known()) {
        observer.on_located(std::move(present));
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        waiting_.push_back(&observer);
        if (std::exchange(search_runs_, true)) return;
    }
    try {
        if (!target_.endpoint().empty()) {
            auto search = std::make_unique<direct_search>(shared_from_this(), deadline);
            search.release()->attempt();
            return;
        }
        const auto naming = owner_->naming();
        if (!naming) return search_ended(stopping);
        naming->resolve(naming_request(deadline),
                        std::make_shared<naming_search>(shared_from_this()));
    } catch (const std::exception& failed) {
        search_ended(locate_failure{errc::overloaded, failed.what()});
    }
}

void remote_object::search_ended(located&& found) noexcept {
    std::vector<locate_observer*> waiting;
    {
        const std::lock_guard lock{mutex_};
        waiting.swap(waiting_);
        search_runs_ = false;
    }
    for (locate_observer* const observer : waiting) {
        observer->on_located(located{found});
    }
}

}  // namespace roi::detail
