// A set of numbers as few intervals: the sequence numbers that are finished above a low-water mark.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace roi::core {

/// Holds what was added as sorted intervals that neither overlap nor touch. Numbers are added in
/// almost their own order, so there are about as many intervals as there are gaps.
class interval_set {
public:
    struct interval {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        friend bool operator==(const interval&, const interval&) = default;
    };

    void add(std::uint64_t first, std::uint64_t last) {
        if (first > last) return;
        // The intervals that the new one overlaps or touches become one with it.
        auto begin = std::lower_bound(all_.begin(), all_.end(), first,
                                      [](const interval& each, std::uint64_t value) {
                                          return each.last < value && value - each.last > 1;
                                      });
        auto end = begin;
        for (; end != all_.end() && (end->first <= last || end->first - last == 1); ++end) {
            first = std::min(first, end->first);
            last = std::max(last, end->last);
        }
        if (begin == end) {
            all_.insert(begin, {first, last});
        } else {
            *begin = {first, last};
            all_.erase(begin + 1, end);
        }
    }

    bool contains(std::uint64_t number) const noexcept {
        const auto at = std::lower_bound(
            all_.begin(), all_.end(), number,
            [](const interval& each, std::uint64_t value) { return each.last < value; });
        return at != all_.end() && at->first <= number;
    }

    /// Forgets all numbers below `low`; where `low` itself is in the set, goes on behind its
    /// interval. Returns the smallest number from `low` on that is not in the set.
    std::uint64_t raise(std::uint64_t low) noexcept {
        std::size_t gone = 0;
        while (gone < all_.size() && all_[gone].last < low)
            ++gone;
        if (gone < all_.size() && all_[gone].first <= low) low = all_[gone++].last + 1;
        all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(gone));
        return low;
    }

    const std::vector<interval>& all() const noexcept { return all_; }
    bool empty() const noexcept { return all_.empty(); }
    void clear() noexcept { all_.clear(); }

private:
    std::vector<interval> all_;
};

}  // namespace roi::core
