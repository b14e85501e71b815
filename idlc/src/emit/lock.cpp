// Reads and writes lock files: one line for each name, sorted, with what was removed.
#include "emit/lock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace idlc::emit {
namespace {

constexpr std::array<const char*, 4> words = {"field", "enumerator", "parameter", "method"};
const std::string removed_prefix = "removed-";

std::string to_text(numbered what, std::uint64_t number) {
    std::array<char, 24> digits{};
    const int base = what == numbered::method ? 16 : 10;
    // Enumerators may be negative; everything else is not.
    const auto end =
        what == numbered::enumerator
            ? std::to_chars(digits.begin(), digits.end(), static_cast<std::int64_t>(number), base)
            : std::to_chars(digits.begin(), digits.end(), number, base);
    return {digits.begin(), end.ptr};
}

std::optional<std::uint64_t> to_number(numbered what, const std::string& text) {
    const char* end = text.data() + text.size();
    if (what == numbered::enumerator) {
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), end, value);
        if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
        return static_cast<std::uint64_t>(value);
    }
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), end, value, what == numbered::method ? 16 : 10);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

}  // namespace

lock_file::lock_file(const std::string& text, std::string name,
                     std::vector<model::diagnostic>& problems)
    : name_(std::move(name)) {
    std::istringstream lines{text};
    std::string line;
    for (unsigned number = 1; std::getline(lines, line); ++number) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() || line.front() == '#') continue;
        read_line(line, number, problems);
    }
}

void lock_file::read_line(const std::string& line, unsigned number,
                          std::vector<model::diagnostic>& problems) {
    std::istringstream parts{line};
    std::string word, digits, owner, name;
    parts >> word >> digits >> owner >> std::ws;
    std::getline(parts, name);
    const bool removed = word.starts_with(removed_prefix);
    if (removed) word.erase(0, removed_prefix.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (word != words[i] || name.empty()) continue;
        const auto what = static_cast<numbered>(i);
        const auto value = to_number(what, digits);
        if (!value) break;
        auto& entries = owners_[{what, owner}];
        if (removed) {
            entries.removed.emplace(*value, name);
        } else {
            entries.names[name] = {*value, false};
        }
        return;
    }
    problems.push_back(
        {model::severity::error,
         {name_, number, 1},
         "this line of the lock file says nothing that idlc understands: '" + line + "'",
         "restore the file from version control; idlc writes it, nobody else should"});
}

std::optional<std::uint64_t> lock_file::find(numbered what, const std::string& owner,
                                             const std::string& name) const {
    const auto entries = owners_.find({what, owner});
    if (entries == owners_.end()) return std::nullopt;
    const auto found = entries->second.names.find(name);
    if (found == entries->second.names.end()) return std::nullopt;
    return found->second.number;
}

std::uint64_t lock_file::next(numbered what, const std::string& owner) const {
    std::uint64_t last = 0;
    const auto entries = owners_.find({what, owner});
    if (entries == owners_.end()) return 1;
    for (const auto& [name, each] : entries->second.names)
        last = std::max(last, each.number);
    for (const auto& [number, name] : entries->second.removed)
        last = std::max(last, number);
    return last + 1;
}

bool lock_file::was_removed(numbered what, const std::string& owner, std::uint64_t number) const {
    const auto entries = owners_.find({what, owner});
    return entries != owners_.end() && entries->second.removed.contains(number);
}

std::set<std::uint64_t> lock_file::removed(numbered what, const std::string& owner) const {
    std::set<std::uint64_t> numbers;
    const auto entries = owners_.find({what, owner});
    if (entries == owners_.end()) return numbers;
    for (const auto& [number, name] : entries->second.removed)
        numbers.insert(number);
    for (const auto& [name, each] : entries->second.names) {
        if (!each.kept) numbers.insert(each.number);
    }
    // Two enumerators may have had one number, and the other is still there.
    for (const auto& [name, each] : entries->second.names) {
        if (each.kept) numbers.erase(each.number);
    }
    return numbers;
}

void lock_file::keep(numbered what, const std::string& owner, const std::string& name,
                     std::uint64_t number) {
    owners_[{what, owner}].names[name] = {number, true};
}

std::string lock_file::text(const std::string& header) const {
    std::string result =
        "# Wire numbers of " + header + ". idlc writes this file; commit it beside the header.\n";
    for (const auto& [place, entries] : owners_) {
        const auto& [what, owner] = place;
        // By number, so that a new name is a new line at the end of its owner's.
        std::map<std::pair<std::uint64_t, std::string>, bool> lines;
        for (const auto& [name, each] : entries.names)
            lines[{each.number, name}] = each.kept;
        for (const auto& [number, name] : entries.removed)
            lines[{number, name}] = false;
        for (const auto& [line, kept] : lines) {
            result += (kept ? "" : removed_prefix) + words[static_cast<std::size_t>(what)] + " " +
                      to_text(what, line.first) + " " + owner + " " + line.second + "\n";
        }
    }
    return result;
}

}  // namespace idlc::emit
