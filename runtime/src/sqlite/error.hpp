// Why a database cannot be used, named after what its owner may do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace roi::sqlite {

enum class problem {
    unwritable,     ///< No permission, a full disk, no such directory.
    network,        ///< On a network file system.
    locked,         ///< By another process, or by another connection of this one.
    corrupt,        ///< Its structure is damaged.
    no_database,    ///< No SQLite file.
    foreign,        ///< Another program's.
    newer,          ///< Made by a newer version.
    older_copy,     ///< It has been at a later state: an older copy was put in its place.
    not_rewritten,  ///< Distrusted after a failed sync, and could not be copied.
    other,
};

class error : public std::runtime_error {
public:
    error(problem kind, const std::string& text) : std::runtime_error{text}, kind_{kind} {}
    problem kind() const noexcept { return kind_; }

private:
    problem kind_;
};

/// By the code of one of SQLite's functions.
problem problem_of(int code) noexcept;

}  // namespace roi::sqlite
