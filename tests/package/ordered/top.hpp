// A server that is a client of another class: it needs that one's stubs to be read at all.
#pragma once

#include "more/middle.roi.hpp"

namespace ordered {

class ROI_REMOTE("top") Top : private MiddleClient {
public:
    int three() const { return 3; }
};

}  // namespace ordered
