// Scopes and names: which are allowed, and how a lookup walks outward.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace roi::nameserver {

inline constexpr std::size_t max_name_parts = 16;  // of scope and name together
inline constexpr std::size_t max_part_bytes = 255;

/// A name in its scope, checked and spelt in one way only: the scope is "/" or "/a/b", the name is
/// one part.
class full_name {
public:
    /// Reads `name` in `scope`. An empty scope is "/"; a name with slashes reaches into inner
    /// scopes; one that begins with a slash ignores `scope`. On failure `why` says what is wrong.
    static std::optional<full_name> parse(std::string_view scope, std::string_view name,
                                          std::string& why);

    const std::string& scope() const noexcept { return scope_; }
    const std::string& name() const noexcept { return name_; }
    /// "/a/b/name": unique, and sorted so that a scope's names stand together.
    std::string path() const;
    /// The same name one scope further out; nothing where this is "/" already.
    std::optional<full_name> outward() const;

private:
    full_name(std::string scope, std::string name)
        : scope_(std::move(scope)), name_(std::move(name)) {}
    std::string scope_;
    std::string name_;
};

/// The scope in its one spelling; nothing, and `why`, where it is not allowed.
std::optional<std::string> parse_scope(std::string_view scope, std::string& why);

/// Splits a path that full_name::path() made.
std::pair<std::string_view, std::string_view> split_path(std::string_view path);

/// Well-formed UTF-8 without control characters and without invisible ones that would make two
/// different names look the same. On failure `why` says what stands where.
bool is_plain_text(std::string_view text, std::string& why);

}  // namespace roi::nameserver
