// The strand's rules. See docs/decisions/0021-one-method-at-a-time.md.
#include "core/strand.hpp"

#include <algorithm>

namespace roi::core {

bool strand::continues(const strand_entry& call) const noexcept {
    // Only the innermost holder counts, and only while it waits for the very call whose chain
    // this is: an older token, or one whose wait is over, admits nobody.
    const strand_entry& holder = *holders_.back();
    return holder.waits_for_ != 0 &&
           std::find(call.chain.begin(), call.chain.end(), holder.waits_for_) != call.chain.end();
}

strand::verdict strand::enter(strand_entry& call, std::size_t limit) {
    if (holders_.empty() || continues(call)) {
        call.waits_for_ = 0;
        holders_.push_back(&call);
        return verdict::run;
    }
    if (queued_ >= limit) return verdict::full;
    call.previous_ = last_;
    call.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &call;
    last_ = &call;
    call.queued_ = true;
    ++queued_;
    if (!call.chain.empty()) ++queued_with_chain_;
    return verdict::queued;
}

void strand::unlink(strand_entry& call) noexcept {
    (call.previous_ ? call.previous_->next_ : first_) = call.next_;
    (call.next_ ? call.next_->previous_ : last_) = call.previous_;
    call.next_ = call.previous_ = nullptr;
    call.queued_ = false;
    --queued_;
    if (!call.chain.empty()) --queued_with_chain_;
}

strand_entry* strand::next_of_chain() noexcept {
    if (queued_with_chain_ == 0) return nullptr;
    for (strand_entry* call = first_; call; call = call->next_) {
        if (call->chain.empty() || !continues(*call)) continue;
        unlink(*call);
        return call;
    }
    return nullptr;
}

strand_entry* strand::leave(strand_entry& call) {
    // A holder that is not innermost can leave only when its task was destroyed while it waited.
    holders_.erase(std::remove(holders_.begin(), holders_.end(), &call), holders_.end());
    strand_entry* next = nullptr;
    if (holders_.empty()) {
        next = first_;
        if (next) unlink(*next);
    } else {
        next = next_of_chain();
    }
    if (next) {
        next->waits_for_ = 0;
        holders_.push_back(next);
    }
    return next;
}

strand_entry* strand::begin_wait(strand_entry& holder, std::uint64_t token) {
    holder.waits_for_ = token;
    if (!may_go_on(holder)) return nullptr;
    strand_entry* next = next_of_chain();
    if (next) {
        next->waits_for_ = 0;
        holders_.push_back(next);
    }
    return next;
}

bool strand::end_wait(strand_entry& holder) {
    holder.waits_for_ = 0;
    return may_go_on(holder);
}

bool strand::remove(strand_entry& call) noexcept {
    if (!call.queued_) return false;
    unlink(call);
    return true;
}

strand_entry* strand::remove_first() noexcept {
    strand_entry* call = first_;
    if (call) unlink(*call);
    return call;
}

}  // namespace roi::core
