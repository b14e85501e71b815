// Exactly once across kill -9: a process that serves calls is killed at any moment of many, on a
// real file.
#include "fault/exactly_once.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace {

using namespace roi;
using namespace roi::fault;

/// What the process that is killed tells the client.
struct message {
    enum class kind { asks, answers } what;
    std::uint64_t session;
    std::uint64_t sequence;
    deed does;
};

/// Serves calls of two sessions until it is killed, and tells of each before and after.
[[noreturn]] void serve(int out, const journaling::sqlite_journal_options& with, client who) {
    const auto tell = [&](message::kind what, const call_name& name, deed does) {
        const message m{what, name.first, name.second, does};
        if (::write(out, &m, sizeof m) != sizeof m) ::_exit(3);
    };
    server s{with, who};
    s.set_up({1, 2});
    std::map<std::uint64_t, std::uint64_t> last;
    for (const auto& [name, call] : who.calls)
        last[name.first] = name.second;
    for (std::uint64_t turn = 0;; ++turn) {
        std::vector<std::pair<call_name, deed>> calls;
        for (const std::uint64_t session : {1, 2}) {
            // What was not answered in an earlier life, under its own number.
            for (const std::uint64_t sequence : who.unanswered(session)) {
                const call_name name{session, sequence};
                calls.push_back({name, who.calls.at(name).what});
            }
            const std::uint64_t next = ++last[session];
            constexpr deed deeds[] = {deed::transfer, deed::throws, deed::transfer, deed::large};
            calls.push_back({{session, next}, deeds[(next + session) % 4]});
            who.acknowledge(session, next > 3 ? next - 3 : 0);
        }
        for (const auto& [name, does] : calls)
            tell(message::kind::asks, name, does);
        s.call(calls);
        for (const auto& [name, does] : calls) {
            if (who.calls.at(name).is != fate::executed) ::_exit(2);
            tell(message::kind::answers, name, does);
        }
        if (turn % 8 == 7) s.tidy();
    }
}

}  // namespace

TEST_CASE("a server that is killed at any moment loses no answered call and repeats none") {
    roi::support::temporary_directory dir;
    journaling::sqlite_journal_options with;
    with.file = dir / "bank.db";
    with.owner = "test";
    with.reserve = 4096;
    with.idle_pages = 10;
    const char* const count = std::getenv("ROI_SEEDS");
    const int cycles = count ? std::atoi(count) : 12;
    client who;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            serve(ends[1], with, who);
        }
        ::close(ends[1]);
        // Killed after another number of messages each time, so somewhere in what follows.
        int left = 4 + cycle * 7 % 60;
        message m{};
        while (::read(ends[0], &m, sizeof m) == sizeof m) {
            client_call& call = who.calls[{m.session, m.sequence}];
            call.what = m.does;
            if (m.what == message::kind::answers) call.is = fate::executed;
            if (--left == 0) ::kill(child, SIGKILL);
        }
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));

        server next{with, who};
        // Answers are compared by the process that gave them; here only that they are there.
        for (auto& [name, call] : who.calls) {
            const auto row = next.rows.find(name);
            if (row != next.rows.end()) call.reply = row->second.reply;
        }
        CHECK(next.check() == "");
        CHECK(next.writer->store().who().epoch == static_cast<std::uint64_t>(2 * cycle + 2));
    }
    MESSAGE(cycles << " kills, " << who.calls.size() << " calls");
    CHECK(who.calls.size() > static_cast<std::size_t>(cycles));
}
