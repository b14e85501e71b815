// One call of a user, from its arguments to its result, over all attempts that it takes.
#pragma once

#include "api/remote_object.hpp"
#include "api/serving.hpp"
#include "core/channel.hpp"

#include <roi/call.hpp>
#include <roi/generated.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace roi::detail {

/// Made by generated::request, then owned by who waits and by what is under way.
///
/// Whoever makes progress is the driver: the blocking caller on its own thread, which then does the
/// connection's reading as well, or the connection's completion and timers, where nobody blocks. A
/// thread that begins to block takes over.
class outgoing_call final : private locate_observer, private abandon_listener {
public:
    outgoing_call(std::shared_ptr<remote_object> object,
                  std::shared_ptr<const call_options> options, const generated::interface& type,
                  const generated::method& what);
    outgoing_call(const outgoing_call&) = delete;
    outgoing_call& operator=(const outgoing_call&) = delete;
    static void* operator new(std::size_t size);
    static void operator delete(void* memory, std::size_t size) noexcept;

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

    wire::writer& arguments() noexcept { return arguments_; }

    void start() noexcept;
    void wait() noexcept;
    /// The same where no other thread can reach this call to cancel it.
    void wait_alone() noexcept {
        // An enclosing call is given up by others; one that has begun is known to others.
        if (!begun_) alone_ = context_ == nullptr;
        wait();
    }
    void cancel() noexcept;
    /// Its owner lets go: cancelled where it is under way, and nobody is told.
    void drop() noexcept;
    bool has_ended() const noexcept { return ended_.load(std::memory_order_acquire); }
    bool notify(call_observer& observer) noexcept;

    /// After the end.
    const std::shared_ptr<const roi::error>& failure() const noexcept { return failure_; }
    const generated::interface& type() const noexcept { return *type_; }
    const core::answer& answer() const noexcept { return answer_; }
    std::string method_name() const;
    std::string endpoint() const;
    roi::call_id call_id() const noexcept { return call_id_; }

    serving* context() const noexcept { return context_; }
    std::uint64_t token() const noexcept { return token_; }

private:
    // One try on one connection. Kept until the call goes: a blocked thread may still look at it.
    class attempt final : public core::outgoing {
    public:
        void completed(core::answer&& result) noexcept override;
        outgoing_call* owner = nullptr;
        std::shared_ptr<core::channel> channel;
        std::shared_ptr<const location> where;
        core::answer answer;
        bool is_answered = false;
        bool opens = false;  // asks for a session, in place of the call
    };
    enum class phase { idle, locating, sent, pausing, ended };
    enum class verdict { ends, locate_again, ask_again, pause };

    ~outgoing_call();
    void begin() noexcept;
    void drive() noexcept;  // blocking
    void go_on() noexcept;  // not blocking
    void send(std::shared_ptr<const location> where, bool will_wait) noexcept;
    attempt& next_attempt();
    verdict judge(attempt& tried) noexcept;  // after its answer
    void end(core::answer&& answer, const attempt* from) noexcept;
    void end_unlocated(locate_failure&& why) noexcept;
    roi::error make_error(const core::answer& answer, roi::call_id id) const;
    verdict judge_lost(attempt& tried);
    verdict judge_opened(attempt& tried) noexcept;
    verdict judge_journaled(attempt& tried) noexcept;
    bool is_journaled() const noexcept {
        return what_->promise == generated::semantics::exactly_once ||
               what_->promise == generated::semantics::durable_at_most_once;
    }
    void put_arguments(attempt& into);
    bool refuse_within_transaction() noexcept;
    std::shared_ptr<const location> again_at();
    bool is_late(std::chrono::nanoseconds ahead) const noexcept;
    void arm_timer() noexcept;
    bool begins_step() noexcept;
    void ends_step() noexcept;
    bool is_of_another(const locate_failure& failed) noexcept;

    void on_located(located&& found) noexcept override;
    void on_abandoned() noexcept override { cancel(); }
    bool add_reference() noexcept override;
    void release_reference() noexcept override { release(); }

    static void on_pause_over(void* self);
    static void on_deadline(void* self);
    static void tell(void* self);

    std::atomic<int> references_{1};
    std::atomic<bool> ended_{false};
    const std::shared_ptr<remote_object> object_;
    const std::shared_ptr<const call_options> options_;
    const generated::interface* const type_;
    const generated::method* const what_;
    serving* context_ = nullptr;  // retained
    std::uint64_t token_ = 0;     // that our object may be re-entered with while we wait
    bool begun_ = false;
    bool alone_ = false;
    bool in_transaction_ = false;

    wire::writer arguments_;
    wire::writer kept_arguments_;  // for another attempt
    std::shared_ptr<const wire::buffer> large_arguments_;
    bool is_kept_ = false;
    std::optional<core::time_point> deadline_;
    backoff pauses_;
    int attempts_ = 0;  // to make the call
    bool first_used_ = false;
    std::uint64_t open_nonce_ = 0;
    int executions_ = 0;  // attempts that may have run
    int searches_ = 0;    // of others, that ended before our deadline
    bool maybe_ran_ = false;
    // A numbered call whose connection was lost: asked for again, under the same number.
    std::shared_ptr<core::caller_session> session_;
    std::uint64_t sequence_ = 0;
    std::shared_ptr<const location> asked_at_;
    std::optional<core::time_point> ask_until_;
    std::size_t asked_ = 0;
    std::string lost_text_;  // how the connection ended
    std::shared_ptr<const location> used_;

    std::mutex mutex_;  // what follows
    std::condition_variable changed_;
    phase phase_ = phase::idle;
    bool blocking_ = false;  // a thread drives
    bool cancelled_ = false;
    int steps_ = 0;            // being made without a thread
    std::uint64_t timer_ = 0;  // of the pause
    std::uint64_t deadline_timer_ = 0;
    attempt first_;
    std::vector<std::unique_ptr<attempt>> more_;
    attempt* current_ = nullptr;
    call_observer* observer_ = nullptr;

    // Written once, before ended_.
    core::answer answer_;
    roi::call_id call_id_;
    std::shared_ptr<const roi::error> failure_;
};

}  // namespace roi::detail
