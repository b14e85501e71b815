#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Broken {
public:
    std::string missing_include();
    undeclared value;
};
}  // namespace demo
