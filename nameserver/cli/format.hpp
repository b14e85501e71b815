// Tables, times and names as people read them.
#pragma once

#include "name_service.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace roi::cli {

/// Rows in columns, the first row being the headings. The last column is not padded.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// "5s", "12m", "3h", "4d".
std::string age_text(std::int64_t milliseconds);
/// "2026-01-31 12:00:00", local time; empty for 0.
std::string time_text(std::int64_t unix_milliseconds);
/// "2026-01-31T12:00:00Z".
std::string utc_text(std::int64_t unix_milliseconds);
std::int64_t now_milliseconds();

/// "bank_server, pid 4711, alice@host".
std::string holder_text(const naming::holder& who);
/// "bank", or "/team/alice/bank" outside the outermost scope.
std::string full_name(const std::string& scope, const std::string& name);
std::string hex(const naming::id128& id);
std::string joined(const std::vector<std::string>& texts, const char* between);

}  // namespace roi::cli
