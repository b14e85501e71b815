// The lock file: which number each name has on the wire, kept beside the header for ever.
//
// Names keep their numbers however lines move, new names get new numbers, and the number of a name
// that is gone is never given out again.
#pragma once

#include "model/model.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace idlc::emit {

enum class numbered { field, enumerator, parameter, method };

class lock_file {
public:
    /// Reads the text of a lock file; an empty text is an empty lock. What is wrong with it is
    /// appended to `problems`.
    lock_file(const std::string& text, std::string name, std::vector<model::diagnostic>& problems);

    /// The number that `name` of `owner` is locked to; nothing: a new name.
    std::optional<std::uint64_t> find(numbered what, const std::string& owner,
                                      const std::string& name) const;
    /// The next number of `owner` that no name has or had.
    std::uint64_t next(numbered what, const std::string& owner) const;
    /// True where a name that is gone had `number`.
    bool was_removed(numbered what, const std::string& owner, std::uint64_t number) const;
    /// The numbers of names that are gone: those read as removed, and those not kept since.
    std::set<std::uint64_t> removed(numbered what, const std::string& owner) const;
    /// Notes that `name` is there, with `number`.
    void keep(numbered what, const std::string& owner, const std::string& name,
              std::uint64_t number);

    /// How messages call this file.
    const std::string& name() const noexcept { return name_; }
    /// The text to write: names that were not kept since reading are marked as removed.
    std::string text(const std::string& header) const;

private:
    struct entry {
        std::uint64_t number = 0;
        bool kept = false;
    };
    struct owner_entries {
        std::map<std::string, entry> names;
        std::map<std::uint64_t, std::string> removed;
    };
    using key = std::pair<numbered, std::string>;

    void read_line(const std::string& line, unsigned number,
                   std::vector<model::diagnostic>& problems);

    std::string name_;
    std::map<key, owner_entries> owners_;
};

}  // namespace idlc::emit
