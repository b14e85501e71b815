// Guesses what unmarked pointer parameters mean, by names, constness and neighbours: for --suggest.
#pragma once

#include "model/model.hpp"

#include <string>
#include <vector>

namespace idlc {

struct pointer_guess {
    std::size_t parameter = 0;
    std::string mark;  // "ROI_OUT ROI_SIZE(n)"
    std::string why;   // the evidence; where there is none, what is in doubt
    bool certain = true;
};

/// The guesses for a method's raw pointers; `method` becomes what it would be with those marks.
std::vector<pointer_guess> guess_pointers(model::method& method);

}  // namespace idlc
