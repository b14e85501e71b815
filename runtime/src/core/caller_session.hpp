// The caller's end of a call session: sequence numbers, and which of them are finished.
#pragma once

#include "core/call_rows.hpp"
#include "core/channel.hpp"
#include "core/interval_set.hpp"
#include "core/limits.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace roi::core {

/// Numbers the calls to one server. Outlives connections; one connection uses it at a time, any
/// thread may finish a call.
class caller_session {
public:
    caller_session(session_id id, std::uint64_t server_high, std::uint64_t server_low,
                   const limits& bounds) noexcept
        : id_(id), server_high_(server_high), server_low_(server_low), bounds_(&bounds) {}

    const session_id& id() const noexcept { return id_; }
    bool is_with(std::uint64_t high, std::uint64_t low) const noexcept {
        return server_high_ == high && server_low_ == low;
    }

    /// The number of a new call.
    std::uint64_t begin() noexcept {
        const std::lock_guard hold{mutex_};
        return next_++;
    }
    /// Its end is known, or nobody will ask for it any more.
    void finish(std::uint64_t sequence);
    /// Nobody knows whether it ran, and somebody may ask (roi::query): it is finished later.
    void doubt(std::uint64_t sequence, time_point now);
    /// Fills in what is acknowledged; ranges only where many calls have ended behind one that has
    /// not. False: nothing new since the last time.
    bool acknowledge(call_header& header, time_point now);
    bool has_unfinished() {
        const std::lock_guard hold{mutex_};
        return low_ != next_;
    }
    /// Something has ended that the server was not told of.
    bool owes_acknowledgement() {
        const std::lock_guard hold{mutex_};
        return low_ > told_low_ || finished_since_ > 0;
    }

private:
    void finish_locked(std::uint64_t sequence);

    const session_id id_;
    const std::uint64_t server_high_;
    const std::uint64_t server_low_;
    const limits* bounds_;

    std::mutex mutex_;  // below
    std::uint64_t next_ = 1;
    std::uint64_t low_ = 1;  // everything below is finished
    interval_set finished_;  // above low_
    std::uint64_t told_low_ = 1;
    std::size_t finished_since_ = 0;  // above low_, since ranges were told
    std::deque<std::pair<std::uint64_t, time_point>> doubted_;
};

/// The sessions that a process has with servers: which servers it calls over a connection, and the
/// sessions of connections that were lost.
class caller_sessions {
public:
    struct claim {
        bool is_first = true;                     // no other connection calls that server
        std::shared_ptr<caller_session> session;  // of a lost connection with it; null: none
    };
    /// A connection with that server begins to be used for calls. `anyway`: also beside another.
    claim begin(std::uint64_t server_high, std::uint64_t server_low, time_point now, bool anyway);
    /// It has ended. `session`: may be gone on with until then; null: nothing to go on with.
    void end(std::uint64_t server_high, std::uint64_t server_low,
             std::shared_ptr<caller_session> session, time_point until);
    void clear();

private:
    std::mutex mutex_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, unsigned> used_;
    std::vector<std::pair<std::shared_ptr<caller_session>, time_point>> kept_;
};

}  // namespace roi::core
