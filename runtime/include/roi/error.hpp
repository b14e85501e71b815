// What can go wrong with a remote call, and whether the call ran.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>

namespace roi {

/// The question that every failed remote call raises and a local one does not: did it run?
enum class outcome {
    not_executed,  ///< It did not run and never will.
    unknown,       ///< It may have run, or may still be running.
    executed,      ///< It ran to its end.
};

/// Names a call for whoever wants to know later what became of it; see roi::query().
struct call_id {
    /// The session between caller and server; zero for calls without one (idempotent ones), whose
    /// number counts on their connection alone.
    std::uint64_t session_high = 0;
    std::uint64_t session_low = 0;
    std::uint64_t number = 0;  ///< 0: it was never sent
    explicit operator bool() const noexcept { return number != 0; }
    friend bool operator==(const call_id&, const call_id&) = default;
};

/// Errors of remote calls, grouped by what the caller may do next.
enum class errc {
    // Repeat later, or elsewhere: the call did not run.
    name_not_found = 1,  ///< No server is published under the name.
    no_name_server,      ///< No name server is in reach.
    unreachable,         ///< The server could not be connected.
    overloaded,          ///< The server refused for want of capacity.
    shutting_down,       ///< The server, or this runtime, is stopping.
    object_not_found,    ///< The endpoint answers, but does not hold the object.
    superseded,          ///< Another server holds the name by now.

    // Ask again what happened before repeating.
    connection_lost,    ///< The connection ended before the answer came.
    deadline_exceeded,  ///< No answer within the deadline.
    cancelled,          ///< The caller gave the call up.

    // Change the program or its configuration.
    type_mismatch,      ///< The server's interface does not fit the client's.
    method_not_found,   ///< The server's interface has no such method.
    invalid_argument,   ///< An argument that cannot be sent, such as a null string.
    message_too_large,  ///< The arguments or the result exceed a limit.
    malformed,          ///< The peer sent bytes that break the protocol.
    not_supported,      ///< The peer, or this version, cannot do what was asked.
    permission_denied,  ///< The caller may not do this.
    name_taken,         ///< Another server is published under the name.

    // It ran.
    remote_exception,  ///< The method threw.
    reply_unreadable,  ///< The method ran, but its result could not be decoded or sent.
};

/// The category of errc: its name is "roi".
const std::error_category& error_category() noexcept;
std::error_code make_error_code(errc code) noexcept;

/// The failure of a remote call or of a naming operation.
///
/// `what()` names the method, the endpoint and the cause, for people. Programs look at `code()`,
/// which says what to do next, and at `outcome()`, which says whether the call ran.
class error : public std::system_error {
public:
    error(errc code, roi::outcome ran, const std::string& text);

    roi::outcome outcome() const noexcept { return outcome_; }
    errc reason() const noexcept { return static_cast<errc>(code().value()); }
    /// True where repeating the same call is safe and may help: it is known not to have run, and
    /// the cause may pass.
    bool is_retryable() const noexcept;

    /// Method as "demo.Bank.balance"; empty where no method was called.
    const std::string& method() const noexcept { return method_; }
    /// Endpoint as "unix:/run/x" or "tcp://127.0.0.1:4000"; empty where none was reached.
    const std::string& endpoint() const noexcept { return endpoint_; }
    /// False where the call was never sent.
    roi::call_id call_id() const noexcept { return call_id_; }

    /// A copy that names where it happened; what() gains that text.
    error at(std::string method, std::string endpoint, roi::call_id id) const;

private:
    roi::outcome outcome_;
    std::string text_;
    std::string method_;
    std::string endpoint_;
    roi::call_id call_id_;
};

/// A remote method threw an exception whose type this client does not know.
class remote_error : public std::runtime_error {
public:
    remote_error(std::string type_name, const std::string& text);
    /// Type at the server, as "demo::account_closed".
    const std::string& type_name() const noexcept { return type_name_; }

private:
    std::string type_name_;
};

}  // namespace roi

template <>
struct std::is_error_code_enum<roi::errc> : std::true_type {};
