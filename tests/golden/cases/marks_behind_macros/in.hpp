#pragma once
#include <roi/annotations.hpp>

#define MY_REMOTE ROI_REMOTE("mine")
#define IDEMPOTENT ROI_AT_LEAST_ONCE
#define LOST ROI_VALUE

class MY_REMOTE Mine {
public:
    IDEMPOTENT int a();
    IDEMPOTENT int b(ROI_IN ROI_SIZE(n) const int* v, int n);
#if 0
    ROI_VALUE not read;
#endif
};
LOST struct lost { int a; };
