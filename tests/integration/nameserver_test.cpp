// The name server as a process: killed and restarted, doubled, asked by strangers; servers and
// clients that live through it.
#include "counter.roi.hpp"
#include "name_service.roi.hpp"
#include "support/process.hpp"

#include <roi/nameserver.hpp>
#include <roi/naming.hpp>
#include <roi/runtime.hpp>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace roi::naming;
using roi::errc;
using roi::support::exit_status;
using roi::support::process;
using roi::support::scoped_environment;
using roi::support::surroundings;

namespace {

/// A place of its own, a name server in it, and a runtime of this process.
struct fixture {
    surroundings here;
    scoped_environment environment{here.environment()};
    std::optional<process> daemon;
    std::string ready;
    std::unique_ptr<roi::runtime> runtime = std::make_unique<roi::runtime>();
    roi::runtime::use current{*runtime};

    std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"--log-level", "debug"});
        return more;
    }
    void start(std::vector<std::string> more = {}) {
        daemon.emplace(here.run(NAMESERVER, arguments(std::move(more))));
        ready = daemon->wait_for("ready unix:");
    }
    void kill() { daemon->kill(); }

    process server(std::vector<std::string> arguments = {}, const char* program = COUNTER_SERVER) {
        process p(here.run(program, std::move(arguments)));
        p.wait_for("the counter is published");
        return p;
    }
    name_service_client names() const {
        return name_service_client{
            roi::at("unix:" + here.name_server_socket().string(), server_object())};
    }
    static const char* server_object() { return "nameserver"; }
    entry find(const std::string& name) {
        auto answer = names().resolve({"/", name, {}, {}});
        CHECK_MESSAGE(answer.status == status::ok, answer.text);
        return answer.entry;
    }
    bool holds(const std::string& name) {
        return names().resolve({"/", name, {}, {}}).status == status::ok;
    }
};

template <class Call>
roi::error failure_of(Call&& call) {
    try {
        call();
    } catch (const roi::error& e) {
        return e;
    }
    FAIL("the call did not fail");
    throw std::logic_error{"not reached"};
}

bool says(const std::string& text, const std::string& part) {
    CAPTURE(text);
    CAPTURE(part);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

publish_request raw(const std::string& name, std::uint64_t instance) {
    publish_request r;
    r.name = name;
    r.endpoints = {"unix:/nowhere"};
    r.instance = {instance, 1};
    r.holder = {"raw", 1, "somebody", -1, "host"};
    return r;
}

}  // namespace

TEST_CASE("what is published is found without configuration, with who holds it") {
    fixture f;
    f.start();
    process server = f.server();
    test::counter_client client;
    CHECK(client.next() == 1);
    CHECK(client.next() == 2);
    const auto all = f.names().list({"/", "", "", 10});
    REQUIRE(all.entries.size() == 1);
    const entry& e = all.entries[0];
    CHECK(e.name == "counter");
    CHECK(e.type.name == "test.counter");
    const holder& h = e.locations.at(0).holder;
    CHECK(h.program == "counter_server");
    CHECK(h.pid == server.pid());
    CHECK_MESSAGE(h.uid == ::getuid(), "by the kernel's word");
    CHECK(e.locations[0].endpoints.at(0).find("unix:") == 0);
    const auto description = f.names().describe(e.type.fingerprint);
    CHECK(description.status == status::ok);
    CHECK(description.description.size() > 100);

    const auto found = roi::resolve("counter");
    CHECK(found.interface == "test.counter");
    CHECK(found.locations.at(0).pid == server.pid());
    CHECK(found.address.size() == 32);

    server.signal(SIGTERM);
    CHECK(server.wait() == exit_status{0, 0});
    CHECK_FALSE(f.holds("counter"));
}

TEST_CASE("a description is taken only with its own fingerprint, from servers and from clients") {
    fixture f;
    f.start();
    process server = f.server();
    const interface_id known = f.find("counter").type;
    const auto description = f.names().describe(known.fingerprint).description;

    publish_request forged = raw("forged", 5);
    forged.type = {known.name, {known.fingerprint.high, known.fingerprint.low ^ 1}};
    forged.description = description;
    const auto refused = f.names().publish(forged);
    CHECK(refused.status == status::invalid);
    says(refused.text,
         "/forged cannot be published: its description: the fingerprint that came "
         "with it is not that of test.counter");
    CHECK_FALSE(f.holds("forged"));
    CHECK(f.names().describe(forged.type.fingerprint).status == status::not_found);

    const auto asked = f.names().resolve({"/", "counter", forged.type, description});
    CHECK(asked.status == status::type_mismatch);
    says(asked.text, "the client's description: the fingerprint that came with it");

    // Where nobody has published it yet, the true one is taken.
    server.signal(SIGTERM);
    CHECK(server.wait() == exit_status{0, 0});
    f.kill();
    f.start({"--ephemeral"});
    forged.type = known;
    CHECK(f.names().publish(forged).status == status::ok);
}

TEST_CASE("a second server of the name is denied and told who holds it") {
    fixture f;
    f.start();
    process first = f.server();
    const auto second = roi::support::run(f.here.run(COUNTER_SERVER));
    CHECK(second.status == exit_status{1, 0});
    says(second.output,
         "/counter is published by counter_server (pid " + std::to_string(first.pid()));
    CHECK(f.find("counter").locations.at(0).holder.pid == first.pid());
}

TEST_CASE("the names of a killed process vanish at once, long before their lease ends") {
    fixture f;
    f.start();
    process server = f.server();
    server.kill();
    const auto killed = std::chrono::steady_clock::now();
    says(f.daemon->wait_for("event=expired"), "name=/counter why=\"holder gone\"");
    CHECK(std::chrono::steady_clock::now() - killed < 4s);
    CHECK_FALSE(f.holds("counter"));
    process next = f.server();
    test::counter_client client;
    CHECK(client.next() == 1);
}

TEST_CASE("a name server killed and restarted knows every name; servers and clients go on") {
    fixture f;
    f.start();
    process server = f.server();
    test::counter_client client;
    CHECK(client.next() == 1);
    const entry before = f.find("counter");
    for (int i = 0; i < 3; ++i) {
        f.kill();
        CHECK_MESSAGE(client.next() == 2 + 2 * i, "calls need no name server");
        f.start();
        const entry after = f.find("counter");
        CHECK(after.address == before.address);
        CHECK(after.locations.at(0).generation == before.locations.at(0).generation);
        CHECK(client.next() == 3 + 2 * i);
        test::counter_client fresh;
        CHECK(fresh.label().empty());
        const auto rival = roi::support::run(f.here.run(COUNTER_SERVER));
        CHECK_MESSAGE(rival.status.code == 1, "the name is still taken");
    }
}

TEST_CASE("a server that dies while the name server is away is gone when that is back") {
    fixture f;
    f.start();
    process first = f.server();
    process second = f.server({"second"});
    f.kill();
    first.kill();
    f.start();
    says(f.daemon->output(), "event=expired name=/counter why=\"holder gone\"");
    CHECK_FALSE(f.holds("counter"));
    CHECK(f.holds("second"));
    process next = f.server();
    test::counter_client client;
    CHECK(client.next() == 1);
}

TEST_CASE("a server that dies before it was back at a restarted name server is gone at once") {
    fixture f;
    f.start();
    process server = f.server();
    server.signal(SIGSTOP);
    f.kill();
    f.start();
    CHECK(f.holds("counter"));
    const auto killed = std::chrono::steady_clock::now();
    server.kill();
    // Who wants the name has it at once; for others it goes within a second.
    process next = f.server();
    CHECK(f.find("counter").locations.at(0).holder.pid == next.pid());
    CHECK(std::chrono::steady_clock::now() - killed < 10s);
}

TEST_CASE("a name whose holder died before it was back is not listed for the rest of its lease") {
    fixture f;
    f.start();
    process server = f.server();
    server.signal(SIGSTOP);
    f.kill();
    f.start();
    CHECK(f.holds("counter"));
    const auto killed = std::chrono::steady_clock::now();
    server.kill();
    says(f.daemon->wait_for("event=expired"), "name=/counter why=\"holder gone\"");
    CHECK_MESSAGE(std::chrono::steady_clock::now() - killed < 10s, "not 20 s");
    CHECK_FALSE(f.holds("counter"));
}

TEST_CASE("servers publish again by themselves at a name server that has forgotten them") {
    fixture f;
    f.start({"--ephemeral"});
    process server = f.server();
    process other = f.server({"second", "/team"});
    test::counter_client client;
    CHECK(client.next() == 1);
    const entry before = f.find("counter");
    f.kill();
    f.start({"--ephemeral"});
    server.wait_for("is registered again");
    other.wait_for("is registered again");
    const entry after = f.find("counter");
    CHECK(after.address == before.address);
    CHECK(after.locations.at(0).generation > before.locations.at(0).generation);
    CHECK(after.locations.at(0).holder.pid == server.pid());
    CHECK(f.holds("/team/second"));
    CHECK(client.next() == 2);
    test::counter_client fresh{roi::named("second").in("/team")};
    CHECK(fresh.next() == 1);
}

TEST_CASE(
    "servers may start before the name server: they serve, say so, and are found when it is up") {
    fixture f;
    process server(f.here.run(COUNTER_SERVER));
    // (What it prints on standard output may arrive before or after that.)
    says(server.wait_for("not yet registered"), "no name server is in reach");
    test::counter_client client;
    auto waiting = client.async_next().start();
    f.start();
    CHECK(waiting.get() == 1);
}

TEST_CASE("a client of another interface is refused, and told what differs") {
    fixture f;
    f.start();
    process server = f.server({}, COUNTER_CHANGED_SERVER);
    test::counter_client client;
    const roi::error e = failure_of([&] { client.next(); });
    CHECK(e.reason() == errc::type_mismatch);
    CHECK(e.outcome() == roi::outcome::not_executed);
    says(e.what(), "/counter is served by test.counter");
    says(e.what(), "next");
    // Who only names a fingerprint gets no location either.
    CHECK(f.names().resolve({"/", "counter", {"test.counter", {1, 2}}, {}}).status ==
          status::need_description);
}

TEST_CASE("inner scopes override outer ones, and everything else falls back") {
    fixture f;
    f.start();
    process outer = f.server({"counter", "/", "outer"});
    process inner = f.server({"counter", "/team", "inner"});
    CHECK(test::counter_client{}.label() == "outer");
    CHECK(test::counter_client{roi::named("counter").in("/team/alice")}.label() == "inner");
    inner.kill();
    f.daemon->wait_for("event=expired");
    // At once: what the cache held leads to a server that is gone, so it is asked for anew.
    const auto killed = std::chrono::steady_clock::now();
    CHECK(test::counter_client{roi::named("counter").in("/team/alice")}.label() == "outer");
    CHECK(std::chrono::steady_clock::now() - killed < 3s);
}

TEST_CASE("an application's own name server has its own scope and falls back to the host's") {
    fixture f;
    f.start();
    process outside = f.server({"counter", "/", "outside"});
    process second = f.server({"second", "/", "second outside"});
    {
        roi::nameserver::embedded own;
        roi::set_default_scope(own);
        test::counter_server mine{roi::as("counter"), "mine"};
        CHECK(test::counter_client{}.label() == "mine");
        CHECK(test::counter_client{roi::named("second")}.label() == "second outside");
        CHECK(test::counter_client{roi::named("counter").in("default:")}.label() == "outside");
        CHECK(f.find("counter").locations.at(0).holder.pid == outside.pid());
        // Others find it by its endpoint, and are denied the name there.
        auto command = f.here.run(COUNTER_SERVER, {"counter", own.endpoint()});
        says(roi::support::run(command).output,
             "/counter is published by " + std::string{::program_invocation_short_name});
        roi::set_default_scope("");
    }
    CHECK(test::counter_client{}.label() == "outside");
}

TEST_CASE("a second name server on the same place says who is there, whatever it shares") {
    fixture f;
    f.start();
    const std::string pid = std::to_string(f.daemon->pid());
    const auto same = roi::support::run(f.here.run(NAMESERVER, f.arguments()));
    CHECK(same.status == exit_status{2, 0});
    says(same.output, "is in use by roi-nameserver, pid " + pid);

    const auto socket = roi::support::run(f.here.run(NAMESERVER, f.arguments({"--ephemeral"})));
    CHECK(socket.status == exit_status{2, 0});
    says(socket.output, "is served by roi-nameserver, pid " + pid);

    const auto elsewhere = f.here.directory() / "other";
    const auto store =
        roi::support::run(f.here.run(NAMESERVER, f.arguments({"--socket", elsewhere.string()})));
    CHECK(store.status == exit_status{2, 0});
    says(store.output, "is in use by roi-nameserver, pid " + pid);
    CHECK_MESSAGE(f.names().state().pid == f.daemon->pid(), "and the first goes on");
}

TEST_CASE("a name server that is asked to end does so, with the names kept") {
    fixture f;
    f.start();
    CHECK(f.names().publish(raw("kept", 1)).status == status::ok);
    f.daemon->signal(SIGTERM);
    CHECK(f.daemon->wait() == exit_status{0, 0});
    says(f.daemon->output(), "event=stopped");
    CHECK_FALSE(std::filesystem::exists(f.here.name_server_socket()));
    f.start();
    CHECK(f.holds("kept"));
}

TEST_CASE("callers over TCP look up, and publish only where that is allowed to all") {
    fixture f;
    f.start({"--listen", "tcp://127.0.0.1:0"});
    const auto at_tcp = [&] {
        return name_service_client{
            roi::at(f.ready.substr(f.ready.find("tcp://")), fixture::server_object())};
    };
    process server = f.server();
    CHECK(at_tcp().resolve({"/", "counter", {}, {}}).status == status::ok);
    const auto denied = at_tcp().publish(raw("mine", 1));
    CHECK(denied.status == status::denied);
    says(denied.text, "--insecure");
    CHECK(at_tcp().withdraw({"/", "counter", {1, 1}}).status == status::denied);
    CHECK_FALSE(f.holds("mine"));
    f.kill();

    f.start({"--listen", "tcp://127.0.0.1:0", "--insecure"});
    CHECK(at_tcp().publish(raw("mine", 1)).status == status::ok);
    CHECK(f.find("mine").locations.at(0).holder.uid == -1);
}

TEST_CASE("what it listens on beyond this host is said to be unauthenticated") {
    fixture f;
    f.start({"--listen", "tcp://0.0.0.0:0"});
    says(f.daemon->output(), "event=unauthenticated listen=tcp://0.0.0.0:0");
}

TEST_CASE("no acknowledged name is lost, whenever the name server is killed") {
    fixture f;
    std::map<std::string, publish_answer> acknowledged;
    std::mutex mutex;
    std::uint64_t revision = 0;
    std::uint64_t next = 1;
    for (int round = 0; round < 8; ++round) {
        f.start();
        CHECK(f.names().state().at.revision >= revision);
        for (const auto& [name, answer] : acknowledged) {
            const entry e = f.find(name);
            CHECK(e.address == answer.address);
            CHECK(e.locations.at(0).generation == answer.generation);
        }
        // Four publish as fast as they can until the name server is gone.
        const std::uint64_t enough = 20 + 5 * static_cast<std::uint64_t>(round);
        std::atomic<std::uint64_t> done{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                auto names = f.names().with({.deadline = 500ms});
                while (done < enough) {
                    std::string name;
                    std::uint64_t instance = 0;
                    {
                        const std::lock_guard lock{mutex};
                        instance = next++;
                        name = "n" + std::to_string(instance);
                    }
                    try {
                        const auto answer = names.publish(raw(name, instance));
                        const std::lock_guard lock{mutex};
                        if (answer.status != status::ok) continue;
                        revision = std::max(revision, answer.generation);
                        acknowledged.emplace(name, answer);
                        if (++done == enough) f.daemon->signal(SIGKILL);
                    } catch (const roi::error&) {
                        // Killed, or slow: not acknowledged.
                    }
                }
            });
        }
        for (std::thread& t : threads)
            t.join();
        f.kill();
    }
    f.start();
    for (const auto& [name, answer] : acknowledged) {
        CHECK(f.find(name).locations.at(0).generation == answer.generation);
    }
    CHECK(f.names().state().names >= acknowledged.size());
}

TEST_CASE("a store that cannot be used is refused in words, and left as it is") {
    fixture f;
    const auto data = f.here.directory() / "data";
    std::filesystem::create_directories(data);
    std::ofstream{data / "names.db"} << std::string(4096, 'x');
    const auto text =
        roi::support::run(f.here.run(NAMESERVER, f.arguments({"--data", data.string()})));
    CHECK(text.status == exit_status{2, 0});
    says(text.output, "is not a SQLite file");
    std::ofstream{f.here.directory() / "file"} << "x";
    const auto file = roi::support::run(f.here.run(
        NAMESERVER, f.arguments({"--data", (f.here.directory() / "file" / "data").string()})));
    CHECK(file.status == exit_status{2, 0});
    says(file.output, "cannot be made");
    says(file.output, "--ephemeral");
}

TEST_CASE(
    "where the disk is full publishing fails in words, the rest goes on, and so it does later") {
    fixture f;
    f.start();
    process server = f.server();
    test::counter_client client;
    CHECK(client.next() == 1);
    const auto log = f.here.directory() / "state/roi/names.db-wal";
    const rlimit full{std::filesystem::file_size(log), RLIM_INFINITY};
    REQUIRE(::prlimit(f.daemon->pid(), RLIMIT_FSIZE, &full, nullptr) == 0);

    const auto refused = f.names().publish(raw("late", 9));
    CHECK(refused.status == status::store_failed);
    says(refused.text, "the change could not be stored in " + log.string().substr(0, 10));
    says(refused.text, "File too large");
    process second(f.here.run(COUNTER_SERVER, {"second"}));
    says(second.wait_for("not yet registered"), "File too large");
    says(f.daemon->wait_for("event=store_failed"), "File too large");

    CHECK_FALSE(f.holds("late"));
    CHECK(f.find("counter").locations.at(0).holder.pid == server.pid());
    CHECK(f.names().list({"/", "", "", 10}).entries.size() == 1);
    test::counter_client fresh;
    CHECK(fresh.next() == 2);
    // A name that nobody can strike off is there until there is room, but nobody is called.
    server.kill();
    f.daemon->wait_for("event=store_failed");
    CHECK_MESSAGE(second.output().find("is back") == std::string::npos, "it was never away");

    const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
    REQUIRE(::prlimit(f.daemon->pid(), RLIMIT_FSIZE, &room, nullptr) == 0);
    const auto recovered = std::chrono::steady_clock::now();
    CHECK(f.names().publish(raw("late", 9)).status == status::ok);
    says(f.daemon->wait_for("event=expired"), "name=/counter why=\"holder gone\"");
    CHECK_MESSAGE(std::chrono::steady_clock::now() - recovered < 8s, "not by its lease");
    second.wait_for("'second' is registered");
    f.kill();
    f.start();
    CHECK(f.holds("late"));
    CHECK_FALSE(f.holds("counter"));
}

TEST_CASE("a disk that fails ends the name server; the next start writes the store anew") {
    fixture f;
    const auto failing = f.here.directory() / "fail";
    // The loader's own variables, and the sanitizer's that wants to be loaded first.
    auto start = [&] {
        auto command = f.here.run(NAMESERVER, f.arguments());
        command.environment["LD_PRELOAD"] = FAILING_SYNC;
        command.environment["FAIL_SYNC"] = failing.string();
        command.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
        f.daemon.emplace(command);
        f.ready = f.daemon->wait_for("ready unix:");
    };
    start();
    CHECK(f.names().publish(raw("kept", 1)).status == status::ok);
    std::ofstream{failing} << "x";
    const roi::error e =
        failure_of([&] { f.names().with({.deadline = 2s}).publish(raw("lost", 2)); });
    CHECK_MESSAGE(e.outcome() == roi::outcome::unknown, "nobody knows what is on the disk");
    CHECK(f.daemon->wait() == exit_status{3, 0});
    says(f.daemon->output(), "event=store_lost");

    auto command = f.here.run(NAMESERVER, f.arguments());
    command.environment["LD_PRELOAD"] = FAILING_SYNC;
    command.environment["FAIL_SYNC"] = failing.string();
    command.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
    const auto refused = roi::support::run(command);
    CHECK(refused.status == exit_status{2, 0});
    says(refused.output, "has to be rewritten, for the disk failed when it was last written");

    std::filesystem::remove(failing);
    start();
    CHECK(f.holds("kept"));
    CHECK(f.names().publish(raw("lost", 2)).status == status::ok);
}

TEST_CASE("wrong options are refused before anything is touched") {
    fixture f;
    const auto level = roi::support::run(f.here.run(NAMESERVER, {"--log-level", "loud"}));
    CHECK(level.status.code != 0);
    const auto parent = roi::support::run(f.here.run(NAMESERVER, {"--parent", "nonsense"}));
    CHECK(parent.status == exit_status{2, 0});
    says(parent.output, "is no scope");
    const auto help = roi::support::run(f.here.run(NAMESERVER, {"--help"}));
    CHECK(help.status == exit_status{0, 0});
    says(help.output, "--ephemeral");
}
