// Methods that suspend, in a concrete class and in an interface.
#pragma once

#include <roi/annotations.hpp>
#include <roi/task.hpp>

#include <string>
#include <vector>

namespace demo {

class ROI_REMOTE() Slow {
public:
    roi::task<int> sum(std::vector<int> values) const;
    roi::task<void> wait(const std::string& what);
    roi::task<std::string> change(std::string& text, int times = 1);
};

class ROI_REMOTE() AbstractSlow {
public:
    virtual ~AbstractSlow() = default;
    virtual roi::task<int> sum(const std::vector<int>& values) const = 0;
    virtual roi::task<> wait() = 0;
};

}  // namespace demo
