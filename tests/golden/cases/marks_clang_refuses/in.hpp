// needs-clang: 19
#pragma once
#include <roi/annotations.hpp>

class Behind ROI_REMOTE("after") {};
enum early { ROI_ID(2) a };
class ROI_REMOTE() Forms {
public:
    ROI_AT_LEAST_ONCE [[nodiscard]] int behind();
    ROI_DEADLINE void bare();
    ROI_IDEMPOTENT void unknown();
    ROI_DEADLINE(500ms) void number();
};
class ROI_REMOTE Bare {};
