// The first stage: a header and compiler flags become a model::file, or diagnostics.
#pragma once

#include "model/model.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace idlc::parse {

struct request {
    std::string header;
    std::string include_as;          // empty: derived from `header`
    std::vector<std::string> flags;  // compiler flags as given; filtered here
    bool all_classes = false;        // --explain, --suggest: also classes without a mark
};

struct timing {
    std::chrono::microseconds clang{0};  // inside libclang's parse
    std::chrono::microseconds total{0};
    int passes = 0;
};

struct result {
    model::file file;
    std::vector<model::diagnostic> diagnostics;
    bool failed = false;     // clang's own errors: the model holds nothing to go on with
    bool bad_usage = false;  // flags refused, or the header cannot be read
    parse::timing timing;
};

result run(const request& what);

/// One libclang parse with the same flags and nothing else: what run() is measured against. By
/// default libclang reads function bodies too, which idlc never does.
enum class bodies { read, skipped };
std::chrono::microseconds bare_parse(const request& what, bodies how = bodies::read);

/// "19.1.7"
std::string clang_version();

}  // namespace idlc::parse
