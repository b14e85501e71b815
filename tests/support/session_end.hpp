// One end of a connection without a connection: a session with everything that is done for it, in
// one thread, without I/O and without time.
#pragma once

#include "core/callee_session.hpp"
#include "core/caller_session.hpp"
#include "core/session.hpp"
#include "support/seam.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace session_end {

using namespace roi::core;
using namespace std::chrono_literals;
using roi::errc;

inline const time_point start_of_time{1h};

/// What of a process outlives its connections.
struct process {
    explicit process(limits with = {}) : bounds{with} {}
    limits bounds;
    std::uint64_t last_random = 0;
    bool caller_lives = true;
    callee_sessions served{bounds, [this] { return ++last_random * 0x9E3779B97F4A7C15u; },
                           [this](std::int32_t) { return caller_lives; }};
    caller_sessions own;
};

/// One end: a session with everything a connection does for it, in one thread and without time.
struct end final : served_call::host {
    explicit end(side which, limits with = {})
        : bounds{with}, own{1, 2, "test"}, session_{which, bounds, own, 12345}, in{bounds} {
        session_.begin(start_of_time);
    }
    /// One that numbers its calls; its sessions are those of a process that outlives it.
    end(side which, process& of, std::uint64_t identity, time_point begin, limits with = {})
        : bounds{with},
          own{identity, 2, "test"},
          session_{which, bounds, own, 12345, {&of.served, &of.own}},
          in{bounds},
          now{begin} {
        session_.begin(begin);
    }
    ~end() {
        calls.clear();
        actions todo;
        session_.close(errc::connection_lost, "end of the test", todo);
        run(todo);
        // Nothing of any call is left, whatever the test did.
        CHECK(session_.own_calls() == 0);
        CHECK(session_.served_calls() == 0);
        CHECK(session_.unattended_calls() == 0);
    }

    const incoming::peer& from() const noexcept override { return who; }
    void answer(std::uint64_t id, bool oneway, roi::wire::writer&& bytes,
                form what) noexcept override {
        session_.answer(id, oneway, std::move(bytes), what);
    }
    void replaced() noexcept override { ++times_replaced; }
    void forget(served_call& call) noexcept override {
        session_.forget(call.id(), call.arguments().size());
    }

    void run(actions& todo) {
        for (auto& one : todo.done)
            one.call->completed(std::move(one.result));
        todo.done.clear();
        for (auto* one : todo.abandoned)
            one->abandon();
        todo.abandoned.clear();
        for (auto& one : todo.arrived)
            calls.push_back(std::move(one));
        todo.arrived.clear();
        if (todo.look_after_sessions) look_after = todo.look_after_sessions;
        if (const auto old = std::exchange(todo.replaced, nullptr)) old->replaced();
    }
    void start(seam::call& one) {
        actions todo;
        session_.start(one, now, todo);
        run(todo);
    }
    void cancel(seam::call& one) {
        actions todo;
        session_.cancel(one, now, todo);
        run(todo);
    }
    std::optional<time_point> expire() {
        actions todo;
        const auto next = session_.expire(now, todo);
        run(todo);
        return next;
    }
    void close() {
        actions todo;
        session_.close(errc::connection_lost, "cut", todo);
        run(todo);
    }
    /// Takes at most `most` octets from what waits.
    std::vector<std::byte> written(std::size_t most = SIZE_MAX) {
        std::vector<std::byte> out;
        for (;;) {
            std::size_t taken = 0;
            for (const auto& piece : session_.output()) {
                const auto n = std::min(piece.size(), most - out.size());
                out.insert(out.end(), piece.begin(),
                           piece.begin() + static_cast<std::ptrdiff_t>(n));
                taken += n;
            }
            session_.wrote(taken);
            if (taken == 0) return out;
            actions todo;
            session_.pump(now, todo);
            run(todo);
        }
    }
    void receive(std::span<const std::byte> bytes, std::size_t piece = SIZE_MAX) {
        while (!bytes.empty()) {
            std::size_t taken = 0;
            for (const auto& place : in.room()) {
                const auto n = std::min({place.size(), bytes.size() - taken, piece - taken});
                std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(taken), n, place.begin());
                taken += n;
                if (n < place.size()) break;
            }
            in.received(taken);
            bytes = bytes.subspan(taken);
            actions todo;
            while (session_.take(in, self, now, 3, todo))
                run(todo);
            run(todo);
        }
    }

    limits bounds;
    session::identity own;
    session session_;
    receiver in;
    incoming::peer who;
    std::shared_ptr<served_call::host> self{static_cast<served_call::host*>(this), [](auto*) {}};
    std::vector<std::unique_ptr<served_call>> calls;
    time_point now = start_of_time;
    std::optional<time_point> look_after;
    int times_replaced = 0;
};

}  // namespace session_end
