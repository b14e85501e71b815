#pragma once
#include <roi/annotations.hpp>
#include <string_view>

namespace demo {
class ROI_REMOTE() Abstract {
public:
    virtual ~Abstract() = default;
    virtual int a() noexcept = 0;
    virtual const int& b() = 0;
    virtual std::string_view c() = 0;
};
}  // namespace demo
