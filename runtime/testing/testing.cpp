// The public face of the simulated network.
#include <roi/testing.hpp>

#include "simulation.hpp"

#include <roi/error.hpp>

namespace roi::testing {
namespace {

class facade final : public net::engine {
public:
    explicit facade(std::shared_ptr<detail::simulated_engine> to) : to_(std::move(to)) {}
    ~facade() override { to_->end(); }

    void set_sink(core::call_sink* sink) override { to_->sink = sink; }
    std::string listen(const std::string&) override {
        if (!to_->alive())
            throw error{errc::shutting_down, outcome::not_executed, "this host has crashed"};
        return to_->listen();
    }
    void unlisten(const std::string& where) override { to_->unlisten(where); }
    std::vector<std::string> endpoints() const override { return to_->endpoints; }
    std::shared_ptr<core::channel> connect(const std::string& where) override {
        return to_->connect(where);
    }
    core::executor& executor() override { return *to_; }
    core::callee_sessions& served_sessions() override { return to_->served_sessions; }
    identity runtime_id() const override { return {to_->identity.high, to_->identity.low}; }
    bool stop(core::time_point deadline) override { return to_->stop(deadline); }

private:
    std::shared_ptr<detail::simulated_engine> to_;
};

}  // namespace

host::host(std::shared_ptr<detail::simulation> in, std::string name)
    : simulation_(std::move(in)), name_(std::move(name)) {}

host::~host() = default;

std::unique_ptr<net::engine> host::make_engine() {
    auto made = std::make_shared<detail::simulated_engine>(simulation_, name_);
    running_ = made;
    return std::make_unique<facade>(std::move(made));
}

void host::crash() {
    if (const auto running = running_.lock()) running->crash();
}

network::network(std::uint64_t seed) : simulation_(std::make_shared<detail::simulation>(seed)) {}

network::~network() {
    // Events hold what they act on; what can never happen any more is let go.
    while (simulation_->step()) {
    }
}

std::uint64_t network::seed() const noexcept {
    return simulation_->seed();
}

host& network::add(const std::string& name) {
    hosts_.push_back(std::make_unique<host>(simulation_, name));
    return *hosts_.back();
}

void network::latency(std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
    simulation_->least = least;
    simulation_->most = most < least ? least : most;
}

void network::fragment(std::size_t most) {
    simulation_->fragment = most;
}

void network::hold(const host& a, const host& b) {
    simulation_->note(a.name() + " - " + b.name() + " held");
    simulation_->between(a.name(), b.name()).held = true;
}

void network::release(const host& a, const host& b) {
    simulation_->note(a.name() + " - " + b.name() + " released");
    simulation_->between(a.name(), b.name()).held = false;
    simulation_->link_changed(a.name(), b.name());
}

void network::drop(const host& a, const host& b) {
    simulation_->note(a.name() + " - " + b.name() + " dropped");
    simulation_->reset_between(a.name(), b.name());
}

void network::partition(const host& a, const host& b) {
    simulation_->note(a.name() + " - " + b.name() + " partitioned");
    simulation_->between(a.name(), b.name()).cut = true;
    simulation_->link_changed(a.name(), b.name());
}

void network::repair(const host& a, const host& b) {
    simulation_->note(a.name() + " - " + b.name() + " repaired");
    simulation_->between(a.name(), b.name()).cut = false;
    simulation_->link_changed(a.name(), b.name());
}

std::chrono::nanoseconds network::elapsed() const noexcept {
    return simulation_->now() - core::time_point{std::chrono::hours{1}};
}

bool network::step() {
    return simulation_->step();
}

void network::run_for(std::chrono::nanoseconds span) {
    simulation_->run_until(simulation_->now() + span);
}

bool network::run_until_idle(std::chrono::nanoseconds most) {
    const auto end = simulation_->now() + most;
    while (!simulation_->idle() && simulation_->now() <= end)
        simulation_->step();
    return simulation_->idle();
}

const std::vector<std::string>& network::trace() const noexcept {
    return simulation_->trace();
}

}  // namespace roi::testing
