// Calls of objects whose methods run in the transactions of a journal.
#include "api/transactional.hpp"

#include "api/published.hpp"
#include "api/serving.hpp"
#include "core/frame.hpp"
#include "core/transactions.hpp"

#include <utility>

namespace roi::detail {

captured_call::~captured_call() = default;

void captured_call::reply(wire::writer&& result) noexcept {
    if (!captures_) return call_->reply(std::move(result));
    try {
        core::put_result_body(result);
        reply_ = std::move(result);
        executed_ = true;
    } catch (...) {
        refuse(errc::reply_unreadable, outcome::executed, "out of memory");
    }
}

void captured_call::fail(std::span<const core::wire_exception> exceptions) noexcept {
    if (!captures_) return call_->fail(exceptions);
    core::put_exceptions_body(reply_, exceptions);
    executed_ = true;
    threw_ = true;
}

void captured_call::refuse(errc code, roi::outcome ran, std::string text) noexcept {
    if (!captures_) return call_->refuse(code, ran, std::move(text));
    reply_.clear();
    core::put_failure_body(reply_, code, ran, text);
    executed_ = ran != outcome::not_executed;
    threw_ = executed_;  // what it changed is not kept where its answer cannot be told
}

void captured_call::answer(wire::writer&& reply, bool executed) noexcept {
    if (!captures_) return call_->answer(std::move(reply), executed);
    reply_ = std::move(reply);
    executed_ = executed;
}

namespace {

class transactional_serving final : public core::transactional_call {
public:
    explicit transactional_serving(serving& call) noexcept
        : call_(&call), captured_(&static_cast<captured_call&>(call.call())) {}
    ~transactional_serving() override {
        if (call_ != nullptr)
            refuse(errc::shutting_down, outcome::not_executed, "the journal has ended");
    }

    const core::call_header& header() const noexcept override { return captured_->header(); }
    std::span<const std::byte> arguments() const noexcept override {
        return captured_->arguments();
    }
    const core::incoming::peer& from() const noexcept override { return captured_->from(); }
    core::object_address object() const noexcept override { return captured_->object(); }
    std::string method_name() const override { return call_->method_name(); }
    bool has_outside_effects() const noexcept override {
        return call_->method().promise == generated::semantics::durable_at_most_once;
    }
    end run(roi::transaction& within) noexcept override {
        captured_->capture();
        call_->run_within(within);
        return {captured_->take_reply(), captured_->executed(), captured_->threw()};
    }
    void undone() noexcept override { call_->object().reload(); }
    void answer(wire::writer&& reply, bool executed) noexcept override {
        captured_->behind().answer(std::move(reply), executed);
        over();
    }
    void refuse(errc code, roi::outcome ran, std::string text) noexcept override {
        captured_->behind().refuse(code, ran, std::move(text));
        over();
    }

private:
    void over() noexcept { std::exchange(call_, nullptr)->finish_within(); }

    serving* call_;
    captured_call* const captured_;
};

}  // namespace

void submit_transactional(serving& call) noexcept {
    published_object& object = call.object();
    auto made = std::make_unique<transactional_serving>(call);
    object.journal()->submit(std::move(made));
}

}  // namespace roi::detail
