// Calls of objects whose methods run in the transactions of a journal.
#pragma once

#include "core/channel.hpp"

#include <memory>

namespace roi::detail {

class serving;

/// A call whose answer is kept back until the transaction of its method is durable. Stands in front
/// of the call that came.
class captured_call final : public core::incoming {
public:
    captured_call(std::unique_ptr<core::incoming> call, core::object_address object) noexcept
        : call_(std::move(call)), object_(object) {}
    ~captured_call() override;

    core::object_address object() const noexcept { return object_; }
    /// From here on answers are kept; before, they go on as they come.
    void capture() noexcept { captures_ = true; }
    /// What the method answered: a Reply message without its id.
    wire::writer take_reply() noexcept { return std::move(reply_); }
    bool executed() const noexcept { return executed_; }
    bool threw() const noexcept { return threw_; }
    core::incoming& behind() noexcept { return *call_; }

    const core::call_header& header() const noexcept override { return call_->header(); }
    std::optional<core::time_point> deadline() const noexcept override { return call_->deadline(); }
    std::span<const std::byte> arguments() const noexcept override { return call_->arguments(); }
    bool abandoned() const noexcept override { return call_->abandoned(); }
    void on_abandoned(void (*notify)(void*), void* context) override {
        call_->on_abandoned(notify, context);
    }
    void add_progress(std::uint64_t steps) noexcept override { call_->add_progress(steps); }
    std::uint64_t progress() const noexcept override { return call_->progress(); }
    void begins() noexcept override { call_->begins(); }
    void reply(wire::writer&& result) noexcept override;
    void fail(std::span<const core::wire_exception> exceptions) noexcept override;
    void refuse(errc code, roi::outcome ran, std::string text) noexcept override;
    void answer(wire::writer&& reply, bool executed) noexcept override;
    const peer& from() const noexcept override { return call_->from(); }

private:
    const std::unique_ptr<core::incoming> call_;
    const core::object_address object_;
    bool captures_ = false;
    wire::writer reply_;
    bool executed_ = false;
    bool threw_ = false;
};

/// Gives an admitted call, whose incoming is a captured_call, to its object's journal.
void submit_transactional(serving& call) noexcept;

}  // namespace roi::detail
