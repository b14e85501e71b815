// What statements of a user's method may do on the journal's connection.
//
// Its tables, all they want. Not the journal's; and nothing by which a change could become durable
// without its record, or durable without being on disk: no transactions, no other files, none of
// the settings that the rules of the file are made of.
#pragma once

#include <sqlite3.h>

namespace roi::journaling {

/// As sqlite3_set_authorizer() asks: SQLITE_OK or SQLITE_DENY.
int may_prepare(int action, const char* first, const char* second) noexcept;

}  // namespace roi::journaling
