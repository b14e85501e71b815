#pragma once
#include <roi/annotations.hpp>

class ROI_REMOTE("counter") Counter {
public:
    /// Adds `n`.
    ROI_AT_LEAST_ONCE int add(int n = 1);
};
