// A published object: its addresses, its strand, the calls that run and wait, its registration.
#pragma once

#include "core/channel.hpp"
#include "core/dispatch.hpp"
#include "core/naming.hpp"
#include "core/strand.hpp"
#include "core/transactions.hpp"

#include <roi/generated.hpp>
#include <roi/servant.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace roi::detail {

class runtime_core;
class serving;

class published_object final : public core::publication_observer,
                               public std::enable_shared_from_this<published_object> {
public:
    published_object(std::shared_ptr<runtime_core> owner, generated::exported what,
                     publication where, std::shared_ptr<void> keep);
    ~published_object() override;

    /// Exports and registers. Throws roi::error.
    void publish();
    /// Takes the name back and refuses new calls.
    void withdraw_name() noexcept;
    /// Waits until no method runs, but for those that this thread itself is serving.
    void drain() noexcept;

    const generated::dispatch_table& table() const noexcept { return *table_; }
    void* object() const noexcept { return object_; }
    const std::string& name() const noexcept { return name_; }
    core::object_address address() const;
    std::uint64_t generation() const;
    bool is_registered() const noexcept;
    runtime_core& owner() const noexcept { return *owner_; }

    /// A call for this object has arrived.
    void dispatch(std::unique_ptr<core::incoming> call) noexcept;

    // For serving.
    /// The method has ended and was answered. Runs, or lets run, what waited for it.
    void ended(serving& call) noexcept;
    /// The holder waits for a nested call with `token`; lets in what that admits.
    void begin_wait(serving& holder, std::uint64_t token) noexcept;
    /// Blocks until no call that re-entered runs any more.
    void end_wait(serving& holder) noexcept;
    /// The same for a coroutine: false means that `resume(context)` is run on a worker later.
    bool end_wait(serving& holder, void (*resume)(void*), void* context) noexcept;

    core::slow_methods& slow() noexcept { return slow_; }
    /// Where its methods run in transactions; null: they do not.
    core::transactions* journal() const noexcept { return journal_; }
    /// Some of what the object's members show was undone in the store.
    void reload() noexcept;

    void registered(const core::object_address& address,
                    std::uint64_t generation) noexcept override;
    void refused(core::naming_failure&& why) noexcept override;
    void not_reachable(core::naming_failure&& why) noexcept override;

private:
    struct suspended {
        serving* holder;
        void (*resume)(void*);
        void* context;
    };
    void start(serving& call) noexcept;
    void post(serving& call) noexcept;
    void refuse_queued() noexcept;
    static void abandoned_in_queue(void* call);
    std::size_t own_calls_on_this_thread() const noexcept;

    const std::shared_ptr<runtime_core> owner_;
    const generated::dispatch_table* const table_;
    void* const object_;
    const std::string name_;
    const std::string scope_;
    std::shared_ptr<void> keep_;
    core::slow_methods slow_;
    core::transactions* journal_ = nullptr;

    mutable std::mutex mutex_;
    std::condition_variable changed_;  // running_, the strand's holder, registration
    core::strand strand_;
    std::vector<suspended> suspended_;
    std::size_t running_ = 0;  // admitted and not yet ended
    bool withdrawn_ = false;
    bool broken_ = false;
    core::object_address address_;
    core::object_address other_address_;  // given by the name server; zero: none
    std::uint64_t generation_ = 0;
    enum class state {
        asking,
        registered,
        unreachable,
        refused
    } registration_state_ = state::asking;
    core::naming_failure failure_;
    std::unique_ptr<core::registration> registration_;
};

}  // namespace roi::detail
