// Errors of the runtime in the words of a command.
#include "failure.hpp"

namespace roi::cli {

std::string reason_name(errc reason) {
    switch (reason) {
        case errc::name_not_found:
            return "name_not_found";
        case errc::no_name_server:
            return "no_name_server";
        case errc::unreachable:
            return "unreachable";
        case errc::overloaded:
            return "overloaded";
        case errc::shutting_down:
            return "shutting_down";
        case errc::object_not_found:
            return "object_not_found";
        case errc::superseded:
            return "superseded";
        case errc::connection_lost:
            return "connection_lost";
        case errc::deadline_exceeded:
            return "deadline_exceeded";
        case errc::cancelled:
            return "cancelled";
        case errc::type_mismatch:
            return "type_mismatch";
        case errc::method_not_found:
            return "method_not_found";
        case errc::invalid_argument:
            return "invalid_argument";
        case errc::message_too_large:
            return "message_too_large";
        case errc::malformed:
            return "malformed";
        case errc::not_supported:
            return "not_supported";
        case errc::permission_denied:
            return "permission_denied";
        case errc::name_taken:
            return "name_taken";
        case errc::remote_exception:
            return "remote_exception";
        case errc::reply_unreadable:
            return "reply_unreadable";
    }
    return "unknown";
}

namespace {

std::string advice_for(const roi::error& why) {
    switch (why.reason()) {
        case errc::no_name_server:
            return "start one with `roi-nameserver &`, or name one with --nameserver or "
                   "ROI_NAMESERVER";
        case errc::name_not_found:
            return "`roi ls` shows what is published";
        case errc::unreachable:
        case errc::object_not_found:
        case errc::connection_lost:
            return "the server may have ended: `roi ls` shows what is published now";
        case errc::deadline_exceeded:
            return "--timeout gives it longer";
        case errc::type_mismatch:
        case errc::method_not_found:
            return "`roi describe` shows the interface that the server has";
        case errc::overloaded:
        case errc::shutting_down:
            return "try again later";
        default:
            return {};
    }
}

const char* outcome_name(outcome ran) {
    switch (ran) {
        case outcome::not_executed:
            return "not_executed";
        case outcome::executed:
            return "executed";
        case outcome::unknown:
            break;
    }
    return "unknown";
}

}  // namespace

failure from_error(const std::string& doing, const roi::error& why) {
    failure made(exit_code::failed, doing + ": " + why.what(), advice_for(why));
    made.details["code"] = reason_name(why.reason());
    made.details["outcome"] = outcome_name(why.outcome());
    return made;
}

}  // namespace roi::cli
