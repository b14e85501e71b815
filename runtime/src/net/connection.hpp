// One connection: its socket, its session, and who may read it.
#pragma once

#include "core/channel.hpp"
#include "core/receiver.hpp"
#include "core/session.hpp"
#include "net/shell.hpp"
#include "net/socket.hpp"
#include "net/spin.hpp"
#include "net/thread_wake.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace roi::net {

/// The gate says who reads. Only its owner touches the receiver, the spinner and the calls that
/// arrived; the mutex guards the session, the waiters and the write state, and is never held over a
/// system call or over anybody's code. docs/threading.md tells the whole story.
class connection final : public core::channel,
                         public core::served_call::host,
                         public std::enable_shared_from_this<connection> {
public:
    connection(std::shared_ptr<shell> by, core::side which, std::string endpoint,
               std::uint64_t number);
    ~connection() override;

    /// Begins to connect to one of `addresses`; they are tried in turn.
    void connect_to(std::vector<address> addresses);
    /// The connection cannot be made.
    void connect_failed(errc code, const std::string& why);
    /// Takes an accepted socket.
    void accepted(descriptor socket, int family);

    // channel
    void start(core::outgoing& call) override;
    void wait(core::outgoing& call) override;
    void cancel(core::outgoing& call) override;
    std::string endpoint() const override { return endpoint_; }
    bool failed() const noexcept override { return failed_.load(std::memory_order_acquire); }

    // served_call::host
    const core::incoming::peer& from() const noexcept override { return peer_; }
    void answer(std::uint64_t id, bool oneway, wire::writer&& bytes, form what) noexcept override;
    void replaced() noexcept override;
    void answers_first() noexcept override;
    void forget(core::served_call& call) noexcept override;

    // From the shell, on any thread that may run methods or must not (see each).
    void on_ready();        // the armed socket is ready; runs methods
    void on_handed_over();  // goes on with a connection that was taken from a thread; runs methods
    void on_writable();
    void on_timer();
    /// The thread that runs method `run` is about to block, or has run it for long: takes the
    /// connection from it. False: that method has ended.
    bool take_over(std::uint64_t run);
    /// Takes the connection from the method that this thread runs, if it runs one.
    static void before_blocking() noexcept;
    /// Keeps work for the thread that is telling completions of a connection of `by` right now, and
    /// runs it there afterwards, outside of all locks. False: this thread is not doing that.
    static bool run_here(const shell& by, void (*work)(void*), void* context) noexcept;
    /// The number of the method that runs now, as the owner said; 0: none.
    std::uint64_t running() const noexcept;
    /// Arms the connection if nobody reads it and nobody has since `seen`, which is updated.
    /// True: armed, or ended.
    bool arm_if_idle(std::uint64_t& seen);

    /// No further calls from the peer.
    void drain();
    bool quiet();
    /// Ends it now.
    void abort(errc code, const std::string& why);
    int fd() const noexcept { return fd_.load(std::memory_order_acquire); }
    std::uint64_t number() const noexcept { return peer_.connection; }
    bool connecting() const noexcept { return phase_.load() == phase::connecting; }
    core::side which() const noexcept { return side_; }

    /// For the shell alone.
    struct shell_data {
        std::atomic<int> registered_fd{-1};
        std::atomic<bool> lazy{false};
        std::shared_ptr<void> watch;
        std::atomic<std::uint64_t> timer{0};
    } of_shell;

private:
    enum class phase : std::uint8_t { resolving, connecting, connected, ended };
    enum : std::uint64_t { gate_free = 0, gate_owned = 1, gate_armed = 2, gate_running = 3 };
    static constexpr std::uint64_t running_state(std::uint64_t n) {
        return (n << 2) | gate_running;
    }

    struct waiter {
        thread_wake* wake = nullptr;
        std::atomic<bool> done{false};
        std::atomic<bool> hurried{false};  // the call's deadline has changed
        bool promoted = false;             // the gate was handed to us
        waiter* next = nullptr;
        waiter* previous = nullptr;
        bool queued = false;
    };
    enum class progress { dry, lost, ended, congested };
    enum class who { pool, waiter };

    // The owner's work.
    void serve();
    progress process(who by, waiter* mine = nullptr);
    void met_peer(bool yields, waiter* mine);
    bool run_method(std::unique_ptr<core::served_call> call);
    bool run_completions();  // false: the connection was taken from this thread
    template <class Work>
    bool run_interruptibly(const Work& work);
    void completions_are_slow(core::time_point now) noexcept;
    void end_batch_if_late(core::time_point now);
    ssize_t read_some(bool blocking);
    bool after_read(ssize_t got);  // false: ended
    void connect_step();
    void connect_refused(int error);
    bool next_address();  // false: none is left, and the connection has ended
    void attached();
    void look_alive();
    void lead(waiter& me, core::outgoing& call, std::optional<core::time_point> deadline);
    void leave();
    void end_owned();
    bool try_own() noexcept;

    enum class flusher { owner, other };
    enum class patience { wait_a_little, none };
    void flush(flusher by, patience how);
    /// Under the mutex: must the completions of `todo` be findable while they run?
    bool note(core::actions& todo, const waiter* mine);
    void run(core::actions& todo, bool noted, waiter* mine = nullptr);
    std::optional<core::time_point> expire_call(core::outgoing& call, waiter& me);
    std::optional<core::time_point> deadline_of(core::outgoing& call);
    bool has_successor();
    void fail(errc code, const std::string& why);
    /// A timer for acknowledgements would keep a user's context running.
    bool acknowledges() const noexcept { return !settings_->eager_timers; }
    bool sooner(core::time_point when) noexcept;  // under the mutex; true: tell the shell
    void enqueue(waiter& one) noexcept;
    void dequeue(waiter& one) noexcept;

    const std::shared_ptr<shell> shell_;
    std::shared_ptr<const shell::settings> settings_;
    const std::string endpoint_;
    const core::side side_;
    core::incoming::peer peer_;
    std::atomic<int> fd_{-1};
    descriptor socket_;
    std::atomic<phase> phase_{phase::resolving};
    std::atomic<bool> failed_{false};
    std::atomic<std::uint64_t> gate_{gate_owned};
    std::atomic<std::uint64_t> uses_{0};
    std::atomic<bool> congested_{false};  // as the session said when something was answered last

    // The owner's.
    core::receiver receiver_;
    spinner spinner_;
    std::vector<std::unique_ptr<core::served_call>> arrived_;
    std::size_t next_arrived_ = 0;
    struct completion {
        void (*work)(void*);
        void* context;
    };
    std::vector<completion> completions_;  // of users' code, which may take long
    std::size_t next_completion_ = 0;
    std::atomic<bool> runs_completion_{false};  // what runs now is one
    std::atomic<core::time_point> completions_slow_until_{core::time_point{}};
    core::time_point batch_began_{};  // what was answered since then waits for the next write
    std::uint64_t runs_ = 0;
    core::actions owner_actions_;
    std::vector<address> addresses_;
    std::size_t next_address_ = 0;
    std::atomic<bool> retry_connect_{false};  // a Unix listener's queue was full
    std::string connect_error_;
    bool nobody_there_ = true;  // as far as the addresses tried so far say
    bool peer_known_ = false;
    bool gone_told_ = false;

    std::mutex mutex_;  // guards what follows
    core::session session_;
    waiter* first_waiter_ = nullptr;
    waiter* last_waiter_ = nullptr;
    std::shared_ptr<connection> successor_;   // makes the calls that were to be made here
    std::vector<core::actions*> completing_;  // whose completions run right now
    const void* batch_thread_ = nullptr;      // the owner; its answers wait for its next write
    bool writing_ = false;
    bool write_blocked_ = false;
    bool stalled_ = false;  // the owner stopped reading until octets were written; gate owned
    core::time_point blocked_until_{};
    std::optional<core::time_point> timer_;
    std::optional<core::time_point> connect_until_;
};

}  // namespace roi::net
