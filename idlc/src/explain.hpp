// What a user asks of a header before or after marking it: what is remote, and which marks it
// needs.
#pragma once

#include "model/model.hpp"

#include <string>

namespace idlc {

/// One line per public method, "bank.hpp:12:5: remote: demo::Bank::balance(...): at least once", as
/// "local" or "refused" with the reason, and one per class with the counts.
std::string explain(const model::file& file);

/// For each class the marks that let it be served, by place; what no mark can help is said too.
std::string suggest(const model::file& file);

}  // namespace idlc
