// The strand: who holds an object, who waits, who may enter again.
#include "core/strand.hpp"

#include "core/dispatch.hpp"

#include <doctest/doctest.h>

#include <array>

namespace {

using roi::core::strand;
using roi::core::strand_entry;
using verdict = strand::verdict;

constexpr std::size_t many = 100;

TEST_CASE("calls hold the object in the order in which they arrived") {
    strand object;
    std::array<strand_entry, 4> calls;
    CHECK(object.enter(calls[0], many) == verdict::run);
    for (std::size_t i = 1; i < 4; ++i)
        CHECK(object.enter(calls[i], many) == verdict::queued);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(object.leave(calls[i]) == &calls[i + 1]);
    CHECK(object.leave(calls[3]) == nullptr);
    CHECK_FALSE(object.is_held());
}

TEST_CASE("the queue takes as many as its limit, and one more is told so") {
    strand object;
    std::array<strand_entry, 4> calls;
    CHECK(object.enter(calls[0], 2) == verdict::run);
    CHECK(object.enter(calls[1], 2) == verdict::queued);
    CHECK(object.enter(calls[2], 2) == verdict::queued);
    CHECK(object.enter(calls[3], 2) == verdict::full);
    CHECK(object.queued() == 2);
}

TEST_CASE("a call enters again only by the token that the holder waits for") {
    strand object;
    const std::uint64_t waited_for[] = {7};
    const std::uint64_t another[] = {8};
    strand_entry holder;
    strand_entry stranger;
    strand_entry own;
    strand_entry plain;
    stranger.chain = another;
    own.chain = waited_for;
    CHECK(object.enter(holder, many) == verdict::run);
    CHECK(object.enter(plain, many) == verdict::queued);
    CHECK(object.begin_wait(holder, 7) == nullptr);
    CHECK(object.enter(stranger, many) == verdict::queued);
    CHECK(object.enter(own, many) == verdict::run);
    CHECK(object.holder() == &own);
    CHECK(object.leave(own) == nullptr);
    CHECK(object.end_wait(holder));
    CHECK(object.leave(holder) == &plain);
    CHECK(object.leave(plain) == &stranger);
}

TEST_CASE("a token is worth nothing before the wait and after it") {
    strand object;
    const std::uint64_t token[] = {7};
    strand_entry holder;
    strand_entry early;
    strand_entry late;
    early.chain = late.chain = token;
    CHECK(object.enter(holder, many) == verdict::run);
    CHECK(object.enter(early, many) == verdict::queued);
    CHECK(object.begin_wait(holder, 7) == &early);  // let in when the wait begins
    CHECK(object.leave(early) == nullptr);
    CHECK(object.end_wait(holder));
    CHECK(object.enter(late, many) == verdict::queued);
    CHECK(object.leave(holder) == &late);
}

TEST_CASE("calls of one chain enter again one at a time") {
    strand object;
    const std::uint64_t token[] = {7};
    strand_entry holder;
    std::array<strand_entry, 2> own;
    own[0].chain = own[1].chain = token;
    CHECK(object.enter(holder, many) == verdict::run);
    CHECK(object.begin_wait(holder, 7) == nullptr);
    CHECK(object.enter(own[0], many) == verdict::run);
    CHECK(object.enter(own[1], many) == verdict::queued);
    CHECK(object.leave(own[0]) == &own[1]);
    CHECK(object.leave(own[1]) == nullptr);
    CHECK(object.may_go_on(holder));
}

TEST_CASE("a holder whose wait is over waits on for a call that has entered again") {
    strand object;
    const std::uint64_t token[] = {7};
    strand_entry holder;
    strand_entry own;
    own.chain = token;
    CHECK(object.enter(holder, many) == verdict::run);
    CHECK(object.begin_wait(holder, 7) == nullptr);
    CHECK(object.enter(own, many) == verdict::run);
    CHECK_FALSE(object.end_wait(holder));
    CHECK_FALSE(object.may_go_on(holder));
    CHECK(object.leave(own) == nullptr);
    CHECK(object.may_go_on(holder));
}

TEST_CASE("an outer holder's token does not enter past the innermost holder") {
    strand object;
    const std::uint64_t outer_token[] = {7};
    const std::uint64_t inner_chain[] = {7, 9};
    strand_entry outer;
    strand_entry inner;
    strand_entry sibling;
    strand_entry deeper;
    inner.chain = sibling.chain = outer_token;
    deeper.chain = inner_chain;
    CHECK(object.enter(outer, many) == verdict::run);
    CHECK(object.begin_wait(outer, 7) == nullptr);
    CHECK(object.enter(inner, many) == verdict::run);
    CHECK(object.enter(sibling, many) == verdict::queued);
    CHECK(object.begin_wait(inner, 9) == nullptr);
    CHECK(object.enter(deeper, many) == verdict::run);
    CHECK(object.leave(deeper) == nullptr);
    CHECK(object.end_wait(inner));
    CHECK(object.leave(inner) == &sibling);
    CHECK(object.leave(sibling) == nullptr);
}

TEST_CASE("a queued call can be taken out") {
    strand object;
    std::array<strand_entry, 3> calls;
    CHECK(object.enter(calls[0], many) == verdict::run);
    CHECK(object.enter(calls[1], many) == verdict::queued);
    CHECK(object.enter(calls[2], many) == verdict::queued);
    CHECK(object.remove(calls[1]));
    CHECK_FALSE(object.remove(calls[1]));
    CHECK_FALSE(object.remove(calls[0]));
    CHECK(object.leave(calls[0]) == &calls[2]);
    CHECK(object.remove_first() == nullptr);
}

TEST_CASE("a method may take long when it never ran, or did so lately") {
    using roi::core::slow_methods;
    slow_methods methods{2};
    const std::chrono::steady_clock::time_point begin{std::chrono::hours{1}};
    CHECK(methods.may_take_long(0));
    methods.ran(0, begin, begin + slow_methods::brief);
    CHECK_FALSE(methods.may_take_long(0));
    methods.ran(0, begin, begin + slow_methods::brief + std::chrono::nanoseconds{1});
    CHECK(methods.may_take_long(0));
    CHECK_FALSE(methods.is_slow(0, begin));
    for (int i = 0; i < 2; ++i)
        methods.ran(0, begin, begin);
    CHECK_FALSE(methods.may_take_long(0));  // forgotten, the more slowly the longer it took
    CHECK(methods.may_take_long(1));
}

}  // namespace
