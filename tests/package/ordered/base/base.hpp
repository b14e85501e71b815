// The interface that others derive from.
#pragma once

#include <roi/annotations.hpp>

namespace ordered {

class ROI_REMOTE("base") Base {
public:
    virtual ~Base() = default;
    int one() const;
};

}  // namespace ordered
