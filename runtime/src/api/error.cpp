// The error category, and how an error's text names what failed, where and whether it ran.
#include <roi/error.hpp>

namespace roi {
namespace {

const char* describe(errc code) noexcept {
    switch (code) {
        case errc::name_not_found:
            return "no server is published under this name";
        case errc::no_name_server:
            return "no name server is in reach";
        case errc::unreachable:
            return "the server cannot be reached";
        case errc::overloaded:
            return "the server is overloaded";
        case errc::shutting_down:
            return "the server is shutting down";
        case errc::object_not_found:
            return "the server does not hold this object";
        case errc::superseded:
            return "another server has taken over the name";
        case errc::connection_lost:
            return "the connection was lost";
        case errc::deadline_exceeded:
            return "the deadline has passed";
        case errc::cancelled:
            return "the call was cancelled";
        case errc::type_mismatch:
            return "the server's interface does not fit the client's";
        case errc::method_not_found:
            return "the server has no such method";
        case errc::invalid_argument:
            return "an argument cannot be sent";
        case errc::message_too_large:
            return "the message exceeds a size limit";
        case errc::malformed:
            return "the peer broke the protocol";
        case errc::not_supported:
            return "not supported";
        case errc::permission_denied:
            return "permission denied";
        case errc::name_taken:
            return "the name is taken";
        case errc::remote_exception:
            return "the method threw an exception";
        case errc::reply_unreadable:
            return "the method ran, but its result cannot be read";
    }
    return "unknown error";
}

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "roi"; }
    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

error::error(errc code, roi::outcome ran, const std::string& text)
    : std::system_error(make_error_code(code), text), outcome_(ran), text_(text) {}

bool error::is_retryable() const noexcept {
    if (outcome_ != outcome::not_executed) return false;
    switch (reason()) {
        case errc::name_not_found:
        case errc::no_name_server:
        case errc::unreachable:
        case errc::overloaded:
        case errc::shutting_down:
        case errc::object_not_found:
        case errc::superseded:
        case errc::connection_lost:
        case errc::deadline_exceeded:
            return true;
        default:
            return false;
    }
}

error error::at(std::string method, std::string endpoint, roi::call_id id) const {
    std::string text = method;
    if (!endpoint.empty()) text += (text.empty() ? "" : " at ") + endpoint;
    if (!text_.empty()) text += (text.empty() ? "" : ": ") + text_;
    error placed{reason(), outcome_, text};
    placed.method_ = std::move(method);
    placed.endpoint_ = std::move(endpoint);
    placed.call_id_ = id;
    return placed;
}

remote_error::remote_error(std::string type_name, const std::string& text)
    : std::runtime_error(type_name + ": " + text), type_name_(std::move(type_name)) {}

}  // namespace roi
