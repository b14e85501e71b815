#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
class ROI_REMOTE("stock") Stock {
public:
    static constexpr int usual = 10;
    Stock();
    explicit Stock(const std::string& name, int size = usual) noexcept;
    Stock(int* raw, void (*callback)(int));
    Stock(const Stock&) = delete;
    Stock(Stock&&);
    int count() const;
private:
    Stock(double);
};
class ROI_REMOTE() Implicit {
public:
    int count() const;
};
}  // namespace demo
