// One connection: reading, running methods, writing, ending. Waiting is in connection_wait.cpp.
#include "net/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace roi::net {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t frames_per_step = 32;
constexpr auto connect_retry = std::chrono::milliseconds{5};
// How long an answer may wait for those of the methods that run after it.
constexpr auto longest_batch = std::chrono::microseconds{50};
// A callback that takes longer, or blocks, sends those that follow to workers, for a while: reading
// goes on meanwhile.
constexpr auto slow_completion = std::chrono::microseconds{500};
constexpr auto slowness_remembered = std::chrono::seconds{1};

// The method that this thread runs right now, for a connection that it owns unless taken over.
struct running_method {
    connection* on = nullptr;
    std::uint64_t run = 0;
};
thread_local running_method current;

// Whose completions this thread tells right now, if it may run users' code for it.
thread_local connection* telling = nullptr;

}  // namespace

connection::connection(std::shared_ptr<shell> by, core::side which, std::string endpoint,
                       std::uint64_t number)
    : shell_(std::move(by)),
      settings_(shell_->options()),
      endpoint_(std::move(endpoint)),
      side_(which),
      receiver_(settings_->limits),
      session_(which, settings_->limits, settings_->own, settings_->secret,
               shell_->call_sessions()) {
    peer_.connection = number;
    peer_.endpoint = endpoint_;
}

connection::~connection() = default;

// --- connecting ----------------------------------------------------------------------------------

void connection::accepted(descriptor socket, int family) {
    socket_ = std::move(socket);
    prepare_connected(socket_.get(), family);
    const auto caller = peer_credentials(socket_.get(), family);
    peer_.uid = caller.uid;
    peer_.pid = caller.pid;
    fd_.store(socket_.get(), std::memory_order_release);
    attached();
    leave();
}

void connection::connect_to(std::vector<address> addresses) {
    const auto until = clock::now() + settings_->limits.connect_time;
    {
        std::lock_guard hold{mutex_};
        if (phase_ != phase::resolving) return;
        phase_ = phase::connecting;
        connect_until_ = until;
        sooner(until);
    }
    addresses_ = std::move(addresses);
    shell_->set_timer(*this, until);
    if (next_address()) leave();
}

void connection::connect_failed(errc code, const std::string& why) {
    {
        std::lock_guard hold{mutex_};
        if (phase_ != phase::resolving) return;
    }
    fail(code, why);
    end_owned();
}

bool connection::next_address() {
    while (next_address_ < addresses_.size()) {
        const auto& to = addresses_[next_address_++];
        auto fresh = new_socket(to.family());
        if (!fresh) {
            connect_error_ = system_text(errno);
            continue;
        }
        socket_ = std::move(fresh);
        fd_.store(socket_.get(), std::memory_order_release);
        if (::connect(socket_.get(), to.get(), to.size) == 0) {
            attached();
            return true;
        }
        if (errno == EINPROGRESS || errno == EINTR) return true;
        if (errno == EAGAIN && to.family() == AF_UNIX) {
            retry_connect_ = true;
            return true;
        }
        connect_refused(errno);
    }
    if (nobody_there_) {
        std::lock_guard hold{mutex_};
        session_.found_nobody();
    }
    fail(errc::unreachable, "cannot connect: " + connect_error_);
    end_owned();
    return false;
}

void connection::connect_step() {
    if (phase_ != phase::connecting) return;
    const auto& to = addresses_[next_address_ - 1];
    if (retry_connect_) {
        if (::connect(socket_.get(), to.get(), to.size) == 0) {
            retry_connect_ = false;
            return attached();
        }
        if (errno == EAGAIN) return;
        retry_connect_ = false;
        connect_refused(errno);
        next_address();
        return;
    }
    pollfd ready{socket_.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) <= 0 || ready.revents == 0) return;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error == 0) return attached();
    connect_refused(error);
    next_address();
}

void connection::connect_refused(int error) {
    connect_error_ = system_text(error);
    // Where every address says that nobody listens, whoever did is gone.
    nobody_there_ = nobody_there_ && (error == ECONNREFUSED || error == ENOENT);
}

void connection::attached() {
    if (side_ == core::side::connector) {
        const int family = addresses_[next_address_ - 1].family();
        prepare_connected(socket_.get(), family);
        set_nap(socket_.get());
        const auto caller = peer_credentials(socket_.get(), family);
        peer_.uid = caller.uid;
        peer_.pid = caller.pid;
    }
    const auto until = clock::now() + settings_->limits.hello_time;
    {
        std::lock_guard hold{mutex_};
        if (phase_ == phase::ended) return;
        phase_ = phase::connected;
        connect_until_.reset();
        session_.begin(clock::now());
        sooner(until);
    }
    shell_->set_timer(*this, until);
    flush(flusher::owner, patience::none);
}

// --- reading -------------------------------------------------------------------------------------

bool connection::try_own() noexcept {
    auto now = gate_.load(std::memory_order_acquire);
    while (now == gate_free || now == gate_armed)
        if (gate_.compare_exchange_weak(now, gate_owned, std::memory_order_acq_rel)) return true;
    return false;
}

void connection::on_ready() {
    std::uint64_t expected = gate_armed;
    if (gate_.compare_exchange_strong(expected, gate_owned, std::memory_order_acq_rel)) serve();
}

void connection::on_handed_over() {
    serve();
}

void connection::serve() {
    if (phase_ != phase::connected) {
        connect_step();
        return leave();
    }
    const unsigned most_turns = shell_->turns_per_hold();
    for (unsigned turn = 0;; ++turn) {
        const auto done = process(who::pool);
        if (done == progress::lost) return;
        flush(flusher::owner, patience::wait_a_little);
        if (phase_ == phase::ended) return end_owned();
        bool wanted = false;  // a caller waits: it reads better for itself
        {
            std::lock_guard hold{mutex_};
            if (done == progress::ended) {
                // The last octets could not be written yet; whoever writes them ends it.
                gate_.store(gate_free, std::memory_order_release);
                return;
            }
            const bool must_wait = write_blocked_ || (writing_ && done == progress::congested);
            if (must_wait && session_.congested()) {
                stalled_ = true;  // whoever writes goes on here
                return;
            }
            wanted = first_waiter_ != nullptr;
        }
        if (done == progress::congested) continue;
        if (wanted || (turn >= most_turns && shell_->others_wait())) return leave();
        ssize_t got = -1;
        bool looked = false;
        if (settings_->spin && shell_->try_sleep()) {
            // Only where somebody else polls: who spins here cannot serve others meanwhile.
            shell_->end_sleep();
            if (spinner_.worth_trying()) {
                looked = true;
                got = read_some(false);
                if (got == -1) got = spinner_.spin([this] { return read_some(false); });
            }
        }
        if (got == -1) {
            if (side_ == core::side::acceptor && shell_->try_sleep()) {
                got = read_some(true);
                shell_->end_sleep();
                if (got == -1) continue;  // a signal
            } else {
                if (!looked) got = read_some(false);
                if (got == -1) return leave();
            }
        }
        if (!after_read(got)) return;
    }
}

ssize_t connection::read_some(bool blocking) {
    try {
        const auto room = receiver_.room();
        const int flags = blocking ? 0 : MSG_DONTWAIT;
        ssize_t got = 0;
        if (room[0].empty()) {
            got = ::recv(socket_.get(), room[1].data(), room[1].size(), flags);
        } else {
            std::array<iovec, 2> places{
                {{room[0].data(), room[0].size()}, {room[1].data(), room[1].size()}}};
            msghdr message{};
            message.msg_iov = places.data();
            message.msg_iovlen = places.size();
            got = ::recvmsg(socket_.get(), &message, flags);
        }
        if (got > 0) receiver_.received(static_cast<std::size_t>(got));
        if (got >= 0) return got;
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : -2;
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return -2;
    }
}

bool connection::after_read(ssize_t got) {
    if (got > 0) return true;
    if (got == 0) {
        fail(errc::connection_lost, "the other end closed the connection");
    } else {
        fail(errc::connection_lost, "reading from the other end: " + system_text(errno));
    }
    end_owned();
    return false;
}

connection::progress connection::process(who by, waiter* mine) {
    for (bool ended = false;;) {
        if (!run_completions()) return progress::lost;
        if (ended) return progress::ended;
        while (next_arrived_ < arrived_.size()) {
            // What is answered must be read before more of it is made.
            if (by == who::pool && congested_.load(std::memory_order_relaxed))
                return progress::congested;
            auto call = std::move(arrived_[next_arrived_++]);
            if (by == who::waiter) {
                shell_->run_elsewhere(std::move(call));
            } else if (!run_method(std::move(call))) {
                return progress::lost;
            } else if (next_arrived_ < arrived_.size()) {
                end_batch_if_late(clock::now());
            }
        }
        arrived_.clear();
        next_arrived_ = 0;
        bool more = false;
        bool noted = false;
        std::optional<core::time_point> timer;
        bool just_met = false;
        bool yields = false;
        auto self = shared_from_this();
        batch_began_ = clock::now();
        {
            std::lock_guard hold{mutex_};
            batch_thread_ = this_thread_mark();
            try {
                more =
                    session_.take(receiver_, self, batch_began_, frames_per_step, owner_actions_);
            } catch (const std::bad_alloc&) {
                session_.close(errc::connection_lost, "out of memory", owner_actions_);
            }
            if (session_.refuses_calls()) failed_.store(true, std::memory_order_release);
            if (!peer_known_ && session_.is_open()) {
                peer_known_ = just_met = true;
                yields = session_.yields();
                peer_.runtime_high = session_.peer().runtime_high;
                peer_.runtime_low = session_.peer().runtime_low;
            }
            if (const auto when = session_.acknowledges_at(); when && acknowledges()) {
                if (sooner(*when)) timer = when;
            }
            noted = note(owner_actions_, mine);
        }
        if (just_met) met_peer(yields, mine);
        {
            std::lock_guard hold{mutex_};
            ended = session_.now_in() >= core::session::state::closing;
        }
        if (timer) shell_->set_timer(*this, *timer);
        arrived_.swap(owner_actions_.arrived);
        // A waiting thread of a user may hold locks that the user's callbacks want.
        telling = by == who::pool ? this : nullptr;
        run(owner_actions_, noted, mine);
        telling = nullptr;
        if (!ended && completions_.empty() && arrived_.empty() && !more) return progress::dry;
    }
}

// There is one connection per server: of two, the later one gives its calls to the earlier.
void connection::met_peer(bool yields, waiter* mine) {
    const auto other = shell_->met(*this, yields);
    if (!yields) return;
    core::actions todo;
    bool noted = false;
    std::vector<core::session::moved_call> moved;
    std::vector<thread_wake*> wakes;
    {
        std::lock_guard hold{mutex_};
        if (other) {
            session_.yield(moved, todo);
            successor_ = other;
            failed_.store(true, std::memory_order_release);
            for (const auto& each : moved) {
                if (each.waiter == nullptr) continue;
                auto& one = *static_cast<waiter*>(each.waiter);
                one.hurried.store(true, std::memory_order_release);
                one.wake->retain();
                wakes.push_back(one.wake);
            }
        } else {
            session_.go_ahead(clock::now(), todo);
        }
        noted = note(todo, mine);
    }
    for (const auto& each : moved)
        other->start(*each.call);
    for (auto* wake : wakes) {
        wake->signal();
        wake->release();
    }
    run(todo, noted, mine);
}

bool connection::run_here(const shell& by, void (*work)(void*), void* context) noexcept {
    if (telling == nullptr || telling->shell_.get() != &by) return false;
    if (telling->batch_began_ < telling->completions_slow_until_.load(std::memory_order_relaxed))
        return false;
    try {
        telling->completions_.push_back({work, context});
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

bool connection::run_completions() {
    for (auto begin = batch_began_; next_completion_ < completions_.size();) {
        const completion next = completions_[next_completion_++];
        runs_completion_.store(true, std::memory_order_relaxed);
        if (!run_interruptibly([&] { next.work(next.context); })) return false;
        runs_completion_.store(false, std::memory_order_relaxed);
        const auto end = clock::now();
        if (end - begin > slow_completion) completions_are_slow(end);
        begin = end;
        if (next_completion_ < completions_.size()) end_batch_if_late(end);
    }
    completions_.clear();
    next_completion_ = 0;
    return true;
}

void connection::completions_are_slow(core::time_point now) noexcept {
    completions_slow_until_.store(now + slowness_remembered, std::memory_order_relaxed);
}

void connection::end_batch_if_late(core::time_point now) {
    if (now - batch_began_ < longest_batch) return;
    flush(flusher::other, patience::wait_a_little);
    batch_began_ = now;
}

bool connection::run_method(std::unique_ptr<core::served_call> call) {
    auto* const sink = shell_->sink();
    if (sink == nullptr) {
        call->refuse(errc::object_not_found, outcome::not_executed, "nothing is served here");
        return true;
    }
    if (shell_->saturated()) {
        call->refuse(errc::overloaded, outcome::not_executed,
                     "every thread of the server runs a method");
        return true;
    }
    return run_interruptibly([&] { sink->on_call(std::move(call)); });
}

// Runs users' code; false: it took long, and another thread has the connection.
template <class Work>
bool connection::run_interruptibly(const Work& work) {
    const auto run = ++runs_;
    // The full fence orders this before the look at whether the monitor runs (method_begins).
    gate_.store(running_state(run), std::memory_order_seq_cst);
    shell_->method_begins();
    const auto outer = std::exchange(current, running_method{this, run});
    work();
    current = outer;
    auto expected = running_state(run);
    return gate_.compare_exchange_strong(expected, gate_owned, std::memory_order_acq_rel);
}

std::uint64_t connection::running() const noexcept {
    const auto now = gate_.load(std::memory_order_seq_cst);
    return (now & 3) == gate_running ? now >> 2 : 0;
}

void connection::before_blocking() noexcept {
    if (current.on != nullptr) current.on->take_over(current.run);
}

bool connection::take_over(std::uint64_t run) {
    {
        std::lock_guard hold{mutex_};
        auto expected = running_state(run);
        if (!gate_.compare_exchange_strong(expected, gate_owned, std::memory_order_acq_rel))
            return false;
        batch_thread_ = nullptr;  // from here on that method's answer is written at once
    }
    if (runs_completion_.exchange(false, std::memory_order_relaxed))
        completions_are_slow(clock::now());
    if (next_completion_ < completions_.size() || next_arrived_ < arrived_.size() ||
        receiver_.holds_input()) {
        shell_->continue_serving(shared_from_this());
        return true;
    }
    flush(flusher::other, patience::none);
    leave();
    return true;
}

void connection::leave() {
    if (phase_ == phase::ended) return end_owned();
    receiver_.idle();
    bool arm = false;
    bool forget_time = false;
    bool ended = false;
    thread_wake* wake = nullptr;
    {
        std::lock_guard hold{mutex_};
        if (phase_ == phase::ended) {
            ended = true;
        } else if (first_waiter_ != nullptr) {
            auto* const next = first_waiter_;
            dequeue(*next);
            next->promoted = true;
            wake = next->wake;
            wake->retain();
        } else {
            arm = side_ == core::side::acceptor || !session_.is_open() ||
                  session_.unattended_calls() > 0;
            if (side_ == core::side::acceptor) session_.idle();
            forget_time = settings_->eager_timers && session_.is_open() &&
                          session_.own_calls() == 0 && !write_blocked_;
            if (forget_time) timer_.reset();
            uses_.fetch_add(1, std::memory_order_relaxed);
            gate_.store(arm ? gate_armed : gate_free, std::memory_order_seq_cst);
        }
    }
    if (ended) return end_owned();
    if (wake != nullptr) {
        wake->signal();
        wake->release();
        return;
    }
    if (forget_time) shell_->clear_timer(*this);
    if (arm && retry_connect_) {
        shell_->set_timer(*this, clock::now() + connect_retry);
    } else if (arm) {
        shell_->arm(*this);
    } else {
        shell_->touched(*this);
    }
}

bool connection::arm_if_idle(std::uint64_t& seen) {
    if (phase_ == phase::ended) return true;
    const auto uses = uses_.load(std::memory_order_relaxed);
    if (uses != seen) {
        seen = uses;
        return false;
    }
    auto expected = std::uint64_t{gate_free};
    if (gate_.compare_exchange_strong(expected, gate_armed, std::memory_order_acq_rel)) {
        shell_->arm(*this);
        return true;
    }
    return expected == gate_armed;
}

// --- writing -------------------------------------------------------------------------------------

void connection::flush(flusher by, patience how) {
    enum class after { nothing, blocked, broken, finished } then = after::nothing;
    core::actions todo;
    bool noted = false;
    bool resume = false;
    int error = 0;
    {
        std::unique_lock hold{mutex_};
        if (by == flusher::owner) batch_thread_ = nullptr;
        if (writing_ || write_blocked_ || phase_ != phase::connected) return;
        writing_ = true;
        int waits = how == patience::wait_a_little && shell_->may_wait_in_write() ? 20 : 0;
        for (;;) {
            const auto pieces = session_.output();
            std::array<iovec, 3> list;
            std::size_t used = 0;
            for (const auto& piece : pieces)
                if (!piece.empty())
                    list[used++] = {const_cast<std::byte*>(piece.data()), piece.size()};
            if (used == 0) {
                session_.wrote(0);
                break;
            }
            hold.unlock();
            ssize_t put = 0;
            if (used == 1) {
                put = ::send(fd(), list[0].iov_base, list[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
            } else {
                msghdr message{};
                message.msg_iov = list.data();
                message.msg_iovlen = used;
                put = ::sendmsg(fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            }
            error = put < 0 ? errno : 0;
            bool room = true;
            if (error == EAGAIN || error == EWOULDBLOCK) {
                // A peer that is just reading makes room within a millisecond: cheaper than
                // waking a thread to go on. One that does not is left to on_writable().
                room = false;
                if (waits-- > 0) {
                    pollfd ready{fd(), POLLOUT, 0};
                    room = ::poll(&ready, 1, 1) > 0;
                }
            }
            hold.lock();
            session_.wrote(put > 0 ? static_cast<std::size_t>(put) : 0);
            if (session_.has_waiting()) session_.pump(clock::now(), todo);
            if (put >= 0 || error == EINTR) continue;
            if (error == EAGAIN || error == EWOULDBLOCK) {
                if (room) continue;
                write_blocked_ = true;
                then = after::blocked;
            } else {
                then = after::broken;
            }
            break;
        }
        writing_ = false;
        if (then == after::blocked) {
            blocked_until_ = clock::now() + settings_->limits.write_time;
            sooner(blocked_until_);
        } else if (then == after::nothing && (session_.now_in() == core::session::state::closing ||
                                              (session_.drained_by_us() && session_.quiet()))) {
            then = after::finished;
        }
        const bool congested = session_.congested();
        congested_.store(congested, std::memory_order_relaxed);
        resume = stalled_ && !(write_blocked_ && congested);
        if (resume) stalled_ = false;
        noted = note(todo, nullptr);
    }
    run(todo, noted);
    switch (then) {
        case after::nothing:
            break;
        case after::blocked:
            shell_->set_timer(*this, clock::now() + settings_->limits.write_time);
            shell_->await_writable(*this);
            break;
        case after::broken:
            fail(errc::connection_lost, "writing to the other end: " + system_text(error));
            break;
        case after::finished:
            fail(errc::shutting_down, "the connection was closed");
            break;
    }
    if (resume) shell_->continue_serving(shared_from_this());
}

void connection::on_writable() {
    {
        std::lock_guard hold{mutex_};
        write_blocked_ = false;
    }
    flush(flusher::other, patience::none);
}

void connection::answer(std::uint64_t id, bool oneway, wire::writer&& bytes, form what) noexcept {
    try {
        bool later = false;
        {
            std::lock_guard hold{mutex_};
            session_.answer(id, oneway, std::move(bytes), what);
            later = batch_thread_ == this_thread_mark();
            if (session_.congested()) congested_.store(true, std::memory_order_relaxed);
        }
        if (!later) flush(flusher::other, patience::wait_a_little);
    } catch (...) {
        // Out of memory: without its answer the caller must not wait.
        abort(errc::connection_lost, "out of memory");
    }
}

void connection::replaced() noexcept {
    abort(errc::connection_lost, "the caller has connected again");
}

void connection::answers_first() noexcept {
    {
        std::lock_guard hold{mutex_};
        if (batch_thread_ != this_thread_mark() || !session_.has_output()) return;
    }
    try {
        flush(flusher::other, patience::none);
    } catch (...) {
        abort(errc::connection_lost, "out of memory");
    }
}

void connection::forget(core::served_call& call) noexcept {
    std::lock_guard hold{mutex_};
    session_.forget(call.id(), call.arguments().size());
}

// --- time and the end ----------------------------------------------------------------------------

bool connection::sooner(core::time_point when) noexcept {
    if (timer_ && *timer_ <= when) return false;
    timer_ = when;
    return true;
}

void connection::on_timer() {
    core::actions todo;
    bool noted = false;
    std::optional<core::time_point> next;
    bool slow = false;
    bool late = false;
    {
        std::lock_guard hold{mutex_};
        if (phase_ == phase::ended) return;
        const auto now = clock::now();
        timer_.reset();
        next = session_.expire(now, todo);
        if (write_blocked_) {
            slow = now >= blocked_until_;
            if (!next || blocked_until_ < *next) next = blocked_until_;
        }
        if (connect_until_) {
            late = now >= *connect_until_;
            if (!next || *connect_until_ < *next) next = *connect_until_;
        }
        if (next) timer_ = *next;
        noted = note(todo, nullptr);
    }
    run(todo, noted);
    if (slow) return fail(errc::connection_lost, "the other end does not read");
    if (late)
        return fail(errc::unreachable, "no connection within " +
                                           std::to_string(settings_->limits.connect_time.count()) +
                                           " ms");
    if (next) shell_->set_timer(*this, *next);
    flush(flusher::other, patience::none);
    if (retry_connect_) {
        std::uint64_t expected = gate_armed;
        if (gate_.compare_exchange_strong(expected, gate_owned, std::memory_order_acq_rel)) serve();
    }
}

void connection::fail(errc code, const std::string& why) {
    core::actions todo;
    bool noted = false;
    bool was_stalled = false;
    {
        std::lock_guard hold{mutex_};
        if (phase_ == phase::ended) return;
        session_.close(code, why, todo);
        phase_ = phase::ended;
        failed_.store(true, std::memory_order_release);
        was_stalled = std::exchange(stalled_, false);
        noted = note(todo, nullptr);
    }
    // Wakes whoever reads. The descriptor itself lives as long as this object, so that its number
    // is not used again under somebody's feet.
    if (const int open = fd(); open >= 0) (void)::shutdown(open, SHUT_RDWR);
    shell_->gone(*this);
    run(todo, noted);
    if (was_stalled || try_own()) end_owned();
}

void connection::end_owned() {
    // The gate stays owned: nobody reads this connection again.
    auto rest = std::move(arrived_);
    arrived_.clear();
    rest.clear();
    if (!peer_known_ || std::exchange(gone_told_, true)) return;
    if (auto* const sink = shell_->sink()) sink->on_peer_gone(peer_);
}

void connection::abort(errc code, const std::string& why) {
    fail(code, why);
}

void connection::drain() {
    bool unused = false;
    {
        std::lock_guard hold{mutex_};
        session_.drain("the other end is stopping");
        unused = phase_ != phase::connected && session_.own_calls() == 0;
    }
    if (unused) return fail(errc::shutting_down, "the runtime is stopping");
    flush(flusher::other, patience::none);
}

bool connection::quiet() {
    std::lock_guard hold{mutex_};
    return session_.quiet();
}

}  // namespace roi::net
