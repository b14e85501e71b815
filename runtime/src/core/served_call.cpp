// A call being served: its arguments, its one answer, and the news that nobody waits for it.
#include "core/served_call.hpp"

#include "core/callee_session.hpp"
#include "core/frame.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace roi::core {

void* served_call::operator new(std::size_t size, std::size_t extra) {
    return ::operator new(size + extra);
}
void served_call::operator delete(void* memory, std::size_t) noexcept {
    ::operator delete(memory);
}
void served_call::operator delete(void* memory) noexcept {
    ::operator delete(memory);
}

served_call::served_call(std::shared_ptr<host> by, std::uint64_t id, const call_header& header,
                         std::optional<time_point> deadline)
    : host_(std::move(by)), id_(id), deadline_(deadline) {
    header_.object = header.object;
    header_.generation = header.generation;
    header_.method = header.method;
    header_.time_left = header.time_left;
    header_.flags = header.flags;
    header_.trace = header.trace;
    header_.sequence = header.sequence;
    header_.session_high = header.session_high;
    header_.session_low = header.session_low;
    if (header.is_journaled()) {
        header_.acknowledged_below = header.acknowledged_below;
        header_.acknowledged_ranges = header.acknowledged_ranges;
    }
}

std::unique_ptr<served_call> served_call::make(std::shared_ptr<host> by, std::uint64_t id,
                                               const call_header& header,
                                               std::optional<time_point> deadline,
                                               std::span<const std::byte> arguments) {
    std::unique_ptr<served_call> call{new (arguments.size())
                                          served_call{std::move(by), id, header, deadline}};
    if (!header.chain.empty()) call->header_.chain = header.chain;
    if (!arguments.empty()) {
        auto* copy = reinterpret_cast<std::byte*>(call.get() + 1);
        std::memcpy(copy, arguments.data(), arguments.size());
        call->arguments_ = {copy, arguments.size()};
    }
    return call;
}

std::unique_ptr<served_call> served_call::make(std::shared_ptr<host> by, std::uint64_t id,
                                               const call_header& header,
                                               std::optional<time_point> deadline,
                                               wire::buffer arguments) {
    auto call = make(std::move(by), id, header, deadline, std::span<const std::byte>{});
    call->owned_ = std::move(arguments);
    call->arguments_ = call->owned_.bytes();
    return call;
}

served_call::~served_call() {
    if (!answered_)
        refuse(errc::shutting_down, outcome::unknown, "the server gave the call up unanswered");
    host_->forget(*this);  // from here on nobody pins
    if (orphaned_) session_->disown(*this);
    {
        std::lock_guard hold{mutex_};
        if (destroyed_ != nullptr && notifier_ == std::this_thread::get_id()) {
            *destroyed_ = true;  // abandon() further up this stack touches nothing more
            return;
        }
    }
    for (auto pins = pins_.load(std::memory_order_acquire); pins != 0;
         pins = pins_.load(std::memory_order_acquire))
        pins_.wait(pins, std::memory_order_acquire);
}

bool served_call::oneway() const noexcept {
    return (header_.flags & flag_oneway) != 0;
}

bool served_call::abandoned() const noexcept {
    return abandoned_.load(std::memory_order_acquire);
}

void served_call::abandon() noexcept {
    void (*notify)(void*) = nullptr;
    void* context = nullptr;
    bool destroyed = false;
    {
        std::lock_guard hold{mutex_};
        abandoned_.store(true, std::memory_order_release);
        notify = std::exchange(notify_, nullptr);
        context = context_;
        if (notify != nullptr) {
            notifying_.store(true, std::memory_order_relaxed);
            notifier_ = std::this_thread::get_id();
            destroyed_ = &destroyed;
        }
    }
    if (notify != nullptr) {
        notify(context);
        if (destroyed) return;
        std::lock_guard hold{mutex_};
        notifier_ = {};
        destroyed_ = nullptr;
        notifying_.store(false, std::memory_order_release);
        notifying_.notify_all();
    }
    if (pins_.fetch_sub(1, std::memory_order_acq_rel) == 1) pins_.notify_all();
}

void served_call::on_abandoned(void (*notify)(void*), void* context) {
    bool now = false;
    bool wait = false;
    {
        std::lock_guard hold{mutex_};
        now = notify != nullptr && abandoned_.load(std::memory_order_relaxed);
        notify_ = now ? nullptr : notify;
        context_ = context;
        wait = notify == nullptr && notifying_.load(std::memory_order_relaxed) &&
               notifier_ != std::this_thread::get_id();
    }
    if (now) notify(context);
    if (wait) notifying_.wait(true, std::memory_order_acquire);
}

void served_call::number(std::shared_ptr<callee_session> session) noexcept {
    session_ = std::move(session);
}

// The row first, the answer then: whoever asks again meanwhile is answered from the row.
void served_call::end(ended how, wire::writer&& bytes, host::form what) noexcept {
    if (!session_) return host_->answer(id_, oneway(), std::move(bytes), what);
    auto ending = how == ended::returned  ? callee_session::ending::returned
                  : how == ended::not_run ? callee_session::ending::not_run
                                          : callee_session::ending::runs_elsewhere;
    if (what == host::form::result) {
        if (!session_->keeps(bytes.size())) {
            ending = callee_session::ending::too_large_to_keep;
        } else {
            try {
                put_result_body(bytes);
                what = host::form::body;
            } catch (const std::bad_alloc&) {
                ending = callee_session::ending::too_large_to_keep;
            }
        }
    }
    auto to = session_->end(header_.sequence, ending, bytes.bytes(), host_.get());
    if (to.reply_id == 0) return;
    host* const through = to.same_host ? host_.get() : to.host.get();
    if (through != nullptr) through->answer(to.reply_id, false, std::move(bytes), what);
}

void served_call::reply(wire::writer&& result) noexcept {
    if (std::exchange(answered_, true)) return;
    end(ended::returned, std::move(result), host::form::result);
}

void served_call::fail(std::span<const wire_exception> exceptions) noexcept {
    if (std::exchange(answered_, true)) return;
    wire::writer out;
    put_exceptions_body(out, exceptions);
    end(ended::returned, std::move(out), host::form::body);
}

void served_call::answer(wire::writer&& reply, bool executed) noexcept {
    if (std::exchange(answered_, true)) return;
    end(executed ? ended::returned : ended::not_run, std::move(reply), host::form::body);
}

void served_call::refuse(errc code, roi::outcome ran, std::string text) noexcept {
    if (std::exchange(answered_, true)) return;
    wire::writer out;
    put_failure_body(out, code, ran, text);
    // A server that was superseded is fenced: the same call may still run at its successor.
    const auto how = ran != outcome::not_executed ? ended::returned
                     : code == errc::superseded   ? ended::runs_elsewhere
                                                  : ended::not_run;
    end(how, std::move(out), host::form::body);
}

}  // namespace roi::core
