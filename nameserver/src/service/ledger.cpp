// The writer thread, its batches, and the readers beside it.
#include "service/ledger.hpp"

#include "service/process.hpp"

#include <time.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

namespace roi::nameserver {

using namespace std::chrono_literals;
using naming::status;

namespace {

// Processes looked at in one round after a restart; each costs some microseconds.
constexpr std::size_t looked_for_at_once = 1'000;

}  // namespace

/// Waits on its caller's stack until the writer has dealt with it.
struct ledger::change {
    std::function<void(registry&, moment)> decide;
    std::function<void(status, const std::string& text)> fail;
    std::mutex mutex;
    std::condition_variable done;
    bool is_done = false;

    void finish() {
        // Under the lock: the waiter destroys this as soon as it sees it.
        const std::lock_guard lock{mutex};
        is_done = true;
        done.notify_one();
    }
};

std::string field(std::string_view key, std::string_view value) {
    std::string out = " ";
    out += key;
    out += '=';
    const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return c > ' ' && c != '"' && c != '=' && c != '\\' && static_cast<unsigned char>(c) < 0x7F;
    });
    if (plain) return out.append(value);
    out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        // A line stays a line, whatever a peer calls itself.
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return out += '"';
}

moment now() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec},
            std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
}

ledger::ledger(std::unique_ptr<store> keeps, options with)
    : options_(std::move(with)),
      store_(std::move(keeps)),
      registry_({options_.limits, random_id, check_description, process_ended}) {
    registry_.load(*store_, now());
    // Who ended while no name server ran is gone before anybody asks.
    std::optional<std::chrono::nanoseconds> next;
    if (const auto ended = ended_holders(std::numeric_limits<std::size_t>::max()); !ended.empty()) {
        write_batch({}, {}, ended, {}, next);
    }
    writer_ = std::thread{[this] { write(); }};
}

ledger::~ledger() {
    stop();
}

void ledger::stop() {
    {
        const std::lock_guard lock{queue_mutex_};
        stopping_ = true;
    }
    work_.notify_one();
    if (writer_.joinable()) writer_.join();
}

void ledger::log(level how, std::string_view event, const std::string& fields) const {
    if (options_.log) options_.log(how, event, fields);
}

// Changes.

void ledger::submit(change& what) {
    {
        const std::lock_guard lock{queue_mutex_};
        if (stopping_ || poisoned_) {
            what.fail(poisoned_ ? status::store_failed : status::stopping,
                      poisoned_ ? "the store failed" : "the name server is about to end");
            return;
        }
        if (queue_.size() >= options_.waiting) {
            what.fail(status::store_failed, "too many changes are waiting for the disk");
            return;
        }
        queue_.push_back(&what);
    }
    work_.notify_one();
    std::unique_lock lock{what.mutex};
    what.done.wait(lock, [&] { return what.is_done; });
}

naming::publish_answer ledger::publish(const naming::publish_request& request, const caller& who) {
    naming::publish_answer answer;
    change what;
    what.decide = [&](registry& names, moment at) { answer = names.publish(request, who, at); };
    what.fail = [&](status why, const std::string& text) {
        answer = {};
        answer.status = why;
        answer.text = text;
    };
    submit(what);
    const std::string about = field("name", request.name) + field("scope", request.scope) +
                              field("program", request.holder.program) +
                              field("pid", std::to_string(who.pid)) + field("user", who.user);
    if (answer.status == status::ok) {
        log(level::debug, "published",
            about + field("generation", std::to_string(answer.generation)));
    } else if (answer.status != status::need_description) {
        log(level::info, "publish_refused", about + field("why", answer.text));
    }
    return answer;
}

naming::withdraw_answer ledger::withdraw(const naming::withdraw_request& request,
                                         const caller& who) {
    naming::withdraw_answer answer;
    change what;
    what.decide = [&](registry& names, moment) { answer = names.withdraw(request, who); };
    what.fail = [&](status why, const std::string& text) {
        answer = {};
        answer.status = why;
        answer.text = text;
    };
    submit(what);
    return answer;
}

void ledger::connection_gone(std::uint64_t connection) {
    {
        const std::lock_guard lock{queue_mutex_};
        gone_.push_back(connection);
    }
    work_.notify_one();
}

// The writer.

void ledger::write() {
    // Never both locks at once: next is found out while the registry is held, and used here.
    // Renewals only make it later, so at worst this thread wakes up for nothing.
    std::optional<std::chrono::nanoseconds> next;
    {
        const std::shared_lock reading{registry_mutex_};
        next = registry_.next_expiry();
    }
    std::unique_lock lock{queue_mutex_};
    std::string why;
    // After a refusal: what ends a lease is tried again, but not at once.
    std::chrono::nanoseconds pause{};
    auto looked = now().boot;
    // Connections that ended, and whose names the store would not strike off.
    std::vector<std::uint64_t> again;
    for (;;) {
        const auto has_work = [&] { return !queue_.empty() || !gone_.empty() || stopping_; };
        std::chrono::nanoseconds lag{};
        if (next) {
            // Looks at the clock once a second at least: while the machine sleeps, boot time goes
            // on and the wait does not.
            const auto until = std::clamp(*next - now().boot, pause, std::chrono::nanoseconds{1s});
            const auto before = now().boot;
            if (!work_.wait_for(lock, until, has_work)) {
                lag = std::max(0ns, now().boot - before - until);
            }
        } else {
            work_.wait(lock, has_work);
        }
        if (stopping_ && queue_.empty()) return;

        std::vector<change*> batch;
        const std::size_t size = std::min(queue_.size(), options_.batch);
        batch.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
        std::vector<std::uint64_t> gone;
        // Not before the changes that came over those connections.
        if (queue_.empty()) gone.swap(gone_);
        lock.unlock();
        gone.insert(gone.end(), again.begin(), again.end());
        again.clear();
        std::vector<id128> ended;
        if (now().boot - looked >= 1s) {
            ended = ended_holders(looked_for_at_once);
            looked = now().boot;
        }
        commit_result result = write_batch(batch, gone, ended, lag, next);
        pause = result == commit_result::refused ? 500ms : 0ms;
        if (result == commit_result::refused) again = std::move(gone);
        if (result == commit_result::durable) {
            result = store_->tidy(why);
            if (result != commit_result::durable) {
                log(level::warning, "checkpoint_failed", field("why", why));
            }
            if (result == commit_result::poisoned && options_.on_poisoned) {
                options_.on_poisoned(why);
            }
        }
        lock.lock();
        if (result == commit_result::poisoned) {
            poisoned_ = true;
            for (change* waiting : queue_) {
                waiting->fail(status::store_failed, "the store failed");
                waiting->finish();
            }
            queue_.clear();
            return;
        }
    }
}

std::vector<id128> ledger::ended_holders(std::size_t most) {
    std::vector<registry::absentee> absent;
    {
        const std::unique_lock lock{registry_mutex_};
        absent = registry_.absent(most);
    }
    std::vector<id128> out;
    for (const registry::absentee& each : absent) {
        if (process_ended(each.process)) out.push_back(each.instance);
    }
    return out;
}

commit_result ledger::write_batch(const std::vector<change*>& batch,
                                  const std::vector<std::uint64_t>& gone,
                                  const std::vector<id128>& ended, std::chrono::nanoseconds lag,
                                  std::optional<std::chrono::nanoseconds>& next) {
    const moment at = now();
    registry::expiry expired;
    std::vector<std::string> lost;
    transaction changes;
    {
        const std::unique_lock lock{registry_mutex_};
        // First, so that a holder that comes late in this very batch is published anew, not ended.
        expired = registry_.expire(at, lag);
        lost = registry_.holders_gone(ended);
        for (change* what : batch)
            what->decide(registry_, at);
        for (const std::uint64_t connection : gone) {
            for (std::string& path : registry_.connection_gone(connection)) {
                lost.push_back(std::move(path));
            }
        }
        changes = registry_.staged();
    }
    std::string why;
    const commit_result result =
        changes.empty() ? commit_result::durable : store_->commit(changes, why);
    {
        const std::unique_lock lock{registry_mutex_};
        if (result == commit_result::durable) {
            registry_.commit(now());
        } else {
            registry_.discard();
        }
        next = registry_.next_expiry();
    }
    if (result == commit_result::durable) {
        for (const std::string& path : expired.removed) {
            log(level::info, "expired", field("name", path) + field("why", "lease"));
        }
        for (const std::string& path : lost) {
            log(level::info, "expired", field("name", path) + field("why", "holder gone"));
        }
        if (expired.postponed != 0) {
            log(level::warning, "expiry_postponed",
                field("leases", std::to_string(expired.postponed)) +
                    field("why", lag > 1s ? "this process was held up" : "too many at once"));
        }
    } else {
        log(level::error, "store_failed", field("why", why));
    }
    // Before anybody is answered: whether the change is on disk is not known.
    if (result == commit_result::poisoned && options_.on_poisoned) options_.on_poisoned(why);
    for (change* what : batch) {
        if (result != commit_result::durable) {
            what->fail(status::store_failed,
                       "the change could not be stored in " + store_->describe() + ": " + why);
        }
        what->finish();
    }
    return result;
}

// Readers.

naming::renew_answer ledger::renew(const naming::renew_request& request, const caller& who) {
    const std::unique_lock lock{registry_mutex_};
    return registry_.renew(request, who, now());
}

naming::resolve_answer ledger::resolve(const naming::resolve_request& request) const {
    naming::resolve_answer out;
    registry::found found;
    {
        const std::shared_lock lock{registry_mutex_};
        found = registry_.lookup(request.scope, request.name);
        out.at = registry_.at();
    }
    out.status = found.status;
    out.text = std::move(found.text);
    if (found.status != status::ok) return out;
    // Outside the lock: to compare two descriptions takes long, the first time.
    const std::span<const std::byte> offered = found.description
                                                   ? std::span<const std::byte>{*found.description}
                                                   : std::span<const std::byte>{};
    auto verdict = types_.check(request.type, request.description, found.entry.type, offered);
    out.status = verdict.status;
    if (verdict.status == status::type_mismatch) {
        const naming::entry& e = found.entry;
        out.text = (e.scope == "/" ? "" : e.scope) + "/" + e.name + " is served by " +
                   (e.type.name.empty() ? "an untyped object" : e.type.name) +
                   ", which does not fit this client's " + request.type.name + ": " + verdict.text;
    }
    // A server that does not fit is never given out.
    if (verdict.status == status::ok) out.entry = std::move(found.entry);
    return out;
}

naming::list_answer ledger::list(const naming::list_request& request) const {
    const std::shared_lock lock{registry_mutex_};
    return registry_.list(request);
}

naming::describe_answer ledger::describe(const id128& fingerprint) const {
    std::shared_ptr<const std::vector<std::byte>> bytes;
    {
        const std::shared_lock lock{registry_mutex_};
        bytes = registry_.description(fingerprint);
    }
    naming::describe_answer out;
    if (bytes) {
        out.description = *bytes;
    } else {
        out.status = status::not_found;
        out.text = "no interface of that fingerprint is known here";
    }
    return out;
}

ledger::counts ledger::count() const {
    const std::shared_lock lock{registry_mutex_};
    return {registry_.names(), registry_.lease_count(), registry_.at(), store_->describe()};
}

}  // namespace roi::nameserver
