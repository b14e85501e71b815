// Runs one method, answers its call, and tells what it started when the caller gives up.
#include "api/serving.hpp"

#include "api/exceptions.hpp"
#include "api/log.hpp"
#include "api/published.hpp"
#include "api/runtime_core.hpp"

#include <roi/codec.hpp>

#include <memory>
#include <new>

namespace roi {
namespace detail {
namespace {

thread_local serving* current_call = nullptr;

}  // namespace

serving* serving::current() noexcept {
    return current_call;
}

void serving::set_current(serving* call) noexcept {
    current_call = call;
}

void serving::before_blocking() noexcept {
    object_->owner().executor().before_blocking();
}

serving::scope::scope(serving* call) noexcept : before_(current_call) {
    current_call = call;
}

serving::scope::~scope() {
    current_call = before_;
}

serving::serving(std::shared_ptr<published_object> object, const generated::entry& method,
                 std::size_t index, std::unique_ptr<core::incoming> call)
    : object_(std::move(object)),
      method_(&method),
      index_(index),
      call_(std::move(call)),
      deadline_(call_->deadline()) {
    chain = call_->header().chain;
}

serving::~serving() {
    for (auto it = kept_.rbegin(); it != kept_.rend(); ++it)
        it->destroy(it->object);
}

void serving::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

std::string serving::method_name() const {
    return std::string{object_->table().type->name} + "." + method_->what.name;
}

bool serving::is_concurrent() const noexcept {
    return object_->table().concurrent || method_->what.concurrent;
}

bool serving::is_abandoned() const noexcept {
    if (is_over()) return true;
    return call_->abandoned() || (deadline_ && object_->owner().now() >= *deadline_);
}

void serving::run() noexcept {
    retain();  // a task may end, on another thread, before invoke() has returned
    run_method();
    release();
}

void serving::run_within(roi::transaction& transaction) noexcept {
    transaction_ = &transaction;
    run_method();
    transaction_ = nullptr;
}

void serving::run_method() noexcept {
    unwatch_queue();
    if (call_->abandoned()) {
        refuse_unrun(errc::cancelled, "the caller gave up before the method began");
        return;
    }
    if (deadline_ && object_->owner().now() >= *deadline_) {
        refuse_unrun(errc::deadline_exceeded, "the deadline passed before the method began");
        return;
    }
    std::exception_ptr thrown;
    call_->begins();
    {
        const scope here{this};
        try {
            method_->invoke(object_->object(), *this);
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    // What is thrown after answer_later() means that the task could not be started.
    if (thrown || !later_) {
        answer(thrown);
        if (!transaction_) finish();
    }
}

void serving::refuse_unrun(errc code, std::string text) noexcept {
    unwatch_queue();
    over_.store(true, std::memory_order_release);
    call_->refuse(code, outcome::not_executed, std::move(text));
    if (!transaction_) finish();
}

void serving::refuse_unadmitted(errc code, std::string text) noexcept {
    unwatch_queue();
    over_.store(true, std::memory_order_release);
    call_->refuse(code, outcome::not_executed, std::move(text));
    release();
}

void serving::set_later() noexcept {
    later_ = true;
}

void serving::keep(void* object, void (*destroy)(void*) noexcept) {
    try {
        kept_.push_back({object, destroy});
    } catch (...) {
        destroy(object);
        throw;
    }
}

void serving::ended_later(std::exception_ptr thrown) noexcept {
    answer(thrown);
    finish();
}

void serving::answer(const std::exception_ptr& thrown) noexcept {
    bool hooked = false;
    {
        const std::lock_guard lock{mutex_};
        over_.store(true, std::memory_order_release);
        hooked = hooked_;
    }
    if (hooked) call_->on_abandoned(nullptr, nullptr);
    if (!thrown) {
        call_->reply(std::move(result_));
        return;
    }
    try {
        if (state_ == state::running) {
            call_->fail(describe_exception(thrown, object_->table().describe));
            return;
        }
        // Our own errors know what they are; anything else is a failure to read or to write.
        std::string text;
        errc code = state_ == state::decoding ? errc::malformed : errc::reply_unreadable;
        try {
            std::rethrow_exception(thrown);
        } catch (const roi::error& failed) {
            if (state_ == state::decoding) code = failed.reason();
            text = failed.what();
        } catch (const wire::malformed& failed) {
            text = failed.what();
        } catch (const std::bad_alloc&) {
            if (state_ == state::decoding) code = errc::overloaded;
            text = "out of memory";
        } catch (const std::exception& failed) {
            text = failed.what();
        } catch (...) {
            text = name_of_current_exception();
        }
        call_->refuse(code, state_ == state::decoding ? outcome::not_executed : outcome::executed,
                      (state_ == state::decoding ? "the arguments cannot be read: "
                                                 : "the result cannot be sent: ") +
                          text);
    } catch (...) {
        // No memory to say more.
        call_->refuse(state_ == state::decoding ? errc::overloaded : errc::remote_exception,
                      state_ == state::decoding ? outcome::not_executed : outcome::executed, {});
    }
}

void serving::finish() noexcept {
    object_->ended(*this);
    release();
}

void serving::listen(abandon_listener& listener) noexcept {
    bool hook = false;
    {
        const std::lock_guard lock{mutex_};
        if (is_over()) return;
        listener.next_ = listeners_;
        listener.previous_ = nullptr;
        if (listeners_) listeners_->previous_ = &listener;
        listeners_ = &listener;
        listener.listens_ = true;
        hook = !std::exchange(hooked_, true);
    }
    if (hook) {
        call_->on_abandoned(&serving::notify, this);
        // The method may have ended meanwhile, where a call was started outside of it.
        if (is_over()) call_->on_abandoned(nullptr, nullptr);
    } else if (call_->abandoned()) {
        listener.on_abandoned();
    }
}

std::stop_token serving::stop_token() {
    stopper* fresh = nullptr;
    {
        const std::lock_guard lock{mutex_};
        if (!stopper_) {
            stopper_ = std::make_unique<stopper>();
            fresh = stopper_.get();
        }
    }
    if (fresh) {
        listen(*fresh);
        if (is_abandoned()) fresh->on_abandoned();
    }
    return stopper_->source.get_token();
}

void serving::unlisten(abandon_listener& listener) noexcept {
    const std::lock_guard lock{mutex_};
    if (!std::exchange(listener.listens_, false)) return;
    (listener.previous_ ? listener.previous_->next_ : listeners_) = listener.next_;
    if (listener.next_) listener.next_->previous_ = listener.previous_;
}

void serving::notify(void* self) noexcept {
    auto& call = *static_cast<serving*>(self);
    // Listeners act without our lock, because ending they come back to remove themselves.
    for (;;) {
        abandon_listener* listener = nullptr;
        {
            const std::lock_guard lock{call.mutex_};
            listener = call.listeners_;
            if (!listener) return;
            call.listeners_ = listener->next_;
            if (listener->next_) listener->next_->previous_ = nullptr;
            listener->listens_ = false;
            if (!listener->add_reference()) continue;
        }
        listener->on_abandoned();
        listener->release_reference();
    }
}

served_call::served_call(generated::incoming& call) noexcept : call_(&static_cast<serving&>(call)) {
    static_cast<serving*>(call_)->retain();
}

served_call::served_call(const served_call& other) noexcept : call_(other.call_) {
    static_cast<serving*>(call_)->retain();
}

served_call::~served_call() {
    static_cast<serving*>(call_)->release();
}

void served_call::post(void (*work)(void*), void* context) const noexcept {
    struct job {
        served_call call;
        void (*work)(void*);
        void* context;
    };
    auto* const posted = new (std::nothrow) job{*this, work, context};
    if (!posted)
        std::terminate();  // a coroutine that is never resumed would hold its object for ever
    auto& owner = static_cast<serving*>(call_)->object().owner();
    owner.post_surely(
        [](void* self) {
            const std::unique_ptr<job> mine{static_cast<job*>(self)};
            const serving::scope scope{static_cast<serving*>(mine->call.call_)};
            mine->work(mine->context);
        },
        posted);
}

}  // namespace detail

namespace generated {
namespace {

roi::detail::serving& served(incoming& call) noexcept {
    return static_cast<roi::detail::serving&>(call);
}
const roi::detail::serving& served(const incoming& call) noexcept {
    return static_cast<const roi::detail::serving&>(call);
}

}  // namespace

wire::reader incoming::arguments() const noexcept {
    return served(*this).arguments_reader();
}

void incoming::decoded() noexcept {
    served(*this).set_decoded();
}

wire::writer& incoming::result() noexcept {
    return served(*this).result_writer();
}

void incoming::refuse(const char* why) const {
    throw roi::error{errc::invalid_argument, outcome::not_executed, why};
}

void incoming::answer_later() noexcept {
    served(*this).set_later();
}

void incoming::ended(std::exception_ptr thrown) noexcept {
    served(*this).ended_later(std::move(thrown));
}

void put_all(incoming& to, const sent_field* fields, std::size_t count) {
    put_all(to.result(), fields, count);
}

void get_all(const incoming& from, const received_field* fields, std::size_t count) {
    get_all(from.arguments(), fields, count);
}

void incoming::keep_owned(void* object, void (*release)(void*) noexcept) {
    served(*this).keep(object, release);
}

}  // namespace generated
}  // namespace roi
