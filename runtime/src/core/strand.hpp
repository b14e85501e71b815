// One object runs one method at a time: who holds it, who waits for it, and which call of the
// holder's own chain may enter it again. Pure: the owner of the strand locks, and runs what it is
// told to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace roi::core {

/// A call as a strand sees it. Its owner keeps it in place from enter() to leave().
class strand_entry {
public:
    /// Tokens that the call brought along; must not change while the strand knows the entry.
    std::span<const std::uint64_t> chain;

private:
    friend class strand;
    strand_entry* next_ = nullptr;
    strand_entry* previous_ = nullptr;
    std::uint64_t waits_for_ = 0;  // token of the nested call that this holder waits for; 0: runs
    bool queued_ = false;
};

class strand {
public:
    enum class verdict { run, queued, full };

    /// A call arrives. `run`: it holds the object now, at once or within its own chain.
    verdict enter(strand_entry& call, std::size_t limit);

    /// The method of `call` has ended. Returns the next call that holds the object, or null; run
    /// it. Where `call` had re-entered, its holder may go on: see end_wait().
    strand_entry* leave(strand_entry& call);

    /// The holder begins to wait for a nested call that carries `token`. Returns a queued call of
    /// that chain, which holds the object now, or null.
    strand_entry* begin_wait(strand_entry& holder, std::uint64_t token);

    /// The wait is over. False: a call that re-entered still runs, so the holder must wait on until
    /// may_go_on() is true, which only leave() can make.
    bool end_wait(strand_entry& holder);
    bool may_go_on(const strand_entry& holder) const noexcept {
        return !holders_.empty() && holders_.back() == &holder;
    }

    /// Takes a queued call out; false where it is not queued (any more).
    bool remove(strand_entry& call) noexcept;
    /// Takes the first queued call out, or returns null.
    strand_entry* remove_first() noexcept;

    std::size_t queued() const noexcept { return queued_; }
    bool is_held() const noexcept { return !holders_.empty(); }
    /// The call that runs, or waits, innermost; null: none.
    const strand_entry* holder() const noexcept {
        return holders_.empty() ? nullptr : holders_.back();
    }

private:
    bool continues(const strand_entry& call) const noexcept;
    strand_entry* next_of_chain() noexcept;
    void unlink(strand_entry& call) noexcept;

    std::vector<strand_entry*> holders_;  // innermost last; more than one only by re-entry
    strand_entry* first_ = nullptr;
    strand_entry* last_ = nullptr;
    std::size_t queued_ = 0;
    std::size_t queued_with_chain_ = 0;
};

}  // namespace roi::core
