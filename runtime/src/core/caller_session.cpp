// The caller's end of a call session.
#include "core/caller_session.hpp"

#include <algorithm>

namespace roi::core {
namespace {

// Calls of unknown end that can be asked after; the oldest is given up for another.
constexpr std::size_t most_doubted = 64;
// Calls that ended behind one that has not, before the server is told each of them.
constexpr std::size_t worth_ranges = 32;

}  // namespace

void caller_session::finish_locked(std::uint64_t sequence) {
    if (sequence < low_) return;
    if (sequence == low_) {
        low_ = finished_.empty() ? low_ + 1 : finished_.raise(low_ + 1);
    } else {
        finished_.add(sequence, sequence);
        ++finished_since_;
    }
}

void caller_session::finish(std::uint64_t sequence) {
    const std::lock_guard hold{mutex_};
    finish_locked(sequence);
}

void caller_session::doubt(std::uint64_t sequence, time_point now) {
    const std::lock_guard hold{mutex_};
    if (doubted_.size() >= most_doubted) {
        finish_locked(doubted_.front().first);
        doubted_.pop_front();
    }
    doubted_.emplace_back(sequence, now + bounds_->session_lease);
}

bool caller_session::acknowledge(call_header& header, time_point now) {
    const std::lock_guard hold{mutex_};
    while (!doubted_.empty() && doubted_.front().second <= now) {
        finish_locked(doubted_.front().first);
        doubted_.pop_front();
    }
    header.acknowledged_ranges.clear();
    header.acknowledged_below = low_;
    bool news = low_ > told_low_;
    told_low_ = low_;
    if (finished_since_ >= worth_ranges ||
        (header.sequence == 0 && finished_since_ > 0)) {  // the last word before silence
        const auto& all = finished_.all();
        const std::size_t count = std::min(all.size(), bounds_->max_acknowledged_ranges);
        header.acknowledged_ranges.assign(all.begin(),
                                          all.begin() + static_cast<std::ptrdiff_t>(count));
        finished_since_ = 0;
        news = true;
    }
    return news;
}

caller_sessions::claim caller_sessions::begin(std::uint64_t server_high, std::uint64_t server_low,
                                              time_point now, bool anyway) {
    claim result;
    const std::lock_guard hold{mutex_};
    auto& used = used_[{server_high, server_low}];
    result.is_first = used == 0;
    if (!result.is_first && !anyway) return result;
    ++used;
    std::erase_if(kept_, [&](const auto& each) { return each.second <= now; });
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& each) {
        return each.first->is_with(server_high, server_low);
    });
    if (found == kept_.end()) return result;
    result.session = std::move(found->first);
    kept_.erase(found);
    return result;
}

void caller_sessions::end(std::uint64_t server_high, std::uint64_t server_low,
                          std::shared_ptr<caller_session> session, time_point until) {
    const std::lock_guard hold{mutex_};
    const auto used = used_.find({server_high, server_low});
    if (used != used_.end() && --used->second == 0) used_.erase(used);
    if (session) kept_.emplace_back(std::move(session), until);
}

void caller_sessions::clear() {
    const std::lock_guard hold{mutex_};
    kept_.clear();
}

}  // namespace roi::core
