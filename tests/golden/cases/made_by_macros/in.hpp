#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
#define DECLARE_PAIR(type, name) \
    type get_##name() const;     \
    void set_##name(const type& value = type());
#define EXPORTED
#define REMOTE_CLASS(name) class ROI_REMOTE() name
REMOTE_CLASS(Made) {
public:
    DECLARE_PAIR(int, size)
    DECLARE_PAIR(std::string, text)
};
class EXPORTED Other { public: void f(); };
}  // namespace demo
