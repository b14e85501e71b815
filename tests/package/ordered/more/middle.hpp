// Derives from a marked class whose stubs another target makes.
#pragma once

#include "base/base.hpp"

namespace ordered {

class ROI_REMOTE("middle") Middle : public Base {
public:
    int two() const { return 2; }
};

}  // namespace ordered
