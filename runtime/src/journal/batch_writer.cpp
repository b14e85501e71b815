// Batches: gathered under the mutex, run without it, told about when their commit is known.
#include "journal/batch_writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace roi::journaling {
namespace {

using namespace std::chrono_literals;

/// Whose work this thread is running.
thread_local const batch_writer* running = nullptr;

constexpr std::string_view no_room_text =
    "the disk is full; calls are taken again when there is room";

}  // namespace

batch_writer::batch_writer(std::unique_ptr<journal_store> store, options with)
    : store_(std::move(store)), options_(std::move(with)), tidied_(options_.now()) {
    if (options_.threads == options::threading::own_thread) {
        thread_ = std::thread{[this] { write(); }};
    }
}

batch_writer::~batch_writer() {
    stop();
}

void batch_writer::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    } else {
        while (run_batch() != 0) {
        }
    }
}

bool batch_writer::is_running_here() const noexcept {
    return running == this;
}

void batch_writer::submit(work& one) {
    work* const it = &one;
    submit(std::span{&it, 1});
}

void batch_writer::submit(std::span<work* const> many) {
    std::size_t taken = 0;
    bool is_poisoned = false;
    bool is_stopping = false;
    bool wakes = false;
    {
        const std::lock_guard lock{mutex_};
        is_poisoned = poisoned_;
        is_stopping = stopping_;
        if (!is_poisoned && !is_stopping) {
            const std::size_t waiting = waiting_.size() + not_run_;
            const std::size_t room =
                options_.most_waiting - std::min(options_.most_waiting, waiting);
            taken = std::min(many.size(), room);
            waiting_.insert(waiting_.end(), many.begin(),
                            many.begin() + static_cast<std::ptrdiff_t>(taken));
            wakes = std::exchange(is_asleep_, false);
        }
    }
    if (wakes) wake_.notify_one();
    for (work* each : many.subspan(taken)) {
        if (is_poisoned) {
            each->poisoned();
        } else if (is_stopping) {
            each->not_committed(refusal::stopping, "the journal is about to end");
        } else {
            each->not_committed(refusal::overloaded, "too many calls wait for the journal");
        }
    }
}

// The thread.

void batch_writer::write() {
    while (gather()) {
        run_taken();
        if (store_->is_poisoned()) return;
        tidy(journal_store::pace::busy);
    }
}

/// Waits for works; false: there are none any more.
bool batch_writer::gather() {
    if (!taken_.empty()) return true;
    std::unique_lock lock{mutex_};
    const auto wait = [&](auto how_long, std::size_t enough) {
        is_asleep_ = true;
        const bool came = wake_.wait_for(
            lock, how_long, [&] { return waiting_.size() >= enough || stopping_ || poisoned_; });
        is_asleep_ = false;
        return came;
    };
    bool is_tidy = false;
    while (waiting_.empty() && !stopping_) {
        // Upkeep is for when nobody waits: a moment without works, and not one between two.
        const bool looks_for_room = store_->is_short_of_room();
        if (is_tidy && !looks_for_room) {
            wait(1h, 1);
        } else if (!wait(looks_for_room ? options_.patience : options_.idle, 1)) {
            lock.unlock();
            tidy(journal_store::pace::idle);
            if (store_->is_poisoned()) return false;
            is_tidy = true;
            lock.lock();
        }
    }
    if (waiting_.empty()) return false;
    if (options_.delay > 0us && !stopping_) wait(options_.delay, options_.most_works);
    lock.unlock();
    take_in();
    return true;
}

void batch_writer::take_in() {
    const std::lock_guard lock{mutex_};
    taken_.insert(taken_.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    not_run_ = taken_.size();
}

std::size_t batch_writer::run_batch() {
    take_in();
    return run_taken();
}

std::size_t batch_writer::run_taken() {
    if (store_->is_poisoned()) return 0;
    std::size_t works = 0;
    std::size_t bytes = 0;
    const clock::time_point began = options_.now();
    clock::time_point before = began;
    bool has_begun = false;
    std::string why;
    while (!taken_.empty() && batch_.size() < options_.most_works && bytes < options_.most_bytes) {
        work& one = *taken_.front();
        if (store_->is_short_of_room() && !one.frees_room()) {
            taken_.pop_front();
            ++works;
            one.not_committed(refusal::no_room, no_room_text);
            continue;
        }
        if (!has_begun && !store_->begin(why)) {
            if (store_->is_poisoned()) {
                end_by_poison(why);
                return works;
            }
            taken_.pop_front();
            ++works;
            if (options_.on_trouble) options_.on_trouble(why);
            one.not_committed(refusal::refused, why);
            break;
        }
        has_begun = true;
        taken_.pop_front();
        ++works;
        bytes += one.size();
        batch_.push_back(run_one(one));
        const clock::time_point after = options_.now();
        if (after - before > options_.budget && options_.on_slow) {
            options_.on_slow(one, after - before);
        }
        before = after;
        // An error that ended the transaction: all of this batch is undone, the rest is not.
        if (!store_->in_transaction()) break;
    }
    if (has_begun) finish(works, before - began);
    const std::lock_guard lock{mutex_};
    not_run_ = taken_.size();
    return works;
}

batch_writer::ran batch_writer::run_one(work& one) {
    using end = ran::end;
    ran out{&one, end::failed, {}};
    try {
        const int savepoint = store_->savepoint();
        try {
            running = this;
            const work::verdict verdict = one.run(*store_, savepoint);
            running = nullptr;
            if (verdict == work::verdict::keep) {
                store_->release(savepoint);
                out.how = end::kept;
                return out;
            }
            out.how = end::undone;
        } catch (const std::exception& e) {
            out.text = e.what();
        } catch (...) {
            out.text = "an exception that is no std::exception";
        }
        running = nullptr;
        store_->roll_back_to(savepoint);
        store_->release(savepoint);
    } catch (const std::exception& e) {
        // It could not be undone alone, so nothing of the batch can be kept.
        if (out.text.empty()) out.text = e.what();
        out.how = end::failed;
        std::string ignored;
        store_->roll_back(ignored);
    }
    return out;
}

void batch_writer::finish(std::size_t works, std::chrono::nanoseconds running_time) {
    std::string why;
    const clock::time_point before = options_.now();
    const commit_result result = store_->commit(why);
    if (options_.on_batch) {
        const auto kept = std::count_if(batch_.begin(), batch_.end(),
                                        [](const ran& each) { return each.how == ran::end::kept; });
        options_.on_batch(
            {works, static_cast<std::size_t>(kept), running_time, options_.now() - before, result});
    }
    if (result == commit_result::poisoned) return end_by_poison(why);
    if (result == commit_result::refused && options_.on_trouble) options_.on_trouble(why);
    for (const ran& each : batch_) {
        if (result == commit_result::refused) {
            // Also those that were undone: they may have seen what is not there any more.
            each.what->not_committed(refusal::refused, why);
        } else if (each.how == ran::end::kept) {
            each.what->committed();
        } else if (each.how == ran::end::undone) {
            each.what->not_committed(refusal::undone, {});
        } else {
            each.what->not_committed(refusal::failed, each.text);
        }
    }
    batch_.clear();
}

void batch_writer::tidy(journal_store::pace how) {
    if (store_->is_poisoned()) return;
    if (store_->is_short_of_room()) {
        // A while after the last time, so that what frees room gets in between.
        if (options_.now() - tidied_ < options_.patience) return;
        how = journal_store::pace::idle;
    }
    tidied_ = options_.now();
    std::string why;
    const commit_result result = store_->tidy(how, why);
    if (result == commit_result::poisoned) return end_by_poison(why);
    if (result == commit_result::refused && options_.on_trouble) options_.on_trouble(why);
}

/// Told first to whoever ends the process: nobody may be answered.
void batch_writer::end_by_poison(const std::string& why) noexcept {
    std::vector<work*> waiting;
    {
        const std::lock_guard lock{mutex_};
        poisoned_ = true;
        waiting.swap(waiting_);
    }
    if (options_.on_poisoned) options_.on_poisoned(why);
    for (const ran& each : std::exchange(batch_, {}))
        each.what->poisoned();
    for (work* each : std::exchange(taken_, {}))
        each->poisoned();
    for (work* each : waiting)
        each->poisoned();
}

}  // namespace roi::journaling
