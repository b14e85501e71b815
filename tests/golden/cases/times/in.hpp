#pragma once
#include <roi/annotations.hpp>
#include <chrono>

namespace demo {
class ROI_REMOTE() Times {
public:
    std::chrono::milliseconds lengths(std::chrono::seconds a, std::chrono::duration<double> b, std::chrono::duration<int, std::ratio<60>> c);
    std::chrono::system_clock::time_point points(std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> a);
};
}  // namespace demo
