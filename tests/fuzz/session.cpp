// A session fed with any octets, cut anywhere, while calls start, are answered, cancelled and run
// out of time: every call ends exactly once, nothing grows beyond the limits, nothing crashes.
#include "core/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

namespace {

using namespace roi::core;

struct one_call final : outgoing {
    void completed(answer&&) noexcept override {
        if (++times > 1) std::abort();
    }
    int times = 0;
};

struct end final : served_call::host {
    const incoming::peer& from() const noexcept override { return who; }
    void answer(std::uint64_t id, bool oneway, roi::wire::writer&& bytes,
                form what) noexcept override {
        talk->answer(id, oneway, std::move(bytes), what);
    }
    void forget(served_call& call) noexcept override {
        talk->forget(call.id(), call.arguments().size());
    }
    void run(actions& todo) {
        for (auto& done : todo.done)
            done.call->completed(std::move(done.result));
        for (auto* call : todo.abandoned)
            call->abandon();
        for (auto& call : todo.arrived)
            calls.push_back(std::move(call));
        todo.done.clear();
        todo.abandoned.clear();
        todo.arrived.clear();
    }
    incoming::peer who;
    session* talk = nullptr;
    std::deque<std::unique_ptr<served_call>> calls;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const unsigned options = data[0];
    const std::size_t piece = std::size_t{data[1]} * data[1] + 1;
    std::vector<std::byte> input;
    limits bounds;
    bounds.max_message = 100'000;
    bounds.chunk = 1000;
    bounds.max_partial = 150'000;
    bounds.max_calls = 16;
    bounds.max_waiting_calls = 8;
    bounds.write_buffer = 20'000;
    bounds.max_session_rows = 16;
    bounds.max_kept_reply = 1000;
    bounds.max_session_replies = 3000;
    if ((options & 1) != 0) {  // as from a well-behaved peer, up to its Hello
        for (const auto one : preface)
            input.push_back(static_cast<std::byte>(one));
        hello_frame hello;
        hello.version_min = hello.version_max = 1;
        hello.chunks = (options & 2) != 0;
        hello.sessions = (options & 8) != 0;
        hello.max_calls = 4;
        hello.max_message = 50'000;
        roi::wire::writer frame;
        put_hello(frame, hello);
        input.insert(input.end(), frame.bytes().begin(), frame.bytes().end());
    }
    const auto rest = std::as_bytes(std::span{data, size}).subspan(2);
    input.insert(input.end(), rest.begin(), rest.end());

    const session::identity own{1, 2, "fuzz"};
    time_point now{std::chrono::hours{1}};
    std::deque<one_call> mine;
    auto here = std::make_shared<end>();
    std::uint64_t random = 0;
    callee_sessions served{bounds, [&] { return ++random; }, [](std::int32_t) { return true; }};
    caller_sessions own_sessions;
    session talk{(options & 4) != 0 ? side::acceptor : side::connector, bounds, own, 99,
                 (options & 8) != 0 ? call_sessions{&served, &own_sessions} : call_sessions{}};
    here->talk = &talk;
    receiver in{bounds};
    talk.begin(now);
    std::span<const std::byte> left{input};
    for (unsigned turn = 0; !left.empty(); ++turn) {
        actions todo;
        std::size_t taken = 0;
        for (const auto& place : in.room()) {
            const auto n = std::min({place.size(), left.size() - taken, piece - taken});
            std::copy_n(left.begin() + static_cast<std::ptrdiff_t>(taken), n, place.begin());
            taken += n;
            if (n < place.size()) break;
        }
        in.received(taken);
        left = left.subspan(taken);
        while (talk.take(in, here, now, 4, todo))
            here->run(todo);
        here->run(todo);
        switch ((turn + options) % 6) {
            case 0: {
                auto& call = mine.emplace_back();
                const std::vector<std::byte> argument(turn * 131 % 3000, std::byte{1});
                call.arguments.put_raw(argument);
                call.numbered = turn % 2 == 0;
                if (turn % 3 == 0) call.deadline = now + std::chrono::seconds{turn % 7};
                talk.start(call, now, todo);
                break;
            }
            case 1:
                if (!here->calls.empty()) {
                    roi::wire::writer result;
                    result.put_raw(here->calls.front()->arguments());
                    here->calls.front()->reply(std::move(result));
                    here->calls.pop_front();
                }
                break;
            case 2:
                if (!mine.empty()) talk.cancel(mine[turn % mine.size()], now, todo);
                break;
            case 3:
                now += std::chrono::seconds{1};
                talk.expire(now, todo);
                break;
            case 4:
                if (!here->calls.empty()) here->calls.pop_back();
                break;
            default: {
                std::size_t waits = 0;
                for (const auto& octets : talk.output())
                    waits += octets.size();
                talk.wrote(waits * (turn % 4) / 3 > waits ? waits : waits * (turn % 4) / 3);
                talk.pump(now, todo);
            }
        }
        here->run(todo);
        if (talk.own_calls() > bounds.max_waiting_calls + bounds.max_calls) std::abort();
        if (talk.served_calls() > bounds.max_calls) std::abort();
    }
    actions todo;
    talk.close(roi::errc::connection_lost, "end", todo);
    here->run(todo);
    here->calls.clear();
    for (const auto& call : mine)
        if (call.times != 1) std::abort();
    if (talk.own_calls() != 0 || talk.served_calls() != 0) std::abort();
    return 0;
}
