// One call being served, and what the calls made inside it inherit.
#pragma once

#include "core/channel.hpp"
#include "core/strand.hpp"

#include <roi/generated.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace roi {
class transaction;
}

namespace roi::detail {

class outgoing_call;
class published_object;
class runtime_core;

/// Told when the served call is abandoned. Its owner removes it before it goes away.
class abandon_listener {
public:
    virtual void on_abandoned() noexcept = 0;
    /// False: it is being destroyed.
    virtual bool add_reference() noexcept = 0;
    virtual void release_reference() noexcept = 0;

protected:
    ~abandon_listener() = default;

private:
    friend class serving;
    abandon_listener* next_ = nullptr;
    abandon_listener* previous_ = nullptr;
    bool listens_ = false;
};

class serving final : public generated::incoming, public core::strand_entry {
public:
    serving(std::shared_ptr<published_object> object, const generated::entry& method,
            std::size_t index, std::unique_ptr<core::incoming> call);
    serving(const serving&) = delete;
    serving& operator=(const serving&) = delete;

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

    /// The call that this thread serves; null: none.
    static serving* current() noexcept;
    static void set_current(serving* call) noexcept;
    /// This thread is about to wait for something that the runtime does not know.
    void before_blocking() noexcept;

    /// Makes `call` this thread's current one for a block; null: none.
    class scope {
    public:
        explicit scope(serving* call) noexcept;
        ~scope();
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;

    private:
        serving* before_;
    };

    /// Before it waits for its object: where the caller gives up meanwhile, `told` is called.
    void watch_queue(void (*told)(void*)) {
        watched_ = true;
        call_->on_abandoned(told, this);
    }
    /// It waits no longer.
    void unwatch_queue() noexcept {
        if (std::exchange(watched_, false)) call_->on_abandoned(nullptr, nullptr);
    }

    /// Runs the method. The call must have been admitted by its object.
    void run() noexcept;
    /// Ends an admitted call without running it.
    void refuse_unrun(errc code, std::string text) noexcept;
    /// Ends a call that its object has not admitted.
    void refuse_unadmitted(errc code, std::string text) noexcept;

    /// Runs the method within a transaction. Its answer was captured by call(), and ended() is not
    /// told: that follows when the transaction has ended.
    void run_within(roi::transaction& transaction) noexcept;
    roi::transaction* transaction() const noexcept { return transaction_; }
    /// The end of a call that ran within a transaction, or did not get to run.
    void finish_within() noexcept { finish(); }

    published_object& object() const noexcept { return *object_; }
    const std::shared_ptr<published_object>& object_pointer() const noexcept { return object_; }
    const generated::method& method() const noexcept { return method_->what; }
    std::size_t method_index() const noexcept { return index_; }
    std::string method_name() const;
    bool is_concurrent() const noexcept;
    bool is_over() const noexcept { return over_.load(std::memory_order_acquire); }

    core::incoming& call() const noexcept { return *call_; }
    std::optional<core::time_point> deadline() const noexcept { return deadline_; }
    bool is_abandoned() const noexcept;

    /// Tells `listener` when the caller gives up; at once where it has.
    void listen(abandon_listener& listener) noexcept;
    void unlisten(abandon_listener& listener) noexcept;

    /// Asked to stop when the caller gives up.
    std::stop_token stop_token();

    /// Below, in the order of use, what generated::incoming forwards to.
    wire::reader arguments_reader() const noexcept { return wire::reader{call_->arguments()}; }
    void set_decoded() noexcept { state_ = state::running; }
    wire::writer& result_writer() noexcept {
        state_ = state::encoding;
        return result_;
    }
    void set_later() noexcept;
    void keep(void* object, void (*destroy)(void*) noexcept);
    void ended_later(std::exception_ptr thrown) noexcept;

private:
    enum class state { decoding, running, encoding };
    ~serving();
    void run_method() noexcept;
    void answer(const std::exception_ptr& thrown) noexcept;
    void finish() noexcept;
    static void notify(void* self) noexcept;

    std::atomic<int> references_{1};
    std::atomic<bool> over_{false};
    const std::shared_ptr<published_object> object_;
    const generated::entry* const method_;
    const std::size_t index_;
    std::unique_ptr<core::incoming> call_;
    const std::optional<core::time_point> deadline_;
    wire::writer result_;
    state state_ = state::decoding;
    bool later_ = false;
    bool watched_ = false;
    roi::transaction* transaction_ = nullptr;

    struct kept {
        void* object;
        void (*destroy)(void*) noexcept;
    };
    std::vector<kept> kept_;

    // Lives as long as the call, so nobody counts references.
    struct stopper final : abandon_listener {
        std::stop_source source;
        void on_abandoned() noexcept override { source.request_stop(); }
        bool add_reference() noexcept override { return true; }
        void release_reference() noexcept override {}
    };

    std::mutex mutex_;  // below
    std::unique_ptr<stopper> stopper_;
    abandon_listener* listeners_ = nullptr;
    bool hooked_ = false;
};

}  // namespace roi::detail
