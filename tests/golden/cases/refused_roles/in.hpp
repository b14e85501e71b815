#pragma once
#include <roi/annotations.hpp>
#include <iosfwd>
#include <memory>
#include <string>

namespace demo {
struct shape { virtual ~shape() = default; int id = 0; };
struct circle final : shape { double radius = 0; };
struct fields {
    void (*call)(int);
    void* memory;
    long double wide;
};
class ROI_REMOTE() Roles {
public:
    const void* memory() const;
    std::istream& in();
    const shape& any() const;
    const circle& known() const;
    void keep(std::unique_ptr<circle> one, const circle& other);
    void store(fields all);
    void arrays(char names[2][3], const double values[]);
    int roi_count() const;
};
}  // namespace demo
