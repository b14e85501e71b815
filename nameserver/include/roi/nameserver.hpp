// A name server inside an application, which then has a scope of its own.
#pragma once

#include <roi/naming.hpp>
#include <roi/runtime.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace roi::nameserver {

struct embedded_options {
    /// Where names are kept; empty: in memory only, so that they end with this object.
    std::filesystem::path data = {};
    /// The scope asked for names that are not here; "": none. Looking up walks outward to it.
    /// "default:" is the name server that this process finds, by the environment of now.
    std::string parent = "default:";
    /// Whoever connects may publish; else only users on this host's Unix sockets.
    bool insecure = false;
};

/// The registry of roi-nameserver, served by one of this process's runtimes.
///
///     roi::nameserver::embedded names;
///     roi::set_default_scope(names);  // or: BankServer bank{roi::as("bank").in(names)};
///
/// A runtime holds one of these at most.
///
/// Threads: any. Lifetime: destroy it after the servers that are published in it.
/// Errors: roi::error where the store cannot be opened (errc::not_supported, with its text) or the
/// runtime cannot listen.
class embedded {
public:
    explicit embedded(embedded_options options = {});
    embedded(embedded_options options, runtime& owner);
    embedded(const embedded&) = delete;
    embedded& operator=(const embedded&) = delete;
    ~embedded();

    /// Where it answers, as "unix:/run/user/1000/roi/4711": for ROI_NAMESERVER.
    const std::string& endpoint() const noexcept { return endpoint_; }
    /// The same as a scope: for set_default_scope(), in() and ROI_SCOPE.
    operator const std::string&() const noexcept { return endpoint_; }

private:
    struct parts;
    std::unique_ptr<parts> parts_;
    std::string endpoint_;
};

}  // namespace roi::nameserver
