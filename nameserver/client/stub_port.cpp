// Calls, time and log of the naming client in a running program; what the core gets by linking.
#include "stub_port.hpp"

#include "naming_client.hpp"
#include "places.hpp"

#include "api/log.hpp"
#include "api/runtime_core.hpp"
#include "description/compatibility.hpp"
#include "name_service.roi.hpp"

#include <roi/naming.hpp>
#include <roi/runtime.hpp>

#include <coroutine>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <utility>

namespace roi::naming {
namespace {

/// A coroutine that nobody waits for: it starts at once and frees itself at its end.
struct detached {
    struct promise_type {
        detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

roi::error as_error(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const roi::error& e) {
        return e;
    } catch (const std::exception& e) {
        return {errc::remote_exception, outcome::executed, e.what()};
    }
}

template <class Answer>
detached finish(roi::call<Answer> call, on_reply<Answer> done) {
    reply<Answer> how = Answer{};
    try {
        how = co_await call;
    } catch (...) {
        how = as_error(std::current_exception());
    }
    done(std::move(how));
}

class stub_port final : public port, public std::enable_shared_from_this<stub_port> {
public:
    explicit stub_port(runtime& owner) : core_(owner.core()), random_(std::random_device{}()) {}
    ~stub_port() override {
        const auto core = core_.lock();
        for (const auto& [made, number] : timers_) {
            // One that runs now frees itself.
            if (!core || core->cancel_timer(number)) delete made;
        }
    }

    void publish(const std::string& server, const publish_request& what, duration limit,
                 on_reply<publish_answer> done) override {
        if (nobody_else_drives()) {
            return done(ask<publish_answer>(
                server, limit, [&](name_service_client& c) { return c.publish(what); }));
        }
        start<publish_answer>(server, limit, std::move(done),
                              [&](name_service_client& c) { return c.async_publish(what); });
    }
    void withdraw(const std::string& server, const withdraw_request& what, duration limit,
                  on_reply<withdraw_answer> done) override {
        start<withdraw_answer>(server, limit, std::move(done),
                               [&](name_service_client& c) { return c.async_withdraw(what); });
    }
    void renew(const std::string& server, const renew_request& what, duration limit,
               on_reply<renew_answer> done) override {
        if (nobody_else_drives()) {
            return done(ask<renew_answer>(server, limit,
                                          [&](name_service_client& c) { return c.renew(what); }));
        }
        start<renew_answer>(server, limit, std::move(done),
                            [&](name_service_client& c) { return c.async_renew(what); });
    }
    void resolve(const std::string& server, const resolve_request& what, duration limit,
                 on_reply<resolve_answer> done) override {
        start<resolve_answer>(server, limit, std::move(done),
                              [&](name_service_client& c) { return c.async_resolve(what); });
    }
    reply<resolve_answer> resolve_now(const std::string& server, const resolve_request& what,
                                      duration limit) override {
        return ask<resolve_answer>(server, limit,
                                   [&](name_service_client& c) { return c.resolve(what); });
    }
    reply<withdraw_answer> withdraw_now(const std::string& server, const withdraw_request& what,
                                        duration limit) override {
        return ask<withdraw_answer>(server, limit,
                                    [&](name_service_client& c) { return c.withdraw(what); });
    }

    void before_blocking() noexcept override {
        if (const auto core = core_.lock()) core->executor().before_blocking();
    }
    time_point now() const override {
        const auto core = core_.lock();
        return core ? core->now() : std::chrono::steady_clock::now();
    }
    void after(duration delay, std::function<void()> work) override {
        const auto core = core_.lock();
        if (!core) return;
        auto* const made = new timer{weak_from_this(), std::move(work)};
        {
            const std::lock_guard lock{mutex_};
            timers_.emplace(made, 0);
        }
        const std::uint64_t number = core->start_timer(core->now() + delay, run_timer, made);
        const std::lock_guard lock{mutex_};
        // It may have run meanwhile.
        if (const auto at = timers_.find(made); at != timers_.end()) at->second = number;
    }
    double chance() override {
        const std::lock_guard lock{mutex_};
        return std::uniform_real_distribution<>{0, 1}(random_);
    }
    std::vector<std::string> default_servers() override {
        return naming::default_servers(system_surroundings());
    }
    std::string explain_default_servers() override {
        return naming::explain_default_servers(system_surroundings());
    }
    void log(level how, const std::string& line) override {
        static constexpr log_level levels[] = {log_level::debug, log_level::info,
                                               log_level::warning, log_level::error};
        roi::detail::log(levels[static_cast<int>(how)], line);
    }

private:
    /// A stub on the name server at that endpoint, whose calls belong to nobody's call: a lookup
    /// for one caller serves others too, and a registration outlives the method that makes it.
    name_service_client client(const std::string& server, duration limit) {
        const auto core = core_.lock();
        runtime* const owner = core ? core->facade() : nullptr;
        if (!owner) {
            throw roi::error{errc::shutting_down, outcome::not_executed, "the runtime is stopping"};
        }
        call_options options;
        options.deadline = limit;
        options.detached = true;
        const std::lock_guard lock{mutex_};
        auto at = clients_.find(server);
        if (at == clients_.end()) {
            const runtime::use here{*owner};
            at = clients_
                     .emplace(server,
                              name_service_client{roi::at(server, server_object).without_waiting()})
                     .first;
        }
        return at->second.with(options);
    }

    /// Is this a thread that publishes on a user's io_context, which nobody may be running yet? It
    /// waits for the answer, so it can as well read it.
    bool nobody_else_drives() const noexcept {
        const auto core = core_.lock();
        return core && !core->executor().takes_over() && !core->executor().on_worker();
    }
    template <class Answer, class Make>
    void start(const std::string& server, duration limit, on_reply<Answer> done, Make make) {
        std::optional<roi::error> failed;
        try {
            name_service_client c = client(server, limit);
            return void(finish<Answer>(make(c), std::move(done)));
        } catch (const roi::error& e) {
            failed = e;
        }
        done(std::move(*failed));
    }
    template <class Answer, class Call>
    reply<Answer> ask(const std::string& server, duration limit, Call call) {
        try {
            name_service_client c = client(server, limit);
            return call(c);
        } catch (...) {
            return as_error(std::current_exception());
        }
    }

    struct timer {
        std::weak_ptr<stub_port> owner;
        std::function<void()> work;
    };
    static void run_timer(void* context) {
        const std::unique_ptr<timer> mine{static_cast<timer*>(context)};
        if (const auto owner = mine->owner.lock()) {
            {
                const std::lock_guard lock{owner->mutex_};
                owner->timers_.erase(mine.get());
            }
            // The timers of a runtime that stops run at once, so that nothing is lost of them.
            const auto core = owner->core_.lock();
            if (core && !core->is_stopping()) mine->work();
        }
    }

    // Weak, for the runtime owns us.
    const std::weak_ptr<roi::detail::runtime_core> core_;
    std::mutex mutex_;
    std::mt19937_64 random_;
    std::map<std::string, name_service_client> clients_;
    std::map<timer*, std::uint64_t> timers_;  // those that have not run, with their numbers
};

std::string hex(const id128& id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint64_t half : {id.high, id.low}) {
        for (int shift = 60; shift >= 0; shift -= 4)
            out += digits[(half >> shift) & 15];
    }
    return out;
}

}  // namespace

std::shared_ptr<port> make_stub_port(runtime& owner) {
    return std::make_shared<stub_port>(owner);
}

}  // namespace roi::naming

// What the runtime gets by linking.

std::shared_ptr<roi::core::naming> roi::core::make_naming(runtime& owner) {
    return std::make_shared<roi::naming::naming_client>(roi::naming::make_stub_port(owner));
}

std::string roi::core::explain_mismatch(const generated::interface& wanted,
                                        const std::string& offered,
                                        std::span<const std::byte> description) {
    if (*wanted.name == '\0') return {};  // who calls by description takes any interface
    if (offered == wanted.name && description.empty()) return {};
    return description::check_client(std::as_bytes(std::span{wanted.description}), wanted.name,
                                     description, offered)
        .summary();
}

roi::published_name roi::resolve(const std::string& name, const std::string& scope,
                                 const call_options& options) {
    runtime& owner = runtime::current();
    const auto core = owner.core();
    const auto naming = std::dynamic_pointer_cast<naming::naming_client>(core->naming());
    if (!naming) {
        throw error{errc::shutting_down, outcome::not_executed, "the runtime is stopping"};
    }
    std::optional<naming::time_point> deadline;
    if (!options.no_deadline) {
        deadline = core->now() +
                   options.deadline.value_or<std::chrono::nanoseconds>(std::chrono::seconds{30});
    }
    auto how = naming->find(name, scope.empty() ? options.scope : scope, deadline);
    if (const auto* why = std::get_if<naming::not_found>(&how)) {
        throw error{why->code, outcome::not_executed, why->text};
    }
    const auto& hit = std::get<naming::found>(how);
    published_name out;
    out.scope = hit.entry.scope;
    out.name = hit.entry.name;
    out.interface = hit.entry.type.name;
    out.address = naming::hex(hit.entry.address);
    out.name_server = hit.server;
    out.attributes = hit.entry.attributes;
    for (const naming::location& l : hit.entry.locations) {
        out.locations.push_back(
            {l.endpoints, l.generation, l.holder.program, l.holder.pid, l.holder.user,
             l.holder.host,
             std::chrono::system_clock::time_point{std::chrono::milliseconds{l.published_at_ms}}});
    }
    return out;
}
