#pragma once
#include <roi/annotations.hpp>
#include "other.roi.hpp"

namespace demo {
class ROI_REMOTE() Takes {
public:
    void watch(const OtherClient& who, OtherClient whom);
};
}  // namespace demo
