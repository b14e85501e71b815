// What all copies of a reference share: where the object is, found once for all of them.
#pragma once

#include "api/builtin.hpp"
#include "core/caller_session.hpp"
#include "core/channel.hpp"
#include "core/naming.hpp"

#include <roi/generated.hpp>
#include <roi/options.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace roi::detail {

class runtime_core;

/// A failure to reach an object; always not_executed.
struct locate_failure {
    errc code = errc::unreachable;
    std::string text;
};

/// Where an object was found, and the connection to it. Immutable.
struct location {
    std::shared_ptr<core::channel> channel;
    std::string endpoint;
    core::object_address address;
    std::uint64_t generation = 0;
    std::vector<std::string> endpoints;  // nearest first
    std::size_t index = 0;               // of `endpoint`
    int hops = 0;                        // redirects followed
};
using located = std::variant<std::shared_ptr<const location>, locate_failure>;

/// What an object is, and where that was learned.
struct exported {
    builtin::exported object;
    std::string endpoint;
};

/// Waits for a location without a thread.
class locate_observer {
public:
    /// Once, on any thread, perhaps before locate() returns. Must not block.
    virtual void on_located(located&& found) noexcept = 0;

protected:
    ~locate_observer() = default;
};

class remote_object final : public std::enable_shared_from_this<remote_object> {
public:
    remote_object(std::shared_ptr<runtime_core> owner, const generated::interface& type,
                  target object);
    ~remote_object();

    runtime_core& owner() const noexcept { return *owner_; }
    const std::shared_ptr<runtime_core>& owner_pointer() const noexcept { return owner_; }
    const generated::interface& type() const noexcept { return *type_; }
    const target& meaning() const noexcept { return target_; }
    std::string describe() const;

    /// The location where it is known and its connection has not failed, else null.
    std::shared_ptr<const location> known() const;
    /// Finds the object; blocks until then, or until `deadline`. Drives on this thread all that it
    /// waits for.
    located find(std::optional<core::time_point> deadline);
    /// The same without blocking.
    void find(std::optional<core::time_point> deadline, locate_observer& observer);

    /// Finds the object, asks its runtime what it is, description included. Blocks; throws
    /// roi::error.
    exported describe_now(std::optional<core::time_point> deadline);
    /// Throws roi::error. The exchange with the object's runtime: where, and how long it took.
    std::pair<std::string, std::chrono::nanoseconds> ping_now(
        std::optional<core::time_point> deadline);

    /// The call that used `bad` was refused there. Forgets the location, or goes on to its next
    /// endpoint, unless that has happened already.
    void discard(const location& bad, errc why);
    /// The session that the object's journal keeps for this process's exactly-once calls of it;
    /// null: none is open.
    std::shared_ptr<core::caller_session> journal_session() const;
    void set_journal_session(std::shared_ptr<core::caller_session> session);
    /// It turned out not to be known there.
    void forget_journal_session(const core::caller_session& session);

    /// The same place has another connection.
    void revive(const location& lost, std::shared_ptr<const location> fresh);
    void redirect(const location& from, const std::vector<std::string>& endpoints);

    // For what looks for a location.
    std::shared_ptr<const location> adopt(const core::resolution& found);
    core::resolve_request naming_request(std::optional<core::time_point> deadline) const;
    wire::writer describe_request() const;
    /// Reads the answer to a Describe call.
    std::variant<core::resolution, locate_failure> read_description(
        const core::answer& answer) const;

private:
    class direct_search;
    class naming_search;
    friend class direct_search;

    void search_ended(located&& found) noexcept;
    located find_by_name(std::optional<core::time_point> deadline);
    located find_at_endpoint(std::optional<core::time_point> deadline);

    const std::shared_ptr<runtime_core> owner_;
    const generated::interface* const type_;
    const target target_;

    mutable std::mutex mutex_;
    std::shared_ptr<const location> location_;
    bool refresh_ = false;
    std::uint64_t stale_generation_ = 0;
    std::shared_ptr<core::caller_session> journal_session_;
    bool thread_searches_ = false;
    std::condition_variable search_over_;
    bool search_runs_ = false;  // one without a thread
    std::vector<locate_observer*> waiting_;
};

/// What a reference and its copies point to.
struct bound_object {
    bound_object(std::shared_ptr<remote_object> meant, std::shared_ptr<const call_options> with)
        : object(std::move(meant)), options(std::move(with)) {}

    const std::shared_ptr<remote_object> object;
    const std::shared_ptr<const call_options> options;  // null: none set
    std::atomic<int> references{1};
};

/// One call to the runtime at the other end itself. Blocks.
core::answer ask(core::channel& channel, std::uint64_t method, wire::writer&& arguments,
                 std::optional<core::time_point> deadline, core::time_point now);
/// Asks the runtime at the other end for a sign of life. Blocks.
core::answer ping(core::channel& channel, std::optional<core::time_point> deadline,
                  core::time_point now);

/// Pauses between attempts, growing to half a second.
class backoff {
public:
    std::chrono::milliseconds next() noexcept {
        const auto now = pause_;
        pause_ = std::min(pause_ * 8 / 5, std::chrono::milliseconds{500});
        return now;
    }

private:
    std::chrono::milliseconds pause_{10};
};

}  // namespace roi::detail
