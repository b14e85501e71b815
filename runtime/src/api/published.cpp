// Publishing, admission of calls, withdrawal.
#include "api/published.hpp"

#include "api/log.hpp"
#include "api/random.hpp"
#include "api/runtime_core.hpp"
#include "api/serving.hpp"
#include "api/transactional.hpp"

#include <utility>

namespace roi {
namespace detail {
namespace {

// How long a constructor waits for the name server's word at most.
constexpr std::chrono::seconds first_answer{5};
// How often a thread goes on with the next call of an object before it hands that to a worker.
constexpr int calls_in_a_row = 32;

// What a thread does that runs methods: an object whose method has ended leaves its next call here,
// so that it runs on this thread without a hop, and without recursion.
struct run_loop {
    bool active = false;
    serving* next = nullptr;
};
thread_local run_loop this_loop;

std::string joined(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts)
        result += (result.empty() ? "" : ", ") + part;
    return result;
}

}  // namespace

published_object::published_object(std::shared_ptr<runtime_core> owner, generated::exported what,
                                   publication where, std::shared_ptr<void> keep)
    : owner_(std::move(owner)),
      table_(what.table),
      object_(what.object),
      name_(where.name().empty() ? what.table->type->published_name : where.name()),
      scope_(where.scope()),
      keep_(std::move(keep)),
      slow_(what.table->entries.size()) {}

published_object::~published_object() = default;

core::object_address published_object::address() const {
    const std::lock_guard lock{mutex_};
    return other_address_ == core::object_address{} ? address_ : other_address_;
}

std::uint64_t published_object::generation() const {
    const std::lock_guard lock{mutex_};
    return generation_;
}

bool published_object::is_registered() const noexcept {
    const std::lock_guard lock{mutex_};
    return registration_state_ == state::registered;
}

void published_object::publish() {
    const generated::interface& type = *table_->type;
    if (type.unsupported_marks) {
        throw roi::error{errc::not_supported, outcome::not_executed,
                         std::string{"a server of "} + type.name +
                             " cannot start: this version does not support " +
                             type.unsupported_marks};
    }
    if (owner_->is_forked()) {
        throw roi::error{errc::not_supported, outcome::not_executed,
                         "the runtime belongs to the process that this one was forked from"};
    }
    for (const auto& other : owner_->objects().all()) {
        if (other->name_ == name_ && other->scope_ == scope_) {
            throw roi::error{errc::name_taken, outcome::not_executed,
                             "'" + name_ + "' is held by this process itself"};
        }
    }
    const std::vector<std::string> endpoints = owner_->listen();
    const auto naming = owner_->naming();
    if (!naming) {
        throw roi::error{errc::shutting_down, outcome::not_executed,
                         "'" + name_ + "' cannot be published: this runtime is stopping"};
    }
    if (table_->journal != nullptr) {
        // Its rows name the object, so its address must outlive this process.
        journal_ = &table_->journal->journal(object_);
        address_ = journal_->address_of(scope_.empty() ? name_ : scope_ + "/" + name_);
    } else {
        address_ = {random_token(), random_token()};
    }
    owner_->objects().add(address_, shared_from_this());

    core::publish_request request;
    request.name = name_;
    request.scope = scope_;
    request.type = &type;
    request.address = address_;
    request.endpoints = endpoints;
    auto registration = naming->publish(request, shared_from_this());
    owner_->executor().before_blocking();
    std::unique_lock lock{mutex_};
    registration_ = std::move(registration);
    core::executor& executor = owner_->executor();
    // A handler of a user's io_context would wait for what comes after it.
    const bool may_wait = executor.takes_over() || !executor.on_worker();
    if (!may_wait && registration_state_ == state::asking) return;
    changed_.wait_for(lock, first_answer, [&] { return registration_state_ != state::asking; });
    switch (registration_state_) {
        case state::registered:
            return;
        case state::asking:
            failure_ = {errc::no_name_server, "the name server has not answered yet"};
            [[fallthrough]];
        case state::unreachable: {
            const std::string why = failure_.text;
            lock.unlock();
            log(log_level::warning, "'" + name_ + "' is served at " + joined(endpoints) +
                                        ", but not yet registered: " + why +
                                        "; trying again until it is");
            return;
        }
        case state::refused:
            break;
    }
    const core::naming_failure why = failure_;
    lock.unlock();
    withdraw_name();
    throw roi::error{why.code, outcome::not_executed, why.text};
}

void published_object::withdraw_name() noexcept {
    std::unique_ptr<core::registration> registration;
    core::object_address other;
    {
        const std::lock_guard lock{mutex_};
        if (withdrawn_) return;
        registration = std::move(registration_);
    }
    // The name first: who looks it up from now on must not be sent here.
    if (registration && !owner_->is_forked()) {
        owner_->executor().before_blocking();
        registration->withdraw();
        registration.reset();
    } else {
        static_cast<void>(
            registration.release());  // of the parent process: its threads are not here
    }
    const std::shared_ptr<published_object> self = weak_from_this().lock();
    {
        const std::lock_guard lock{mutex_};
        withdrawn_ = true;
        other = other_address_;
    }
    owner_->objects().remove(*this, address_);
    if (!(other == core::object_address{})) owner_->objects().remove(*this, other);
    refuse_queued();
}

void published_object::reload() noexcept {
    if (table_->journal == nullptr || table_->journal->reload == nullptr) return;
    try {
        table_->journal->reload(object_);
    } catch (const std::exception& failed) {
        // Members that cannot be read again would show what never happened.
        log(log_level::error,
            "'" + name_ + "' could not read its state again, and is withdrawn: " + failed.what());
        const std::lock_guard lock{mutex_};
        broken_ = true;
    }
}

void published_object::refuse_queued() noexcept {
    for (;;) {
        core::strand_entry* entry = nullptr;
        {
            const std::lock_guard lock{mutex_};
            entry = strand_.remove_first();
        }
        if (!entry) return;
        static_cast<serving*>(entry)->refuse_unadmitted(errc::shutting_down,
                                                        "the object is being withdrawn");
    }
}

// The caller of a call that waits for its object has given up: it can be told for certain that it
// did not run.
void published_object::abandoned_in_queue(void* call) {
    auto& served = *static_cast<serving*>(call);
    const std::shared_ptr<published_object> object = served.object_pointer();
    {
        const std::lock_guard lock{object->mutex_};
        if (!object->strand_.remove(served)) return;
    }
    served.refuse_unadmitted(errc::cancelled, "the caller gave up before the method began");
}

std::size_t published_object::own_calls_on_this_thread() const noexcept {
    const serving* call = serving::current();
    return call && &call->object() == this && !call->is_over() ? 1 : 0;
}

void published_object::drain() noexcept {
    if (owner_->is_forked()) return;
    const std::size_t own = own_calls_on_this_thread();
    std::unique_lock lock{mutex_};
    if (running_ <= own) return;
    lock.unlock();
    // Of a simulated world this thread is the only one: it makes the calls go on.
    while (owner_->executor().pass_time(std::chrono::milliseconds{1})) {
        lock.lock();
        if (running_ <= own || owner_->is_stopping()) return;
        lock.unlock();
    }
    owner_->executor().before_blocking();
    lock.lock();
    while (!changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return running_ <= own; })) {
        const std::size_t count = running_ - own;
        lock.unlock();
        log(log_level::warning, "withdrawing '" + name_ + "': " + std::to_string(count) +
                                    (count == 1 ? " call is" : " calls are") + " still running");
        lock.lock();
    }
}

void published_object::dispatch(std::unique_ptr<core::incoming> call) noexcept {
    const core::call_header& header = call->header();
    const generated::entry* method = core::find_method(table_->entries, header.method);
    if (!method) {
        call->refuse(errc::method_not_found, outcome::not_executed,
                     std::string{table_->type->name} + " has no such method here");
        return;
    }
    if (header.is_journaled() && journal_ == nullptr) {
        call->refuse(errc::not_supported, outcome::unknown,
                     "the object does not keep a journal (any more)");
        return;
    }
    serving* served = nullptr;
    try {
        if (journal_ != nullptr) call = std::make_unique<captured_call>(std::move(call), address_);
        served = new serving{shared_from_this(), *method,
                             static_cast<std::size_t>(method - table_->entries.begin()),
                             std::move(call)};
    } catch (...) {
        if (call) call->refuse(errc::overloaded, outcome::not_executed, "out of memory");
        return;
    }
    auto verdict = core::strand::verdict::run;
    errc refusal{};
    {
        std::unique_lock lock{mutex_};
        if (!served->is_concurrent() && journal_ == nullptr && strand_.is_held()) {
            // Not under the lock: where the caller has given up already, it is told at once.
            lock.unlock();
            served->watch_queue(&published_object::abandoned_in_queue);
            lock.lock();
        }
        if (withdrawn_ || broken_) {
            refusal = errc::shutting_down;
        } else if (header.generation != 0 && generation_ != 0 && header.generation > generation_) {
            refusal = errc::superseded;
        } else {
            if (!served->is_concurrent() && journal_ == nullptr) {
                try {
                    verdict = strand_.enter(*served, owner_->options().max_queued_per_object);
                } catch (...) {
                    verdict = core::strand::verdict::full;
                }
            }
            if (verdict == core::strand::verdict::run) {
                ++running_;
                owner_->call_begins();
            }
        }
    }
    if (refusal == errc::shutting_down) {
        served->refuse_unadmitted(refusal, "the object is being withdrawn");
    } else if (refusal == errc::superseded) {
        served->refuse_unadmitted(refusal, "another server has taken over '" + name_ + "'");
    } else if (verdict == core::strand::verdict::run) {
        start(*served);
    } else if (verdict == core::strand::verdict::full) {
        served->refuse_unadmitted(errc::overloaded,
                                  std::to_string(owner_->options().max_queued_per_object) +
                                      " calls wait for this object already");
    }
}

void published_object::start(serving& call) noexcept {
    if (journal_ != nullptr) return submit_transactional(call);
    if (call.method().blocking || !owner_->executor().takes_over() ||
        slow_.is_slow(call.method_index(), owner_->now())) {
        post(call);
        return;
    }
    const run_loop outer = std::exchange(this_loop, run_loop{true, nullptr});
    serving* next = &call;
    for (int i = 0; next; ++i) {
        published_object& object = next->object();
        const auto begin = object.owner_->now();
        if (i == calls_in_a_row || next->method().blocking ||
            object.slow_.is_slow(next->method_index(), begin)) {
            object.post(*next);
            break;
        }
        const std::shared_ptr<published_object> keep = next->object_pointer();
        const std::size_t index = next->method_index();
        if (object.slow_.may_take_long(index)) next->call().answers_first();
        next->run();
        object.slow_.ran(index, begin, object.owner_->now());
        next = std::exchange(this_loop.next, nullptr);
    }
    this_loop = outer;
}

void published_object::post(serving& call) noexcept {
    const auto work = [](void* context) {
        auto& posted = *static_cast<serving*>(context);
        const std::shared_ptr<published_object> object = posted.object_pointer();
        const std::size_t index = posted.method_index();
        const run_loop outer = std::exchange(this_loop, run_loop{true, nullptr});
        const auto begin = object->owner_->now();
        posted.run();
        object->slow_.ran(index, begin, object->owner_->now());
        serving* next = std::exchange(this_loop.next, nullptr);
        this_loop = outer;
        // On a worker nothing is held up: what waited for the object may run here as it is.
        while (next) {
            this_loop = run_loop{true, nullptr};
            next->run();
            next = std::exchange(this_loop.next, nullptr);
            this_loop = outer;
        }
    };
    if (!owner_->executor().post(work, &call)) {
        call.refuse_unrun(errc::overloaded, "no thread is free to run the method");
    }
}

void published_object::ended(serving& call) noexcept {
    serving* next = nullptr;
    std::vector<suspended> resumable;
    {
        const std::lock_guard lock{mutex_};
        --running_;
        owner_->call_ends();
        if (!call.is_concurrent() && journal_ == nullptr) {
            next = static_cast<serving*>(strand_.leave(call));
            if (next) {
                ++running_;
                owner_->call_begins();
            }
            for (std::size_t i = 0; i < suspended_.size();) {
                if (strand_.may_go_on(*suspended_[i].holder)) {
                    resumable.push_back(suspended_[i]);
                    suspended_[i] = suspended_.back();
                    suspended_.pop_back();
                } else {
                    ++i;
                }
            }
        }
        // Under the lock: who drains may destroy this object as soon as it sees the count.
        changed_.notify_all();
    }
    for (const suspended& waiting : resumable)
        owner_->post_surely(waiting.resume, waiting.context);
    if (!next) return;
    if (this_loop.active && !this_loop.next) {
        this_loop.next = next;
    } else {
        next->object().post(*next);
    }
}

void published_object::begin_wait(serving& holder, std::uint64_t token) noexcept {
    serving* next = nullptr;
    {
        const std::lock_guard lock{mutex_};
        try {
            next = static_cast<serving*>(strand_.begin_wait(holder, token));
        } catch (...) {
            return;  // no memory: what would re-enter waits until it is retried or its deadline
        }
        if (next) {
            ++running_;
            owner_->call_begins();
        }
    }
    if (next) post(*next);
}

void published_object::end_wait(serving& holder) noexcept {
    std::unique_lock lock{mutex_};
    if (strand_.end_wait(holder)) return;
    lock.unlock();
    owner_->executor().before_blocking();
    lock.lock();
    changed_.wait(lock, [&] { return strand_.may_go_on(holder); });
}

bool published_object::end_wait(serving& holder, void (*resume)(void*), void* context) noexcept {
    const std::lock_guard lock{mutex_};
    if (strand_.end_wait(holder)) return true;
    suspended_.push_back({&holder, resume, context});
    return false;
}

void published_object::registered(const core::object_address& address,
                                  std::uint64_t generation) noexcept {
    bool again = false;
    core::object_address old;
    {
        const std::lock_guard lock{mutex_};
        if (withdrawn_) return;
        again =
            registration_state_ == state::unreachable || registration_state_ == state::registered;
        registration_state_ = state::registered;
        generation_ = generation;
        old = other_address_;
        other_address_ = address == address_ ? core::object_address{} : address;
        changed_.notify_all();
    }
    try {
        if (!(address == address_)) owner_->objects().add(address, shared_from_this());
        if (!(old == core::object_address{}) && !(old == address)) {
            owner_->objects().remove(*this, old);
        }
        if (again) log(log_level::info, "'" + name_ + "' is registered again");
    } catch (...) {
        log(log_level::error, "out of memory while registering");
    }
}

void published_object::refused(core::naming_failure&& why) noexcept {
    const std::lock_guard lock{mutex_};
    if (withdrawn_) return;
    const bool late = registration_state_ != state::asking;
    registration_state_ = state::refused;
    if (late) {
        try {
            log(log_level::error, "'" + name_ + "' is no longer published: " + why.text);
        } catch (...) {
            log(log_level::error, "a published name was lost");
        }
    }
    failure_ = std::move(why);
    changed_.notify_all();
}

void published_object::not_reachable(core::naming_failure&& why) noexcept {
    const std::lock_guard lock{mutex_};
    if (withdrawn_) return;
    const bool late = registration_state_ != state::asking;
    registration_state_ = state::unreachable;
    if (late) {
        try {
            log(log_level::warning, "'" + name_ +
                                        "' is served on, but its registration could not be "
                                        "renewed: " +
                                        why.text);
        } catch (...) {
            log(log_level::warning, "a registration could not be renewed");
        }
    }
    failure_ = std::move(why);
    changed_.notify_all();
}

}  // namespace detail

struct servant::published {
    std::shared_ptr<detail::published_object> object;
};

servant::servant() noexcept = default;

servant::servant(generated::exported what, publication where, detail::owner owner) {
    std::shared_ptr<void> kept;
    if (owner.pointer != nullptr) kept = {owner.pointer, owner.release};
    auto core = detail::core_of(where.owner());
    auto made = std::make_shared<detail::published_object>(std::move(core), what, std::move(where),
                                                           std::move(kept));
    auto held = std::make_unique<published>();
    try {
        made->publish();
    } catch (...) {
        // It may have been exported already, and called.
        made->withdraw_name();
        made->drain();
        throw;
    }
    held->object = std::move(made);
    object_ = held.release();
}

servant::servant(servant&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}

servant& servant::operator=(servant&& other) noexcept {
    if (this != &other) {
        withdraw();
        object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
}

servant::~servant() {
    withdraw();
}

void servant::withdraw() noexcept {
    if (object_ == nullptr) return;
    object_->object->withdraw_name();
    object_->object->drain();
    delete std::exchange(object_, nullptr);
}

std::string servant::name() const {
    return object_ != nullptr ? object_->object->name() : std::string{};
}

bool servant::is_registered() const noexcept {
    return object_ != nullptr && object_->object->is_registered();
}

}  // namespace roi
