// Sends a call, tries again where that is safe, and tells who waits.
#include "api/outgoing_call.hpp"

#include "api/builtin.hpp"
#include "api/exceptions.hpp"
#include "api/published.hpp"
#include "api/random.hpp"
#include "api/runtime_core.hpp"
#include "core/caller_session.hpp"
#include "core/limits.hpp"

#include <roi/codec.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>

namespace roi::detail {
namespace {

constexpr std::chrono::seconds default_deadline{30};
// What a nested call leaves of the time of the call that it serves.
constexpr std::chrono::milliseconds most_margin{50};
// Larger arguments are not copied: the connection sends them from where they are.
constexpr std::size_t largest_kept = core::limits{}.chunk;
// Attempts of an idempotent call that may have run.
constexpr int most_executions = 3;
const core::limits call_limits{};
constexpr int most_hops = 3;
constexpr std::size_t longest_chain = core::limits{}.max_chain;

// Released calls of this thread, so that a steady flow of calls allocates nothing.
struct call_store {
    static constexpr std::size_t most = 32;
    void* blocks[most];
    std::size_t count = 0;
    bool gone = false;
    ~call_store() {
        gone = true;
        while (count > 0)
            ::operator delete(blocks[--count]);
    }
};
thread_local call_store released_calls;

}  // namespace

void* outgoing_call::operator new(std::size_t size) {
    call_store& store = released_calls;
    if (store.count > 0) return store.blocks[--store.count];
    return ::operator new(size);
}

void outgoing_call::operator delete(void* memory, std::size_t) noexcept {
    call_store& store = released_calls;
    if (!store.gone && store.count < call_store::most) {
        store.blocks[store.count++] = memory;
    } else {
        ::operator delete(memory);
    }
}

outgoing_call::outgoing_call(std::shared_ptr<remote_object> object,
                             std::shared_ptr<const call_options> options,
                             const generated::interface& type, const generated::method& what)
    : object_(std::move(object)), options_(std::move(options)), type_(&type), what_(&what) {
    serving* const context = serving::current();
    in_transaction_ = context && context->transaction();
    if (!context || context->is_over() || (options_ && options_->detached)) return;
    context_ = context;
    context_->retain();
    // A token for this call alone: it admits to our object only what comes back from this call,
    // and only while we wait for it.
    if (!context_->is_concurrent() && !in_transaction_) token_ = random_token();
}

outgoing_call::~outgoing_call() {
    if (context_) {
        context_->unlisten(*this);
        context_->release();
    }
}

bool outgoing_call::add_reference() noexcept {
    int count = references_.load(std::memory_order_relaxed);
    do {
        if (count == 0) return false;  // being destroyed
    } while (!references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed));
    return true;
}

void outgoing_call::release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

std::string outgoing_call::method_name() const {
    return std::string{type_->name} + "." + what_->name;
}

std::string outgoing_call::endpoint() const {
    return used_ ? used_->endpoint : object_->meaning().endpoint();
}

bool outgoing_call::is_late(std::chrono::nanoseconds ahead) const noexcept {
    return deadline_ && object_->owner().now() + ahead >= *deadline_;
}

// Once, when the call is started in whichever way: settles deadline and inheritance.
void outgoing_call::begin() noexcept {
    const call_options* const options = options_.get();
    const core::time_point now = object_->owner().now();
    if (!options || !options->no_deadline) {
        std::chrono::nanoseconds time = default_deadline;
        if (options && options->deadline) {
            time = options->deadline.value_or(time);
        } else if (what_->deadline_us > 0) {
            time = std::chrono::microseconds{what_->deadline_us};
        }
        // Beyond a century the clock would overflow.
        deadline_ = now + std::min(time, std::chrono::nanoseconds{std::chrono::hours{24 * 36500}});
        if (context_ && context_->deadline()) {
            // A little before the caller's caller gives up, so that it can still be told why.
            const auto left = *context_->deadline() - now;
            const auto margin = std::clamp<std::chrono::nanoseconds>(left / 16, {}, most_margin);
            deadline_ = std::min(*deadline_, *context_->deadline() - margin);
        }
    }
    if (context_) context_->listen(*this);
}

outgoing_call::attempt& outgoing_call::next_attempt() {
    if (!std::exchange(first_used_, true)) return first_;
    more_.push_back(std::make_unique<attempt>());
    return *more_.back();
}

void outgoing_call::put_arguments(attempt& into) {
    if (attempts_ == 0 && arguments_.size() <= largest_kept) {
        is_kept_ = true;
        kept_arguments_.put_raw(arguments_.bytes());
    }
    if (attempts_ == 0 || !is_kept_) {
        into.arguments = std::move(arguments_);
        into.large_arguments = std::move(large_arguments_);
    } else {
        into.arguments.put_raw(kept_arguments_.bytes());
    }
}

// Puts the call on a connection. The caller holds no lock, and is the driver.
void outgoing_call::send(std::shared_ptr<const location> where, bool will_wait) noexcept {
    std::shared_ptr<core::channel> channel;
    attempt* tried = nullptr;
    try {
        tried = &next_attempt();
        tried->owner = this;
        tried->header.object = where->address;
        tried->header.generation = where->generation;
        if (is_journaled() && !session_) session_ = object_->journal_session();
        if (is_journaled() && !session_) {
            tried->opens = true;
            tried->header.object = {};
            tried->header.generation = 0;
            tried->header.method = builtin::open_session_method;
            if (open_nonce_ == 0) open_nonce_ = random_token();
            const auto self = object_->owner().engine().runtime_id();
            tried->arguments = builtin::make_open_session_request(
                {where->address, self.high, self.low, 0, open_nonce_});
        } else {
            tried->header.method = what_->id;
            tried->numbered = !is_journaled() &&
                              what_->promise != generated::semantics::at_least_once &&
                              !what_->oneway;
            if (!is_journaled()) {
                tried->session = session_;
            } else {
                if (sequence_ == 0) sequence_ = session_->begin();
                tried->header.session_high = session_->id().high;
                tried->header.session_low = session_->id().low;
            }
            tried->header.sequence = sequence_;
            if (is_journaled()) session_->acknowledge(tried->header, object_->owner().now());
            put_arguments(*tried);
        }
        if (context_) {
            tried->header.chain.assign(context_->chain.begin(), context_->chain.end());
            if (token_ != 0) tried->header.chain.push_back(token_);
        }
        if (options_ && options_->trace) {
            tried->header.trace = options_->trace;
        } else if (context_) {
            tried->header.trace = context_->call().header().trace;
        }
    } catch (const std::bad_alloc&) {
        end_unlocated({errc::overloaded, "out of memory"});
        return;
    }
    if (tried->header.chain.size() > longest_chain) {
        end_unlocated(
            {errc::overloaded, "more than " + std::to_string(longest_chain) +
                                   " objects wait for each other in this chain of calls"});
        return;
    }
    if (!tried->opens) ++attempts_;
    tried->deadline = deadline_;
    if (deadline_) {
        tried->header.time_left = std::max(std::chrono::microseconds{0},
                                           std::chrono::duration_cast<std::chrono::microseconds>(
                                               *deadline_ - object_->owner().now()));
    }
    tried->will_wait = will_wait;
    tried->cancellable = !alone_;
    tried->channel = channel = where->channel;
    tried->where = std::move(where);
    {
        std::unique_lock lock{mutex_};
        used_ = tried->where;
        if (cancelled_) {
            core::answer answer;
            answer.code = errc::cancelled;
            answer.ran = outcome::not_executed;
            answer.text = "given up before it was sent";
            lock.unlock();
            end(std::move(answer), nullptr);
            return;
        }
        current_ = tried;
        phase_ = phase::sent;
    }
    retain();  // until completed()
    channel->start(*tried);
    bool cancelled = false;
    {
        const std::lock_guard lock{mutex_};
        cancelled = cancelled_ && !tried->is_answered;
    }
    // Who cancelled between the lock and start() found nothing to cancel.
    if (cancelled) channel->cancel(*tried);
}

void outgoing_call::attempt::completed(core::answer&& result) noexcept {
    outgoing_call& call = *owner;
    bool goes_on = false;
    {
        const std::lock_guard lock{call.mutex_};
        answer = std::move(result);
        is_answered = true;
        goes_on = call.begins_step();
        if (!goes_on) call.changed_.notify_all();
    }
    if (goes_on) {
        switch (call.judge(*this)) {
            case verdict::ends:
                call.end(std::move(answer), this);
                break;
            case verdict::locate_again:
            case verdict::ask_again:
                call.go_on();
                break;
            case verdict::pause: {
                const auto until = call.object_->owner().now() + call.pauses_.next();
                call.retain();
                std::unique_lock lock{call.mutex_};
                call.phase_ = phase::pausing;
                call.timer_ =
                    call.object_->owner().start_timer(until, &outgoing_call::on_pause_over, &call);
                break;
            }
        }
        call.ends_step();
    }
    call.release();
}

// Whether a step without a thread may be made; the caller holds the lock. A thread that begins to
// block waits until the steps already begun are over, and then makes all further ones itself.
bool outgoing_call::begins_step() noexcept {
    if (blocking_) return false;
    ++steps_;
    return true;
}

void outgoing_call::ends_step() noexcept {
    const std::lock_guard lock{mutex_};
    --steps_;
    changed_.notify_all();
}

// What to do after an answer. Only what is known not to have run is repeated, and what the method's
// mark says may run twice.
outgoing_call::verdict outgoing_call::judge(attempt& tried) noexcept {
    const core::answer& answer = tried.answer;
    if (tried.opens) return judge_opened(tried);
    if (answer.what != core::answer::kind::failure) {
        if (is_journaled() && session_) session_->finish(sequence_);
        return verdict::ends;
    }
    if (is_journaled()) return judge_journaled(tried);
    // What the server says of a call's number counts for all attempts under it.
    if (answer.from_peer && sequence_ != 0) {
        maybe_ran_ = false;
        ask_until_.reset();
        asked_at_.reset();
        asked_ = 0;
    }
    if (answer.ran != outcome::not_executed) ++executions_;
    if (answer.ran == outcome::unknown) maybe_ran_ = true;
    session_ = answer.from_peer ? nullptr : tried.session;
    sequence_ = session_ ? tried.header.sequence : 0;
    {
        const std::lock_guard lock{mutex_};
        if (cancelled_) return verdict::ends;
    }
    if (object_->owner().is_stopping() || is_late({})) return verdict::ends;
    if (!is_kept_) {
        // A call that waited for its connection still has them as they were.
        arguments_ = std::move(tried.arguments);
        large_arguments_ = tried.large_arguments;
    }
    try {
        if (sequence_ != 0) return judge_lost(tried);
        if (answer.ran == outcome::not_executed) {
            if (!answer.moved_to.empty() && tried.where->hops < most_hops) {
                object_->redirect(*tried.where, answer.moved_to);
                return verdict::locate_again;
            }
            switch (answer.code) {
                case errc::unreachable:
                case errc::connection_lost:
                case errc::object_not_found:
                case errc::superseded:
                case errc::shutting_down:
                    break;
                default:
                    return verdict::ends;
            }
        } else if (what_->promise != generated::semantics::at_least_once ||
                   answer.ran != outcome::unknown || answer.code != errc::connection_lost ||
                   executions_ >= most_executions) {
            return verdict::ends;
        }
        object_->discard(*tried.where, answer.code);
    } catch (const std::exception&) {
        return verdict::ends;
    }
    // The first repetition goes at once: mostly the server was restarted, and is there again.
    return attempts_ == 1 || object_->known() ? verdict::locate_again : verdict::pause;
}

// The answer to the request for a session.
outgoing_call::verdict outgoing_call::judge_opened(attempt& tried) noexcept {
    core::answer& answer = tried.answer;
    {
        const std::lock_guard lock{mutex_};
        if (cancelled_) return verdict::ends;
    }
    try {
        if (answer.what == core::answer::kind::result) {
            const auto opened = builtin::read_opened_session(wire::reader{answer.result.bytes()});
            session_ = std::make_shared<core::caller_session>(opened.session, opened.journal_high,
                                                              opened.journal_low, call_limits);
            object_->set_journal_session(session_);
            open_nonce_ = 0;
            if (!is_late({})) return verdict::locate_again;
            answer.code = errc::deadline_exceeded;
        }
    } catch (const std::exception&) {
        answer.code = errc::malformed;
    }
    // Whatever became of the request, the call itself was not sent.
    answer.what = core::answer::kind::failure;
    answer.ran = outcome::not_executed;
    if (object_->owner().is_stopping() || is_late({})) return verdict::ends;
    switch (answer.code) {
        case errc::unreachable:
        case errc::connection_lost:
        case errc::object_not_found:
        case errc::superseded:
        case errc::shutting_down:
            object_->discard(*tried.where, answer.code);
            return object_->known() ? verdict::locate_again : verdict::pause;
        default:
            return verdict::ends;
    }
}

// An exactly-once call failed. It keeps its number until its row says what became of it: whoever
// has the journal knows, also after a crash or a move.
outgoing_call::verdict outgoing_call::judge_journaled(attempt& tried) noexcept {
    const core::answer& answer = tried.answer;
    if (answer.ran == outcome::unknown) maybe_ran_ = true;
    if (!is_kept_) {
        arguments_ = std::move(tried.arguments);
        large_arguments_ = tried.large_arguments;
    }
    bool again = false;
    switch (answer.code) {
        case errc::unreachable:
        case errc::object_not_found:
        case errc::superseded:
        case errc::shutting_down:
            again = true;
            break;
        case errc::connection_lost:
            // From the peer it means that the journal does not know the session, or cannot tell.
            again = !answer.from_peer;
            if (!again) object_->forget_journal_session(*session_);
            break;
        default:
            if (answer.from_peer) {
                if (answer.ran == outcome::not_executed) maybe_ran_ = false;
                session_->finish(sequence_);
            }
            break;
    }
    {
        const std::lock_guard lock{mutex_};
        if (cancelled_) return verdict::ends;
    }
    if (!again || object_->owner().is_stopping() || is_late({})) return verdict::ends;
    object_->discard(*tried.where, answer.code);
    return attempts_ == 1 || object_->known() ? verdict::locate_again : verdict::pause;
}

// The connection of a numbered call has ended: its server is asked again, as long as it may be
// there, and knows whether the call ran.
outgoing_call::verdict outgoing_call::judge_lost(attempt& tried) {
    const core::answer& answer = tried.answer;
    switch (answer.code) {
        case errc::connection_lost:
        case errc::unreachable:
        case errc::shutting_down:
        case errc::malformed:  // such as a peer that does not say Hello
            break;
        default:
            return verdict::ends;
    }
    const core::time_point now = object_->owner().now();
    if (!ask_until_) {
        ask_until_ = now + core::limits{}.reattach_time;
        asked_at_ = tried.where;
        lost_text_ = answer.text;
        return verdict::ask_again;
    }
    ++asked_;
    // Where nobody listens at any of its endpoints the server has ended.
    if (answer.nobody_there && asked_ >= asked_at_->endpoints.size()) return verdict::ends;
    if (now >= *ask_until_) return verdict::ends;
    return asked_ < asked_at_->endpoints.size() ? verdict::ask_again : verdict::pause;
}

// The place that knows the call, by its next endpoint.
std::shared_ptr<const location> outgoing_call::again_at() {
    auto next = std::make_shared<location>(*asked_at_);
    next->index = (asked_at_->index + asked_) % asked_at_->endpoints.size();
    next->endpoint = next->endpoints[next->index];
    next->channel = object_->owner().engine().connect(next->endpoint);
    object_->revive(*asked_at_, next);
    return next;
}

// Looks the object up and sends, on a thread that must not block.
void outgoing_call::go_on() noexcept {
    retain();  // until on_located()
    {
        std::unique_lock lock{mutex_};
        if (cancelled_) {
            lock.unlock();
            end_unlocated({errc::cancelled, "given up before it was sent"});
            release();
            return;
        }
        phase_ = phase::locating;
    }
    arm_timer();
    try {
        if (asked_at_) return on_located(again_at());
        object_->find(deadline_, *this);
    } catch (const std::exception& failed) {
        on_located(locate_failure{errc::overloaded, failed.what()});
    }
}

void outgoing_call::on_located(located&& found) noexcept {
    bool ours = false;
    {
        const std::lock_guard lock{mutex_};
        // A thread that began to block has taken over, or the call was ended meanwhile.
        ours = phase_ == phase::locating && begins_step();
    }
    if (ours) {
        auto* const failed = std::get_if<locate_failure>(&found);
        if (!failed) {
            send(std::move(std::get<std::shared_ptr<const location>>(found)), false);
        } else if (is_of_another(*failed)) {
            go_on();
        } else {
            end_unlocated(std::move(*failed));
        }
        ends_step();
    }
    release();
}

// Calls share a search, which ends at the deadline of the one that began it.
bool outgoing_call::is_of_another(const locate_failure& failed) noexcept {
    constexpr int most_searches = 8;
    switch (failed.code) {
        case errc::name_not_found:
        case errc::no_name_server:
        case errc::object_not_found:
        case errc::unreachable:
            return !is_late(std::chrono::milliseconds{100}) && ++searches_ < most_searches;
        default:
            return false;
    }
}

void outgoing_call::on_pause_over(void* self) {
    auto& call = *static_cast<outgoing_call*>(self);
    bool ours = false;
    {
        const std::lock_guard lock{call.mutex_};
        call.timer_ = 0;
        ours = call.phase_ == phase::pausing && call.begins_step();
    }
    if (ours) {
        call.go_on();
        call.ends_step();
    }
    call.release();
}

// A search shared with calls of later deadlines may go on beyond ours.
void outgoing_call::arm_timer() noexcept {
    if (!deadline_) return;
    const std::lock_guard lock{mutex_};
    if (deadline_timer_ != 0) return;
    retain();
    // A little later, because a search that ends in time says better why.
    deadline_timer_ = object_->owner().start_timer(*deadline_ + std::chrono::milliseconds{200},
                                                   &outgoing_call::on_deadline, this);
}

void outgoing_call::on_deadline(void* self) {
    auto& call = *static_cast<outgoing_call*>(self);
    bool ours = false;
    {
        const std::lock_guard lock{call.mutex_};
        call.deadline_timer_ = 0;
        ours =
            (call.phase_ == phase::locating || call.phase_ == phase::pausing) && call.begins_step();
    }
    if (ours) {
        if (call.object_->owner().is_stopping()) {
            call.end_unlocated({errc::shutting_down, "this runtime is stopping"});
        } else {
            call.end_unlocated(
                {errc::unreachable,
                 "the deadline passed while " + call.object_->describe() + " was looked for"});
        }
        call.ends_step();
    }
    call.release();
}

// The blocking driver: this thread does all of it.
void outgoing_call::drive() noexcept {
    std::unique_lock lock{mutex_};
    blocking_ = true;
    changed_.wait(lock, [&] { return steps_ == 0; });
    for (;;) {
        switch (phase_) {
            case phase::ended:
                return;
            case phase::sent: {
                attempt& tried = *current_;
                const auto channel = tried.channel;
                if (!tried.is_answered) {
                    lock.unlock();
                    channel->wait(tried);
                    lock.lock();
                    // completed() may still be between its effect and its return.
                    changed_.wait(lock, [&] { return tried.is_answered; });
                }
                lock.unlock();
                const verdict next = judge(tried);
                lock.lock();
                if (next == verdict::ends) {
                    lock.unlock();
                    end(std::move(tried.answer), &tried);
                    return;
                }
                if (next == verdict::pause) {
                    phase_ = phase::pausing;
                    const auto pause = pauses_.next();
                    lock.unlock();
                    core::executor& executor = object_->owner().executor();
                    const bool passed = executor.pass_time(pause);
                    if (!passed) executor.before_blocking();
                    lock.lock();
                    if (!passed) changed_.wait_for(lock, pause, [&] { return cancelled_; });
                }
                phase_ = phase::locating;
                break;
            }
            case phase::idle:
            case phase::locating:
            case phase::pausing: {
                if (cancelled_) {
                    lock.unlock();
                    end_unlocated({errc::cancelled, "given up before it was sent"});
                    return;
                }
                phase_ = phase::locating;
                lock.unlock();
                located found = locate_failure{};
                try {
                    if (asked_at_) {
                        found = again_at();
                    } else {
                        found = object_->find(deadline_);
                    }
                } catch (const std::exception& failed) {
                    found = locate_failure{errc::overloaded, failed.what()};
                }
                if (auto* failed = std::get_if<locate_failure>(&found)) {
                    end_unlocated(std::move(*failed));
                    return;
                }
                send(std::move(std::get<std::shared_ptr<const location>>(found)), true);
                lock.lock();
                break;
            }
        }
    }
}

// The transaction holds up every other call of its journal, and is undone where the machine fails;
// what was called would not be.
bool outgoing_call::refuse_within_transaction() noexcept {
    if (!in_transaction_) return false;
    end_unlocated({errc::not_supported,
                   "no call is made inside of a transaction: give it to this_call().tx().post(), "
                   "which sends it once the transaction is durable"});
    return true;
}

void outgoing_call::start() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (std::exchange(begun_, true)) return;
    }
    begin();
    if (refuse_within_transaction()) return;
    if (auto where = object_->known(); where && !object_->owner().is_forked()) {
        send(std::move(where), false);
    } else if (object_->owner().is_forked()) {
        end_unlocated({errc::not_supported,
                       "this stub's runtime belongs to the process that this one was forked from"});
    } else {
        go_on();
    }
}

void outgoing_call::wait() noexcept {
    if (has_ended()) return;
    serving* const holder = token_ != 0 && context_ == serving::current() ? context_ : nullptr;
    if (holder) holder->object().begin_wait(*holder, token_);
    retain();
    bool first = false;
    {
        const std::lock_guard lock{mutex_};
        first = !std::exchange(begun_, true);
    }
    if (first) begin();
    if (refuse_within_transaction()) {
        // It has ended.
    } else if (object_->owner().is_forked()) {
        end_unlocated({errc::not_supported,
                       "this stub's runtime belongs to the process that this one was forked from"});
    } else {
        drive();
    }
    release();
    if (holder) holder->object().end_wait(*holder);
}

void outgoing_call::cancel() noexcept {
    std::shared_ptr<core::channel> channel;
    attempt* sent = nullptr;
    bool ends_here = false;
    {
        const std::lock_guard lock{mutex_};
        if (phase_ == phase::ended || cancelled_) return;
        cancelled_ = true;
        if (phase_ == phase::sent && !current_->is_answered) {
            sent = current_;
            channel = current_->channel;
        } else if ((phase_ == phase::locating || phase_ == phase::pausing) && !blocking_) {
            ends_here = true;
        }
        changed_.notify_all();
    }
    if (sent) channel->cancel(*sent);
    if (ends_here) end_unlocated({errc::cancelled, "given up before it was sent"});
}

void outgoing_call::drop() noexcept {
    bool under_way = false;
    {
        const std::lock_guard lock{mutex_};
        observer_ = nullptr;
        under_way = begun_ && phase_ != phase::ended;
    }
    if (under_way) cancel();
    release();
}

bool outgoing_call::notify(call_observer& observer) noexcept {
    bool starts = false;
    {
        const std::lock_guard lock{mutex_};
        if (phase_ == phase::ended) return false;
        observer_ = &observer;
        starts = !begun_;
    }
    if (starts) start();
    return true;
}

void outgoing_call::end_unlocated(locate_failure&& why) noexcept {
    core::answer answer;
    answer.code = why.code;
    answer.ran = maybe_ran_ ? outcome::unknown : outcome::not_executed;
    answer.text = std::move(why.text);
    end(std::move(answer), nullptr);
}

void outgoing_call::end(core::answer&& answer, const attempt* from) noexcept {
    // A repeated call that fails may have run in an earlier attempt.
    if (answer.what == core::answer::kind::failure && maybe_ran_ &&
        answer.ran == outcome::not_executed) {
        answer.ran = outcome::unknown;
    }
    if (answer.what == core::answer::kind::failure && sequence_ != 0 && ask_until_ &&
        (answer.code == errc::unreachable || answer.code == errc::shutting_down)) {
        // What happened to the call is that its connection was lost; who it was asked for again
        // could not say more.
        answer.code = errc::connection_lost;
        answer.text = lost_text_ + "; asking again: " + answer.text;
    }
    std::shared_ptr<const roi::error> failure;
    roi::call_id id;
    if (from && from->session) {
        id = {from->session->id().high, from->session->id().low, from->header.sequence};
        // Somebody may ask what became of it.
        if (!answer.from_peer && answer.what == core::answer::kind::failure)
            from->session->doubt(from->header.sequence, object_->owner().now());
    } else if (sequence_ != 0 && session_) {
        id = {session_->id().high, session_->id().low, sequence_};
        if (answer.what == core::answer::kind::failure && !answer.from_peer)
            session_->doubt(sequence_, object_->owner().now());
    } else if (from) {
        id = {0, 0, from->id};
    }
    if (answer.what == core::answer::kind::failure) {
        try {
            failure = std::make_shared<const roi::error>(make_error(answer, id));
        } catch (...) {
            // pending::result() makes one of the answer's code.
        }
    }
    std::uint64_t pause_timer = 0;
    std::uint64_t deadline_timer = 0;
    bool tells = false;
    {
        const std::lock_guard lock{mutex_};
        if (phase_ == phase::ended) return;
        phase_ = phase::ended;
        call_id_ = id;
        answer_ = std::move(answer);
        failure_ = std::move(failure);
        pause_timer = std::exchange(timer_, 0);
        deadline_timer = std::exchange(deadline_timer_, 0);
        tells = observer_ != nullptr;
        if (tells) retain();
        ended_.store(true, std::memory_order_release);
        changed_.notify_all();
    }
    runtime_core& owner = object_->owner();
    if (pause_timer != 0 && owner.cancel_timer(pause_timer)) release();
    if (deadline_timer != 0 && owner.cancel_timer(deadline_timer)) release();
    if (context_) context_->unlisten(*this);
    if (tells) object_->owner().post_completion(&outgoing_call::tell, this);
}

void outgoing_call::tell(void* self) {
    auto& call = *static_cast<outgoing_call*>(self);
    call_observer* observer = nullptr;
    {
        const std::lock_guard lock{call.mutex_};
        observer = std::exchange(call.observer_, nullptr);
    }
    if (observer) observer->call_ended();
    call.release();
}

roi::error outgoing_call::make_error(const core::answer& answer, roi::call_id id) const {
    std::string text = answer.text;
    if (context_) {
        text += (text.empty() ? "" : "; ") + std::string{"called on "} + object_->describe() +
                " by " + context_->method_name() + " of '" + context_->object().name() + "'";
    }
    return roi::error{answer.code, answer.ran, text}.at(method_name(), endpoint(), id);
}

// roi::detail::pending, and generated::request: what the templates in headers call.

pending::~pending() {
    if (call_) call_->drop();
}

void pending::start() {
    call_->start();
}

void pending::wait() {
    call_->wait();
}

void pending::cancel() noexcept {
    if (call_) call_->cancel();
}

bool pending::has_ended() const noexcept {
    return call_->has_ended();
}

bool pending::notify(call_observer& observer) {
    // The observer may end this object before notify() returns.
    outgoing_call* const call = call_;
    call->retain();
    const bool told = call->notify(observer);
    call->release();
    return told;
}

wire::reader pending::result() const {
    const core::answer& answer = call_->answer();
    switch (answer.what) {
        case core::answer::kind::result:
            break;
        case core::answer::kind::exception:
            raise_exception(answer.exceptions, call_->type().exceptions, call_->method_name(),
                            call_->endpoint(), call_->call_id());
        case core::answer::kind::failure:
            if (call_->failure()) throw roi::error{*call_->failure()};
            throw roi::error{answer.code, answer.ran, answer.text};
    }
    return wire::reader{answer.result.bytes()};
}

const roi::error* pending::failure() const noexcept {
    return call_->failure().get();
}

void pending::get_alone(const generated::any_decoder& how, void* value) {
    call_->wait_alone();
    take(how, value);
}

void pending::take(const generated::any_decoder& how, void* value) const {
    const wire::reader bytes = result();
    try {
        generated::decode(how, bytes, value);
    } catch (const wire::malformed& why) {
        throw roi::error{errc::reply_unreadable, outcome::executed,
                         std::string{"the result cannot be read: "} + why.what()}
            .at(call_->method_name(), call_->endpoint(), call_->call_id());
    }
}

bool resumption::await(pending& call, std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    serving* const here = serving::current();
    serving_ = here;
    outgoing_call& awaited = *call.call_;
    if (here) {
        here->retain();
        if (awaited.token() != 0 && awaited.context() == here) {
            holds_ = true;
            here->object().begin_wait(*here, awaited.token());
        }
    }
    // After this the coroutine may have gone on, and this object with it.
    if (call.notify(*this)) return true;
    if (here) {
        if (holds_ && !here->object().end_wait(*here, &resumption::resume, this)) return true;
        serving_ = nullptr;
        here->release();
    }
    return false;
}

resumption::~resumption() {
    // The coroutine is destroyed while it waits.
    if (auto* const here = static_cast<serving*>(serving_)) here->release();
}

void resumption::call_ended() noexcept {
    auto* const here = static_cast<serving*>(serving_);
    if (here && holds_ && !here->object().end_wait(*here, &resumption::resume, this)) return;
    resume(this);
}

void resumption::resume(void* self) {
    auto& suspended = *static_cast<resumption*>(self);
    auto* const here = static_cast<serving*>(std::exchange(suspended.serving_, nullptr));
    {
        const serving::scope scope{here};
        suspended.waiting_.resume();
    }
    if (here) here->release();
}

}  // namespace roi::detail

namespace roi::generated {

request::request(const reference& to, const interface& type, const method& what)
    : call_(new roi::detail::outgoing_call{to.bound_->object, to.bound_->options, type, what}) {}

void put_all(request& to, const sent_field* fields, std::size_t count) {
    try {
        put_all(to.call_->arguments(), fields, count);
    } catch (...) {
        std::exchange(to.call_, nullptr)->drop();
        throw;
    }
}

}  // namespace roi::generated
