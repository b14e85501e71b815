// The thread on which transactional methods run: many of them in one transaction, one sync for all.
//
// While one commit syncs, the next calls gather: the busier, the more for one sync, and no delay
// when idle. Nobody is told of an effect before it is durable.
#pragma once

#include <roi/journal_store.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace roi::journaling {

/// Why a work has no effect, and will have none.
enum class refusal {
    undone,      ///< By its own word. What it saw of others is durable.
    failed,      ///< It threw, or the database would not commit what it did.
    refused,     ///< The commit of its batch was refused: the text says why.
    no_room,     ///< The disk is full, and this work does not free room. It did not run.
    overloaded,  ///< Too many wait. It did not run.
    stopping,    ///< It did not run.
};

/// Something that runs within a batch's transaction. Belongs to whoever submits it, and must live
/// until one of the last three functions is called, which is the last that the writer does with it.
class work {
public:
    enum class verdict {
        keep,  ///< Its changes become durable with the batch.
        undo,  ///< They are undone.
    };
    /// On the writer's thread, behind a savepoint of its own. To undo a part of it and go on (a
    /// method threw, and that is to be recorded) roll back to `savepoint`, or set another one. What
    /// it throws undoes it.
    virtual verdict run(journal_store& store, int savepoint) = 0;

    // Exactly one of these is called, once it is known; on the writer's thread, or within submit().

    /// It was kept, and is durable.
    virtual void committed() noexcept = 0;
    virtual void not_committed(refusal why, std::string_view text) noexcept = 0;
    /// Whether it is durable cannot be known. Nobody may be answered: the process is about to end.
    virtual void poisoned() noexcept = 0;

    /// Bytes that it adds to its batch, roughly.
    virtual std::size_t size() const noexcept { return 0; }
    /// It only frees room, as acknowledgements do, and so runs also when the disk is full.
    virtual bool frees_room() const noexcept { return false; }

protected:
    ~work() = default;
};

/// Threads: submit() is safe from any. Destruction finishes what waits.
class batch_writer {
public:
    using clock = std::chrono::steady_clock;

    struct batch {
        std::size_t works = 0;
        std::size_t kept = 0;
        std::chrono::nanoseconds ran{};     // all works together
        std::chrono::nanoseconds commit{};  // with its sync
        commit_result result = commit_result::durable;
    };
    struct options {
        std::size_t most_works = 256;                   // in one batch
        std::size_t most_bytes = std::size_t{1} << 20;  // the same
        std::size_t most_waiting = 65'536;              // one more is overloaded
        /// How long a batch waits for more works once it has one. Not for throughput: works that
        /// come during a sync make up the next batch anyway. At most two milliseconds.
        std::chrono::microseconds delay{0};
        /// A work that takes longer delays all others; it is reported.
        std::chrono::milliseconds budget{50};
        /// Nothing came for so long: the thread does what upkeep there is.
        std::chrono::milliseconds idle{20};
        /// Between two looks whether a full disk has room again.
        std::chrono::milliseconds patience{250};

        // May be missing. All on the writer's thread.
        std::function<void(const work&, std::chrono::nanoseconds)> on_slow = {};
        /// The store can no longer be trusted: the process has to end. Before poisoned() is called.
        std::function<void(const std::string& why)> on_poisoned = {};
        /// A commit or a checkpoint was refused: for a log.
        std::function<void(const std::string& why)> on_trouble = {};
        std::function<void(const batch&)> on_batch = {};

        std::function<clock::time_point()> now = clock::now;
        /// Without a thread nothing runs but by run_batch() and tidy().
        enum class threading { own_thread, none } threads = threading::own_thread;
    };

    /// The store was loaded.
    explicit batch_writer(std::unique_ptr<journal_store> store)
        : batch_writer{std::move(store), {}} {}
    batch_writer(std::unique_ptr<journal_store> store, options with);
    batch_writer(const batch_writer&) = delete;
    batch_writer& operator=(const batch_writer&) = delete;
    ~batch_writer();

    /// Works of one thread run in the order in which they were submitted. Several together cost
    /// little more than one.
    void submit(work& one);
    void submit(std::span<work* const> many);

    /// Refuses what comes, finishes what waits, ends the thread. Blocks until then.
    void stop();

    /// Is this thread running a work of this writer?
    bool is_running_here() const noexcept;

    // Without a thread, and on the one that calls.

    /// Runs the next batch, and returns how many works it had.
    std::size_t run_batch();
    void tidy(journal_store::pace how);

    /// For the writer's thread, and for nobody else while that runs.
    journal_store& store() noexcept { return *store_; }

private:
    /// A work that has run in the batch.
    struct ran {
        work* what;
        enum class end { kept, undone, failed } how;
        std::string text;
    };

    void write();
    bool gather();
    void take_in();
    std::size_t run_taken();
    ran run_one(work& one);
    void finish(std::size_t works, std::chrono::nanoseconds running);
    void end_by_poison(const std::string& why) noexcept;

    const std::unique_ptr<journal_store> store_;
    const options options_;

    // Of the writer's thread.
    std::deque<work*> taken_;  // from those that wait, and not run yet
    std::vector<ran> batch_;
    clock::time_point tidied_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<work*> waiting_;
    std::size_t not_run_ = 0;  // taken_.size(), for submit()
    bool is_asleep_ = false;
    bool stopping_ = false;
    bool poisoned_ = false;
    std::thread thread_;
};

}  // namespace roi::journaling
