// Each change leaves a step in the log, and is undone by it in reverse order.
#include "journal/places.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace roi::journaling {

places::session* places::find(const stored::id& id) noexcept {
    const auto at = sessions_.find(id);
    return at == sessions_.end() ? nullptr : at->second.get();
}

/// For one more step: once something has changed, the log must not run out of memory.
void places::make_room() {
    if (log_.size() == log_.capacity()) log_.reserve(2 * log_.size() + 16);
}

places::session& places::add(const stored::id& id) {
    make_room();
    session& made = restore(id, last_number_ + 1);
    log_.push_back({.what = step::kind::made_session, .of = &made, .id = id});
    return made;
}

void places::remove(const stored::id& id) {
    make_room();
    if (auto ended = sessions_.extract(id)) {
        log_.push_back({.what = step::kind::ended_session, .ended = std::move(ended)});
    }
}

places::found places::take(session& of, std::uint64_t sequence) {
    const auto at = of.taken.lower_bound(sequence);
    if (at != of.taken.end() && at->first == sequence) return {at->second, false};
    make_room();
    const bool is_new = of.free.empty();
    const std::int64_t place = is_new ? last_place_ + 1 : of.free.back();
    of.taken.emplace_hint(at, sequence, place);
    if (is_new) {
        ++last_place_;
    } else {
        of.free.pop_back();
    }
    log_.push_back({.what = is_new ? step::kind::took_new : step::kind::took_free,
                    .of = &of,
                    .sequence = sequence,
                    .place = place});
    return {place, is_new};
}

void places::free_acknowledged(session& of, const stored::acknowledged& done) {
    if (done.below > 0) free_range(of, 0, done.below - 1);
    for (const stored::range& each : done.above)
        free_range(of, each.first, each.last);
}

void places::free_range(session& of, std::uint64_t first, std::uint64_t last) {
    auto at = of.taken.lower_bound(first);
    while (at != of.taken.end() && at->first <= last) {
        make_room();
        of.free.push_back(at->second);
        const auto next = std::next(at);
        log_.push_back({.what = step::kind::freed, .of = &of, .freed = of.taken.extract(at)});
        at = next;
    }
}

std::int64_t places::drop_free(session& of) {
    if (of.free.empty()) return 0;
    make_room();
    const std::int64_t place = of.free.back();
    of.free.pop_back();
    log_.push_back({.what = step::kind::dropped, .of = &of, .place = place});
    return place;
}

places::session& places::restore(const stored::id& id, std::int64_t number) {
    auto made = std::make_unique<session>();
    made->number = number;
    last_number_ = std::max(last_number_, number);
    session& out = *made;
    sessions_[id] = std::move(made);
    return out;
}

void places::restore_taken(session& of, std::uint64_t sequence, std::int64_t place) {
    of.taken[sequence] = place;
    last_place_ = std::max(last_place_, place);
}

void places::restore_free(session& of, std::int64_t place) {
    of.free.push_back(place);
    last_place_ = std::max(last_place_, place);
}

void places::unwind(std::size_t to) {
    for (; log_.size() > to; log_.pop_back()) {
        step& last = log_.back();
        switch (last.what) {
            case step::kind::made_session:
                sessions_.erase(last.id);
                break;
            case step::kind::ended_session:
                sessions_.insert(std::move(last.ended));
                break;
            case step::kind::took_new:
                // Its number is not given again: to leave it out costs nothing.
                last.of->taken.erase(last.sequence);
                break;
            case step::kind::took_free:
                last.of->taken.erase(last.sequence);
                last.of->free.push_back(last.place);
                break;
            case step::kind::freed:
                last.of->free.pop_back();
                last.of->taken.insert(std::move(last.freed));
                break;
            case step::kind::dropped:
                last.of->free.push_back(last.place);
                break;
        }
    }
}

void places::roll_back() {
    unwind(0);
    marks_.clear();
}

void places::commit() noexcept {
    log_.clear();
    marks_.clear();
}

}  // namespace roi::journaling
