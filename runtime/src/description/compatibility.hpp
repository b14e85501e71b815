// Does a server's interface still fit a client that was built from another version of it? Says what
// differs, where, and why that matters, in sentences for people.
//
// The rules are in docs/evolution.md.
#pragma once

#include "description/description.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roi::description {

enum class severity {
    compatible,  ///< differs, and everything that is there on both sides works
    breaking,    ///< a call would fail, or would mean something else
};

enum class element { interface, method, parameter, result, type, field, enum_value };

/// One difference between what a client expects and what a server offers.
struct finding {
    description::severity severity = severity::breaking;
    description::element element = element::interface;
    std::string interface;  ///< wire name: "demo.Bank"
    std::string method;     ///< "transfer"; empty where it concerns no single method
    std::string member;     ///< the parameter, "demo.entry.memo" or "demo.color.red"; or empty
    /// "demo.Bank.transfer: parameter 3 'cents' was int64, is int32 here"
    std::string text;
    std::string old_where;  ///< "bank.hpp:23", where the description says it
    std::string new_where;
};

/// All differences, breaking ones first, each in the order of the interface.
struct comparison {
    std::vector<finding> findings;

    bool fits() const noexcept;
    /// The first breaking finding's text, and how many more there are; empty where it fits.
    std::string summary() const;
};

/// May a client with interface `wanted` of `client` use an object with interface `offered` of
/// `server`? It may where `offered` is `wanted`, or derived from it, and each of the client's
/// methods finds its match. What only the server has is not reported.
///
/// An interface that a document lacks is a breaking finding.
/// Errors: none. Threads: any.
comparison check_client(const document& client, std::string_view wanted, const document& server,
                        std::string_view offered);

/// The same from serialised descriptions. A description that cannot be loaded is a breaking
/// finding, which says whose it is and why.
comparison check_client(std::span<const std::byte> client, std::string_view wanted,
                        std::span<const std::byte> server, std::string_view offered);

/// What changed from an older to a newer version of the same interfaces: what breaks clients built
/// with the older one, and what was added without breaking them.
comparison compare(const document& older, const document& newer);

/// One line per finding, for terminals and compilers' output:
///
///     bank.hpp:23: breaking: demo.Bank.transfer: parameter 3 'cents' was int64, is int32 here
///
/// Lines without a place begin with the severity.
std::string to_text(const comparison& found);

/// The same as a JSON document: {"fits": false, "findings": [{"severity": "breaking", ...}]}.
std::string to_json(const comparison& found);

}  // namespace roi::description
