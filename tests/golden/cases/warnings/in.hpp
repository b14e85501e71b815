#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Warned {
public:
    void write(const char* data, int size);
    int& slot();
    void good(const char* text, bool flag);
};
}  // namespace demo
