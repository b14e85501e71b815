// Which object a stub means, under which name a server publishes, and how one call behaves.
#pragma once

#include <roi/time_limit.hpp>
#include <roi/trace.hpp>

#include <optional>
#include <string>
#include <utility>

namespace roi {

class runtime;

/// The object that a client stub means: a name in a scope, or a location given directly.
///
/// A default-constructed target is the interface's own name in the default scope.
class target {
public:
    target() = default;

    /// Looks the name up in `scope` first, then outward. Returns *this.
    target& in(std::string scope) & {
        scope_ = std::move(scope);
        return *this;
    }
    target&& in(std::string scope) && {
        scope_ = std::move(scope);
        return std::move(*this);
    }
    /// Uses `owner` in place of the current runtime. Returns *this.
    target& on(runtime& owner) & {
        runtime_ = &owner;
        return *this;
    }
    target&& on(runtime& owner) && {
        runtime_ = &owner;
        return std::move(*this);
    }

    /// Does not wait for a runtime that does not answer at an endpoint: calls end when connecting
    /// failed, for callers that know another place to try. Returns *this.
    target& without_waiting() & {
        waits_ = false;
        return *this;
    }
    target&& without_waiting() && {
        waits_ = false;
        return std::move(*this);
    }

    const std::string& name() const noexcept { return name_; }
    const std::string& scope() const noexcept { return scope_; }
    const std::string& endpoint() const noexcept { return endpoint_; }
    bool waits() const noexcept { return waits_; }
    /// Null: the current runtime (roi::runtime::current()).
    runtime* owner() const noexcept { return runtime_; }

private:
    friend target named(std::string name);
    friend target at(std::string endpoint, std::string name);
    std::string name_;
    std::string scope_;
    std::string endpoint_;
    runtime* runtime_ = nullptr;
    bool waits_ = true;
};

/// The object published under `name`.
target named(std::string name);
/// The object that the runtime at `endpoint` ("unix:/run/x", "tcp://127.0.0.1:4000") exports under
/// `name` (empty: the interface's own name); no name server is asked.
target at(std::string endpoint, std::string name = {});

/// How a server object is published. A default-constructed one means the interface's own name in
/// the default scope.
class publication {
public:
    publication() = default;

    publication& in(std::string scope) & {
        scope_ = std::move(scope);
        return *this;
    }
    publication&& in(std::string scope) && {
        scope_ = std::move(scope);
        return std::move(*this);
    }
    /// Uses `owner` in place of the current runtime. Returns *this.
    publication& on(runtime& owner) & {
        runtime_ = &owner;
        return *this;
    }
    publication&& on(runtime& owner) && {
        runtime_ = &owner;
        return std::move(*this);
    }

    const std::string& name() const noexcept { return name_; }
    const std::string& scope() const noexcept { return scope_; }
    /// Null: the current runtime (roi::runtime::current()).
    runtime* owner() const noexcept { return runtime_; }

private:
    friend publication as(std::string name);
    std::string name_;
    std::string scope_;
    runtime* runtime_ = nullptr;
};

/// Publishes under `name`: `BankServer bank{roi::as("bank2").in("/alice")};`
publication as(std::string name);

/// Options of one call: `bank.with({.deadline = 2s}).transfer(...)`. What is not set is inherited
/// from the method's marks, and from the call that this thread is serving.
struct call_options {
    /// Time until the caller gives up; at most what an enclosing call has left.
    time_limit deadline = {};
    /// Waits for ever, also where an enclosing call has a deadline.
    bool no_deadline = false;
    /// Takes neither deadline, cancellation nor trace from the enclosing call.
    bool detached = false;
    /// Scope in which the name is looked up, for this call.
    std::string scope = {};
    /// Trace that this call belongs to, in place of the enclosing call's.
    std::optional<trace_context> trace = std::nullopt;
};

}  // namespace roi
