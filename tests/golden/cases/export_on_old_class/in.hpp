#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
class old_thing;
class ROI_REMOTE() Old {
public:
    ROI_EXPORT int wanted(int a);
    old_thing* unwanted(void* p, ...);
    void other(old_thing& a);
    ROI_EXPORT std::string text() const;
};
}  // namespace demo
