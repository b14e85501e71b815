#pragma once
#include <roi/annotations.hpp>
#include "base.hpp"

namespace demo {
class ROI_REMOTE("derived") Derived : public Second {
public:
    shared_row get() const;
};
}  // namespace demo
