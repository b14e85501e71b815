// The naming client against registries in the same process, with time that the test moves: what it
// finds, what it keeps registered, and what it says when it cannot.
#include "registrar.hpp"
#include "registry/registry.hpp"
#include "resolver.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace roi::naming;
using namespace std::chrono_literals;
using roi::errc;

namespace {

/// Name servers that answer at once, or not at all, and a clock.
class world final : public port {
public:
    struct server {
        std::unique_ptr<roi::nameserver::store> keeps;
        std::unique_ptr<roi::nameserver::registry> names;
        bool up = true;
        std::string parent;
        status answer = status::ok;  // anything else is answered to every publication
    };
    std::map<std::string, server> servers;
    std::vector<std::string> defaults;
    std::vector<std::string> log_lines;
    std::map<std::string, int> asked;  // by kind
    std::multimap<time_point, std::function<void()>> timers;
    time_point clock{};
    std::uint64_t minted = 0;

    server& start(const std::string& endpoint, std::int64_t wall_ms = 1'700'000'000'000) {
        server& s = servers[endpoint];
        s.keeps = roi::nameserver::make_memory_store(wall_ms);
        s.names = std::make_unique<roi::nameserver::registry>(
            roi::nameserver::registry::options{{},
                                               [this] {
                                                   return id128{9, ++minted};
                                               },
                                               {}});
        s.names->load(*s.keeps, moment());
        s.up = true;
        return s;
    }
    roi::nameserver::moment moment() const { return {clock.time_since_epoch() + 1000s, 0}; }

    void advance(duration by) {
        const time_point end = clock + by;
        while (!timers.empty() && timers.begin()->first <= end) {
            auto node = timers.extract(timers.begin());
            clock = std::max(clock, node.key());
            node.mapped()();
        }
        clock = end;
    }

    roi::nameserver::caller who{1000, 4, "alice", 1, true};
    template <class Answer, class Ask>
    reply<Answer> call(const char* kind, const std::string& endpoint, Ask ask) {
        ++asked[kind];
        const auto at = servers.find(endpoint);
        if (at == servers.end() || !at->second.up) {
            return roi::error{errc::unreachable, roi::outcome::not_executed,
                              endpoint + ": connection refused"};
        }
        return ask(at->second);
    }
    void commit(server& s) {
        std::string why;
        const auto changes = s.names->staged();
        if (!changes.empty()) (void)s.keeps->commit(changes, why);
        s.names->commit(moment());
    }
    reply<resolve_answer> find(const std::string& endpoint, const resolve_request& what) {
        return call<resolve_answer>("resolve", endpoint, [&](server& s) {
            resolve_answer out;
            auto hit = s.names->lookup(what.scope, what.name);
            out.status = hit.status;
            out.text = hit.text;
            out.entry = hit.entry;
            if (hit.status == status::not_found) out.parent = s.parent;
            if (hit.status == status::ok && what.type != hit.entry.type) {
                out.status =
                    what.description.empty() ? status::need_description : status::type_mismatch;
                out.text = "balance differs";
            }
            return out;
        });
    }

    void publish(const std::string& e, const publish_request& what, duration,
                 on_reply<publish_answer> done) override {
        done(call<publish_answer>("publish", e, [&](server& s) {
            publish_answer out;
            out.status = s.answer;
            out.text = "not now";
            if (s.answer == status::ok) {
                out = s.names->publish(what, who, moment());
                commit(s);
            }
            return out;
        }));
    }
    void withdraw(const std::string& e, const withdraw_request& what, duration limit,
                  on_reply<withdraw_answer> done) override {
        done(withdraw_now(e, what, limit));
    }
    void renew(const std::string& e, const renew_request& what, duration,
               on_reply<renew_answer> done) override {
        done(call<renew_answer>("renew", e,
                                [&](server& s) { return s.names->renew(what, who, moment()); }));
    }
    void resolve(const std::string& e, const resolve_request& what, duration,
                 on_reply<resolve_answer> done) override {
        done(find(e, what));
    }
    reply<resolve_answer> resolve_now(const std::string& e, const resolve_request& what,
                                      duration) override {
        return find(e, what);
    }
    reply<withdraw_answer> withdraw_now(const std::string& e, const withdraw_request& what,
                                        duration) override {
        return call<withdraw_answer>("withdraw", e, [&](server& s) {
            const auto out = s.names->withdraw(what, who);
            commit(s);
            return out;
        });
    }
    void before_blocking() noexcept override {}
    time_point now() const override { return clock; }
    void after(duration delay, std::function<void()> work) override {
        timers.emplace(clock + delay, std::move(work));
    }
    double chance() override { return 0.5; }
    std::vector<std::string> default_servers() override { return defaults; }
    std::string explain_default_servers() override { return "everywhere"; }
    void log(level, const std::string& line) override { log_lines.push_back(line); }

    bool said(const std::string& part) const {
        for (const auto& line : log_lines) {
            if (line.find(part) != std::string::npos) return true;
        }
        return false;
    }
    bool knows(const std::string& endpoint, const std::string& path) {
        return servers.at(endpoint).names->lookup("/", path).status == status::ok;
    }
};

struct observer final : registration_observer {
    std::vector<std::string> events;
    id128 address;
    std::uint64_t generation = 0;
    void registered(const id128& a, std::uint64_t g) noexcept override {
        events.emplace_back("registered");
        address = a;
        generation = g;
    }
    void refused(refusal&& why) noexcept override { events.push_back("refused: " + why.text); }
    void not_reachable(refusal&& why) noexcept override {
        events.push_back("not reachable: " + why.text);
    }
};

struct fixture {
    std::shared_ptr<world> w = std::make_shared<world>();
    std::shared_ptr<registrar> keeper;
    std::shared_ptr<resolver> finder;

    fixture() {
        w->defaults = {"unix:/a", "unix:/b"};
        keeper = make(1);
        finder = std::make_shared<resolver>(w);
    }
    std::shared_ptr<registrar> make(std::uint64_t instance) {
        return std::make_shared<registrar>(
            w, registrar::options{{}, 15s, {1, instance}, {"server", 4, "", -1, "host"}});
    }
    registrar::publication bank() {
        registrar::publication p;
        p.scope = "/";
        p.name = "bank";
        p.endpoints = {"unix:/bank"};
        p.address = {77, 1};
        return p;
    }
    std::string find(lookup_request what, duration give = 30s, bool refresh = false) {
        what.deadline = w->clock + give;
        std::string out = "pending";
        finder->resolve(what, refresh, [&](lookup::done&& done) {
            if (auto* hit = std::get_if<found>(&done)) {
                out = hit->entry.locations.at(0).endpoints.at(0) + " from " + hit->server;
            } else {
                out = std::get<not_found>(done).text;
            }
        });
        w->advance(give + 1ms);
        return out;
    }
    static lookup_request named(std::string name, std::string scope = {}) {
        lookup_request r;
        r.name = std::move(name);
        r.scope = std::move(scope);
        return r;
    }
};

}  // namespace

TEST_CASE("the first name server that answers is taken, and the address offered is kept") {
    fixture f;
    f.w->start("unix:/b");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    CHECK(seen->events == std::vector<std::string>{"registered"});
    CHECK(seen->address == id128{77, 1});
    CHECK(f.w->knows("unix:/b", "bank"));
}

TEST_CASE("with no name server in reach it is said once, and tried until there is one") {
    fixture f;
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    f.w->advance(60s);
    REQUIRE(seen->events.size() == 1);
    CHECK(seen->events[0] ==
          "not reachable: no name server is in reach; looked at everywhere (unix:/b: connection "
          "refused: the server cannot be reached); start one with roi-nameserver");
    f.w->start("unix:/a");
    f.w->advance(6s);
    CHECK(seen->events.back() == "registered");
    CHECK(f.w->knows("unix:/a", "bank"));
}

TEST_CASE("a renewed lease keeps the name for ever, with one renewal per third of its TTL") {
    fixture f;
    auto& s = f.w->start("unix:/a");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    f.w->asked.clear();
    for (int i = 0; i < 600; ++i) {
        f.w->advance(1s);
        CHECK(s.names->expire(f.w->moment(), 0s).removed.empty());
        f.w->commit(s);
    }
    CHECK(f.w->knows("unix:/a", "bank"));
    CHECK(f.w->asked["renew"] >= 119);
    CHECK(f.w->asked["renew"] <= 121);
    CHECK(f.w->asked["publish"] == 0);
    CHECK(seen->events.size() == 1);
}

TEST_CASE("after an outage the names of all are back, with address and a higher generation") {
    fixture f;
    f.w->start("unix:/a");
    auto one = std::make_shared<observer>();
    auto two = std::make_shared<observer>();
    f.keeper->publish(f.bank(), one);
    auto shop = f.bank();
    shop.name = "shop";
    shop.address = {77, 2};
    f.keeper->publish(shop, two);
    const auto before = one->generation;
    f.w->servers["unix:/a"].up = false;
    f.w->advance(60s);
    CHECK(f.w->said("serving on, and trying to renew the lease"));
    // Another store, as --ephemeral has after a restart.
    f.w->start("unix:/a", 1'700'000'060'000);
    f.w->advance(6s);
    CHECK(f.w->knows("unix:/a", "bank"));
    CHECK(f.w->knows("unix:/a", "shop"));
    CHECK(one->address == id128{77, 1});
    CHECK(one->generation > before);
    CHECK(one->events == std::vector<std::string>{"registered", "registered"});
    CHECK(two->events == std::vector<std::string>{"registered", "registered"});
    CHECK(f.w->said("bank is published again at unix:/a"));
}

TEST_CASE("a name server that restarts with its store is not told anything anew") {
    fixture f;
    f.w->start("unix:/a");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    f.w->servers["unix:/a"].up = false;
    f.w->advance(60s);
    f.w->servers["unix:/a"].up = true;
    f.w->advance(6s);
    CHECK(f.w->said("is back"));
    CHECK(seen->events.size() == 1);
    CHECK(f.w->asked["publish"] == 1);
}

TEST_CASE("a name that the server lost alone is published again at the next renewal") {
    fixture f;
    auto& s = f.w->start("unix:/a");
    auto one = std::make_shared<observer>();
    auto two = std::make_shared<observer>();
    f.keeper->publish(f.bank(), one);
    auto shop = f.bank();
    shop.name = "shop";
    f.keeper->publish(shop, two);
    s.names->withdraw({"/", "shop", {1, 1}}, f.w->who);
    f.w->commit(s);
    f.w->advance(6s);
    CHECK(f.w->knows("unix:/a", "shop"));
    CHECK_MESSAGE(
        one->generation ==
            f.w->servers["unix:/a"].names->lookup("/", "bank").entry.locations[0].generation,
        "what was still there stays as it was");
}

TEST_CASE("a conflict is told with the holder, also when the name was taken during an outage") {
    fixture f;
    f.w->start("unix:/a");
    auto first = std::make_shared<observer>();
    auto second = std::make_shared<observer>();
    f.keeper->publish(f.bank(), first);
    auto rival = f.make(2);
    rival->publish(f.bank(), second);
    REQUIRE(second->events.size() == 1);
    CHECK(second->events[0].find("/bank is published by server (pid 4, user alice") !=
          std::string::npos);

    f.w->servers["unix:/a"].up = false;
    f.w->advance(60s);
    f.w->start("unix:/a");
    auto third = std::make_shared<observer>();
    auto quick = f.make(3);
    quick->publish(f.bank(), third);
    CHECK(third->events == std::vector<std::string>{"registered"});
    f.w->advance(6s);
    CHECK(first->events.back().find("refused: /bank is published by") == 0);
}

TEST_CASE("one process does not publish a name twice") {
    fixture f;
    f.w->start("unix:/a");
    auto one = std::make_shared<observer>();
    auto two = std::make_shared<observer>();
    const auto number = f.keeper->publish(f.bank(), one);
    f.keeper->publish(f.bank(), two);
    CHECK(two->events ==
          std::vector<std::string>{"refused: bank is published by this process already"});
    f.keeper->withdraw(number, registrar::waiting::for_answer);
    CHECK_FALSE(f.w->knows("unix:/a", "bank"));
    auto three = std::make_shared<observer>();
    f.keeper->publish(f.bank(), three);
    CHECK(three->events == std::vector<std::string>{"registered"});
}

TEST_CASE("a store that refuses is asked again until it takes the name") {
    fixture f;
    auto& s = f.w->start("unix:/a");
    s.answer = status::store_failed;
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    f.w->advance(10s);
    REQUIRE(seen->events.size() == 1);
    CHECK(seen->events[0].find("cannot publish bank now: not now") != std::string::npos);
    // Less and less often, and without a word each time.
    f.w->asked.clear();
    f.w->log_lines.clear();
    f.w->advance(60s);
    CHECK(f.w->asked["publish"] >= 30);
    CHECK(f.w->asked["publish"] <= 80);
    CHECK(f.w->log_lines.empty());
    CHECK(seen->events.size() == 1);
    s.answer = status::ok;
    f.w->advance(6s);
    CHECK(seen->events.back() == "registered");
}

TEST_CASE("a default name server that refuses strangers is none, until the right one is up") {
    fixture f;
    f.w->defaults = {"unix:/a", "tcp://127.0.0.1:7411"};
    f.w->start("tcp://127.0.0.1:7411").answer = status::denied;
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    REQUIRE(seen->events.size() == 1);
    CHECK(seen->events[0] ==
          "not reachable: the name server at tcp://127.0.0.1:7411 refuses: not now");
    f.w->log_lines.clear();
    f.w->advance(60s);
    CHECK(f.w->log_lines.empty());
    f.w->start("unix:/a");
    f.w->advance(6s);
    CHECK(seen->events.back() == "registered");
    CHECK(f.w->knows("unix:/a", "bank"));
}

TEST_CASE("nothing is told or asked after the stop") {
    fixture f;
    f.w->start("unix:/a");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    f.keeper->stop();
    f.w->asked.clear();
    f.w->advance(60s);
    CHECK(f.w->asked.empty());
    auto late = std::make_shared<observer>();
    f.keeper->publish(f.bank(), late);
    CHECK(late->events == std::vector<std::string>{"refused: the runtime is stopping"});

    std::string end;
    auto what = fixture::named("nothing");
    f.finder->resolve(what, false, [&](lookup::done&& d) { end = std::get<not_found>(d).text; });
    CHECK(end.empty());
    f.finder->stop();
    CHECK(end == "the runtime is stopping");
    CHECK(std::get<not_found>(f.finder->resolve_now(what, false)).code == errc::shutting_down);
}

TEST_CASE("a lookup waits for a server, and for a name server, that is not yet there") {
    fixture f;
    std::string end;
    f.finder->resolve(fixture::named("bank"), false, [&](lookup::done&& d) {
        end = std::get<found>(d).entry.locations.at(0).endpoints.at(0);
    });
    f.w->advance(5s);
    f.w->start("unix:/b");
    f.w->advance(5s);
    CHECK(end.empty());
    f.keeper->publish(f.bank(), std::make_shared<observer>());
    f.w->advance(2s);
    CHECK(end == "unix:/bank");
}

TEST_CASE("a lookup that waits says once for what, and one that is quick says nothing") {
    fixture f;
    f.w->start("unix:/a");
    auto what = fixture::named("bank");
    what.deadline = f.w->clock + 30s;
    f.finder->resolve(what, false, [](lookup::done&&) {});
    f.w->advance(1900ms);
    CHECK(f.w->log_lines.empty());
    f.w->advance(25s);
    CHECK(f.w->log_lines ==
          std::vector<std::string>{"waiting for 'bank': no server is published as 'bank' in /"});
}

TEST_CASE("a lookup that ends in vain says what it tried") {
    fixture f;
    CHECK(f.find(fixture::named("bank"), 3s) ==
          "no name server is in reach; looked at everywhere (unix:/b: connection refused: the "
          "server cannot be reached); start one with roi-nameserver");
    f.w->start("unix:/b");
    CHECK(f.find(fixture::named("bank"), 3s) == "no server is published as 'bank' in /");
    CHECK(f.find(fixture::named("bank", "nonsense"), 3s).find("is no scope") != std::string::npos);
}

TEST_CASE("many lookups of one name are one search") {
    fixture f;
    f.w->start("unix:/a");
    int ended = 0;
    for (int i = 0; i < 100; ++i) {
        f.finder->resolve(fixture::named("bank"), false, [&](lookup::done&&) { ++ended; });
    }
    CHECK(f.w->asked["resolve"] == 1);
    f.w->advance(10s);
    CHECK(f.w->asked["resolve"] < 25);
    f.keeper->publish(f.bank(), std::make_shared<observer>());
    f.w->advance(2s);
    CHECK(ended == 100);
}

TEST_CASE("an answer is remembered, until it is doubted or old") {
    fixture f;
    f.w->start("unix:/a");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    const auto what = fixture::named("bank");
    CHECK(f.find(what, 1s) == "unix:/bank from unix:/a");
    CHECK(f.find(what, 1s) == "unix:/bank from unix:/a");
    CHECK(f.w->asked["resolve"] == 1);
    f.find(what, 1s, true);
    CHECK(f.w->asked["resolve"] == 2);
    f.w->advance(6s);
    f.find(what, 1s);
    CHECK(f.w->asked["resolve"] == 3);
}

TEST_CASE(
    "a location that did not serve is asked for again, and given out when there is no other") {
    fixture f;
    f.w->start("unix:/a");
    auto seen = std::make_shared<observer>();
    f.keeper->publish(f.bank(), seen);
    auto what = fixture::named("bank");
    what.stale_generation = seen->generation;
    CHECK(f.find(what) == "unix:/bank from unix:/a");
    CHECK(f.w->asked["resolve"] == lookup::max_stale + 1);

    std::string end;
    f.finder->resolve(what, true, [&](lookup::done&& d) {
        end = std::get<found>(d).entry.locations.at(0).endpoints.at(0);
    });
    CHECK(end.empty());
    f.keeper->withdraw(1, registrar::waiting::for_answer);
    auto next = f.bank();
    next.endpoints = {"unix:/bank2"};
    f.make(2)->publish(next, std::make_shared<observer>());
    f.w->advance(1s);
    CHECK(end == "unix:/bank2");
}

TEST_CASE("descriptions travel only when they are asked for, and a misfit is explained") {
    fixture f;
    f.w->start("unix:/a");
    auto p = f.bank();
    p.type = {"demo.Bank", {1, 2}};
    p.description = {std::byte{1}};
    auto seen = std::make_shared<observer>();
    f.keeper->publish(p, seen);
    CHECK(seen->events == std::vector<std::string>{"registered"});
    CHECK_MESSAGE(f.w->asked["publish"] == 2, "the first without the description");

    auto what = fixture::named("bank");
    what.type = {"demo.Bank", {1, 2}};
    CHECK(f.find(what) == "unix:/bank from unix:/a");
    CHECK(f.w->asked["resolve"] == 1);
    what.type.fingerprint = {1, 3};
    what.description = {std::byte{2}};
    CHECK(f.find(what) == "balance differs");
    CHECK(f.w->asked["resolve"] == 3);
}

TEST_CASE("lookups walk from name server to name server, and never in circles") {
    fixture f;
    f.w->start("unix:/a");
    f.w->start("unix:/inner").parent = "unix:/middle#/team";
    f.w->start("unix:/middle").parent = "default:";
    f.keeper->publish(f.bank(), std::make_shared<observer>());
    CHECK(f.find(fixture::named("bank", "unix:/inner")) == "unix:/bank from unix:/a");
    CHECK(f.w->asked["resolve"] == 3);
    f.w->servers["unix:/middle"].parent = "unix:/inner";
    CHECK(f.find(fixture::named("shop", "unix:/inner"), 2s).find("lead in a circle") !=
          std::string::npos);
}

TEST_CASE("blocking lookups follow the same rules") {
    fixture f;
    f.w->start("unix:/a");
    f.keeper->publish(f.bank(), std::make_shared<observer>());
    auto what = fixture::named("bank");
    what.deadline = f.w->clock + 1s;
    CHECK(std::holds_alternative<found>(f.finder->resolve_now(what, false)));
    CHECK(std::holds_alternative<found>(f.finder->resolve_now(what, false)));
    CHECK(f.w->asked["resolve"] == 1);
    what.name = "nothing";
    what.deadline = f.w->clock;
    CHECK(std::get<not_found>(f.finder->resolve_now(what, false)).code == errc::no_name_server);
}

TEST_CASE("scopes are read as users write them") {
    std::string why;
    const auto read = [&](const char* text) { return scope_name::parse(text, why); };
    CHECK(read("")->path == "/");
    CHECK(read("/team/alice")->path == "/team/alice");
    CHECK(read("unix:/run/x")->server == "unix:/run/x");
    CHECK(read("unix:/run/x#/team")->path == "/team");
    CHECK(read("tcp://[::1]:7411#/team")->server == "tcp://[::1]:7411");
    CHECK(read("default:#/team")->where == scope_name::place::default_server);
    CHECK(read("local:")->where == scope_name::place::local);
    for (const char* bad : {"team", "unix:", "tcp://", "http://x", "/a#/b", "unix:/x#team"}) {
        CAPTURE(bad);
        why.clear();
        CHECK_FALSE(read(bad));
        CHECK_FALSE(why.empty());
    }
}

TEST_CASE("the default name server is looked for where nobody else could have put one") {
    std::map<std::string, std::string> variables;
    std::map<std::string, unsigned> sockets;
    surroundings here;
    here.environment = [&](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional{at->second};
    };
    here.owner_of = [&](const std::string& path) -> std::optional<unsigned> {
        const auto at = sockets.find(path);
        return at == sockets.end() ? std::nullopt : std::optional{at->second};
    };
    here.user = 1000;
    here.roi_user = 120;
    using list = std::vector<std::string>;
    CHECK(default_servers(here) == list{"tcp://127.0.0.1:7411"});
    variables["XDG_RUNTIME_DIR"] = "/run/user/1000";
    sockets["/run/user/1000/roi/nameserver"] = 1000;
    for (const unsigned trusted : {0U, 120U, 1000U}) {
        sockets["/run/roi/nameserver"] = trusted;
        CHECK(default_servers(here) == list{"unix:/run/user/1000/roi/nameserver",
                                            "unix:/run/roi/nameserver", "tcp://127.0.0.1:7411"});
    }
    sockets["/run/roi/nameserver"] = 1001;
    CHECK(default_servers(here) ==
          list{"unix:/run/user/1000/roi/nameserver", "tcp://127.0.0.1:7411"});
    CHECK(explain_default_servers(here).find(
              "/run/roi/nameserver (belongs to user 1001, so it is not trusted)") !=
          std::string::npos);
    variables["ROI_NAMESERVER"] = "unix:/x,tcp://10.0.0.1:7411";
    CHECK(default_servers(here) == list{"unix:/x", "tcp://10.0.0.1:7411"});
}
