#pragma once
#include <roi/annotations.hpp>

namespace demo {
class ROI_REMOTE() Names {
public:
    void with(int a);
    void read();
    void async_read();
};
}  // namespace demo
