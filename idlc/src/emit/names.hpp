// Makes identifiers: each name of the output that is not the user's own comes from here.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace idlc::emit {

/// Names of the stub classes for a class called `name`, in the user's spelling: BankClient; without
/// lower case letters (and two letters at least) BANK_CLIENT; without upper case ones bank_client.
struct stub_names {
    std::string client;
    std::string server;
};
stub_names stubs_of(std::string_view name);

/// "page<demo::row>" -> "page_demo_row": letters, digits and single underscores.
std::string identifier(std::string_view text);

/// Gives out names that differ: "a", "a_2", "a_3".
class unique_names {
public:
    /// Names are compared as protobuf's JSON mapping spells them ("fooBar" equals "foo_bar"), or as
    /// they are.
    enum class comparison { exact, json };
    explicit unique_names(comparison how = comparison::exact) : how_(how) {}

    std::string make(const std::string& wanted);
    bool taken(const std::string& name) const { return taken_.contains(key(name)); }
    void reserve(const std::string& name) { taken_.insert(key(name)); }

private:
    std::string key(const std::string& name) const;
    comparison how_;
    std::set<std::string> taken_;
};

/// The last part of a qualified name: "demo::Bank" -> "Bank". Template arguments are kept whole.
std::string_view last_part(std::string_view qualified);

}  // namespace idlc::emit
