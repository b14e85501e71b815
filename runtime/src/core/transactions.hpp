// The seam between objects whose methods run in transactions and the journal that runs them: what
// the runtime sees of a journal, and what a journal sees of a call.
//
// The runtime does not know how a journal stores anything, and programs without one do not link a
// database.
#pragma once

#include "core/callee_session.hpp"
#include "core/channel.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace roi {
class transaction;
}

namespace roi::core {

/// A call of a transactional object, from its arrival to its one ending.
class transactional_call {
public:
    virtual ~transactional_call() = default;

    /// With the durable session and number of an exactly-once call, else with neither.
    virtual const call_header& header() const noexcept = 0;
    virtual std::span<const std::byte> arguments() const noexcept = 0;
    virtual const incoming::peer& from() const noexcept = 0;
    /// The object's own address, whatever the caller knows it by.
    virtual object_address object() const noexcept = 0;
    virtual std::string method_name() const = 0;
    /// ROI_DURABLE_AT_MOST_ONCE: it has effects outside of the transaction.
    virtual bool has_outside_effects() const noexcept = 0;

    /// How a method ended.
    struct end {
        wire::writer reply;    // a Reply message without its id
        bool executed = true;  // false: it was not called, and `reply` says why
        bool threw = false;    // what it changed is to be undone
    };
    /// Runs the method here and now; `within` is what roi::this_call().tx() gives it.
    virtual end run(roi::transaction& within) noexcept = 0;
    /// What the method may have changed in the object's members was undone in the store.
    virtual void undone() noexcept = 0;
    /// After a crash in the middle of a method with outside effects: did it run? Null: the class
    /// cannot tell.
    virtual bool can_recover() const noexcept { return false; }

    // The endings.
    virtual void answer(wire::writer&& reply, bool executed) noexcept = 0;
    virtual void refuse(errc code, roi::outcome ran, std::string text) noexcept = 0;
};

/// What the runtime asks of a journal. Safe from any thread.
class transactions {
public:
    virtual ~transactions() = default;

    virtual void submit(std::unique_ptr<transactional_call> call) noexcept = 0;

    /// The address that the object of that name has in every life of the store; made at first.
    /// Blocks. Throws roi::error.
    virtual object_address address_of(std::string_view name) = 0;

    struct opening {
        std::uint64_t client_high = 0;
        std::uint64_t client_low = 0;
        std::uint64_t client_epoch = 0;
        std::uint64_t nonce = 0;
        std::optional<std::uint32_t> principal;
    };
    struct opened {
        session_id session;  // zero: refused, and `why` says it
        std::uint64_t journal_high = 0;
        std::uint64_t journal_low = 0;
        std::uint64_t journal_epoch = 0;
        std::string why;
    };
    /// Opens a session for numbered calls, durably; asking again with the same nonce gives the same
    /// session. `then` runs on the journal's thread, or at once.
    virtual void open_session(const opening& who, std::function<void(opened&&)> then) noexcept = 0;

    /// What became of a call; `then` runs on the journal's thread, or at once. A call that has not
    /// come is refused from then on.
    virtual void look_up(const session_id& session, std::uint64_t number,
                         std::optional<std::uint32_t> principal,
                         std::function<void(callee_session::fate)> then) noexcept = 0;
    /// Is this thread inside of a transaction of this journal?
    virtual bool is_running_here() const noexcept = 0;
};

}  // namespace roi::core
