// Whole runtimes - stubs, naming, engine, session - on a simulated network with faults: what
// callers are told is compared with what the bank did.
#include <roi/testing.hpp>

#include "api/runtime_core.hpp"
#include "behaviour/handwritten/bank.roi.hpp"
#include "core/naming.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roi::outcome;
using roi::testing::host;
using roi::testing::network;

// The names of the simulated world: always in reach, and asked again every 50 ms of its time.
struct entry {
    roi::core::resolution where;
    const void* holder = nullptr;
};
std::map<std::string, entry> names;
std::uint64_t last_generation = 0;
constexpr auto pause = 50ms;

class world_naming final : public roi::core::naming {
public:
    explicit world_naming(roi::runtime& owner) : executor_(&owner.core()->executor()) {}

    std::variant<roi::core::resolution, roi::core::naming_failure> resolve_now(
        const roi::core::resolve_request& what) override {
        for (;;) {
            if (const auto at = names.find(what.name); at != names.end()) return at->second.where;
            if (stopped_ || (what.deadline && executor_->now() + pause >= *what.deadline))
                return nothing(what);
            executor_->pass_time(pause);
        }
    }
    void resolve(const roi::core::resolve_request& what,
                 std::shared_ptr<roi::core::resolution_observer> observer) override {
        if (const auto at = names.find(what.name); at != names.end()) {
            auto where = at->second.where;
            return observer->resolved(std::move(where));
        }
        if (stopped_ || (what.deadline && executor_->now() + pause >= *what.deadline))
            return observer->not_resolved(nothing(what));
        auto& waits = waiting_[++last_];
        waits = {this, last_, what, std::move(observer), 0};
        waits.timer = executor_->start_timer(
            executor_->now() + pause,
            [](void* self) {
                auto& due = *static_cast<waiting*>(self);
                auto* const by = due.by;
                auto node = by->waiting_.extract(due.number);
                by->resolve(node.mapped().what, std::move(node.mapped().observer));
            },
            &waits);
    }
    std::unique_ptr<roi::core::registration> publish(
        const roi::core::publish_request& what,
        std::shared_ptr<roi::core::publication_observer> observer) override {
        class kept final : public roi::core::registration {
        public:
            ~kept() override { kept::withdraw(); }
            void withdraw() noexcept override {
                std::erase_if(names, [&](const auto& each) { return each.second.holder == this; });
            }
        };
        auto made = std::make_unique<kept>();
        entry& at = names[what.name];
        at.holder = made.get();
        at.where.address = what.address;
        at.where.generation = ++last_generation;
        at.where.endpoints = what.endpoints;
        observer->registered(what.address, last_generation);
        return made;
    }
    void stop() noexcept override {
        stopped_ = true;
        auto ended = std::move(waiting_);
        waiting_.clear();
        for (auto& [number, each] : ended) {
            executor_->cancel_timer(each.timer);
            each.observer->not_resolved({roi::errc::shutting_down, "the runtime is stopping"});
        }
    }

private:
    struct waiting {
        world_naming* by = nullptr;
        std::uint64_t number = 0;
        roi::core::resolve_request what;
        std::shared_ptr<roi::core::resolution_observer> observer;
        std::uint64_t timer = 0;
    };
    static roi::core::naming_failure nothing(const roi::core::resolve_request& what) {
        return {roi::errc::name_not_found, "nothing is published as '" + what.name + "'"};
    }
    roi::core::executor* executor_;
    std::map<std::uint64_t, waiting> waiting_;
    std::uint64_t last_ = 0;
    bool stopped_ = false;
};

struct told {
    int returned = 0;
    int unknown = 0;
    int not_executed = 0;
};

/// One process of the bank: a runtime and the object, whose transfers are counted when it goes.
struct branch {
    branch(host& where, std::int64_t& moved) : runtime{where.make_runtime()}, moved_{&moved} {
        bank.emplace(roi::publication{}.on(*runtime));
    }
    ~branch() {
        *moved_ += 10'000 - bank->Bank::balance("alice");
        CHECK(bank->Bank::balance("alice") + bank->Bank::balance("bob") == 15'000);
        bank.reset();
    }
    std::unique_ptr<roi::runtime> runtime;
    std::optional<demo::BankServer> bank;

private:
    std::int64_t* moved_;
};

enum class faults {
    all,      // the server is killed, calls are cancelled and run out of time
    healing,  // connections are lost, and what is cut is joined again in time
};

std::vector<std::string> run(std::uint64_t seed, told& all, faults which) {
    names.clear();
    last_generation = 0;  // its size on the wire is part of the trace
    network net{seed};
    std::mt19937_64 random{seed};
    if (seed % 2 == 0) net.fragment(1 + random() % 200);
    host& there = net.add("bank");
    host& here = net.add("client");
    std::int64_t moved = 0;
    told about;
    {
        auto client = here.make_runtime();
        std::optional<branch> open{std::in_place, there, moved};
        demo::BankClient bank{roi::target{}.on(*client)};
        std::deque<roi::call<std::int64_t>> transfers;
        std::deque<roi::call<std::int64_t>> balances;
        for (int step = 0; step < 80; ++step) {
            switch (random() % 16) {
                case 0:
                    net.hold(there, here);
                    if (which == faults::all) break;
                    net.run_for(std::chrono::milliseconds{random() % 12'000});
                    net.release(there, here);
                    break;
                case 1:
                    net.partition(there, here);
                    if (which == faults::all) break;
                    net.run_for(std::chrono::milliseconds{random() % 12'000});
                    net.repair(there, here);
                    net.run_for(11s);  // for an attempt to connect to time out, and another one
                    break;
                case 2:
                    net.drop(there, here);
                    break;
                case 3:
                case 4:
                    net.release(there, here);
                    net.repair(there, here);
                    break;
                case 5:  // the process is killed, and started anew
                    if (random() % 4 != 0 || which == faults::healing) break;
                    there.crash();
                    open.reset();
                    open.emplace(there, moved);
                    break;
                case 6:
                    net.run_for(std::chrono::seconds{random() % 15});
                    break;
                case 7:
                case 8:
                case 9:
                    balances.push_back(bank.async_balance("alice").start());
                    break;
                default: {
                    const auto deadline = which == faults::healing
                                              ? std::chrono::milliseconds{60'000}
                                              : std::chrono::milliseconds{1 + random() % 8000};
                    auto one = bank.with({.deadline = deadline}).async_transfer("alice", "bob", 1);
                    transfers.push_back(std::move(one).start());
                    if (random() % 8 == 0 && which == faults::all) transfers.back().cancel();
                }
            }
            net.run_for(std::chrono::microseconds{random() % 3000});
        }
        net.release(there, here);
        net.repair(there, here);
        net.run_for(61s);  // longer than any deadline
        for (auto& one : transfers) {
            REQUIRE(one.has_ended());
            const auto result = one.get(roi::as_result);
            if (result) {
                ++about.returned;
            } else {
                ++(result.outcome() == outcome::unknown ? about.unknown : about.not_executed);
                CHECK(result.outcome() != outcome::executed);
                if (which == faults::healing && result.outcome() == outcome::unknown)
                    MESSAGE(std::string{result.error()->what()});
            }
        }
        for (auto& one : balances)
            CHECK(one.has_ended());
        // With the network whole again everything works, through the same stub.
        const std::int64_t held = bank.balance("alice");
        CHECK(bank.transfer("alice", "bob", 1) == held - 1);
        ++about.returned;
        open.reset();
    }
    // At most once: what returned ran, what is known not to have run did not.
    CHECK(moved >= about.returned);
    CHECK(moved <= about.returned + about.unknown);
    if (which == faults::healing) CHECK(about.unknown == 0);
    all.returned += about.returned;
    all.unknown += about.unknown;
    all.not_executed += about.not_executed;
    return net.trace();
}

void try_seeds(faults which, const char* name) {
    const char* const given = std::getenv("ROI_SEED");
    const std::uint64_t first = given ? std::strtoull(given, nullptr, 10) : 1;
    const char* const count = std::getenv("ROI_SEEDS");
    const std::uint64_t last = first + (count ? std::strtoull(count, nullptr, 10) : given ? 1 : 30);
    told all;
    for (std::uint64_t seed = first; seed < last; ++seed) {
        CAPTURE(seed);
        const auto once = run(seed, all, which);
        CHECK(once == run(seed, all, which));
    }
    MESSAGE(std::string{name}, ", seeds ", first, " to ", last - 1, ", each twice: ", all.returned,
            " returned, ", all.unknown, " unknown, ", all.not_executed, " not executed");
    // The faults did what they are for.
    if (!given && which == faults::all)
        CHECK(std::min({all.returned, all.unknown, all.not_executed}) > 0);
}

TEST_CASE("transfers under faults run at most once, and nobody is told otherwise") {
    try_seeds(faults::all, "all faults");
}

TEST_CASE("where no process ends and what was cut is joined in time, no outcome is unknown") {
    try_seeds(faults::healing, "healing faults");
}

}  // namespace

std::shared_ptr<roi::core::naming> roi::core::make_naming(runtime& owner) {
    return std::make_shared<world_naming>(owner);
}

std::string roi::core::explain_mismatch(const generated::interface&, const std::string&,
                                        std::span<const std::byte>) {
    return "there is one interface here";
}
