#pragma once
#include <roi/annotations.hpp>
#include <memory>
#include <vector>

namespace demo {
struct shape { virtual ~shape() = default; int id; };
struct abstract { virtual ~abstract() = default; virtual int f() = 0; };
struct holds { std::shared_ptr<shape> inner; };
struct unrelated { int a; };
class ROI_REMOTE() Polymorphic {
public:
    void a(const shape& x);
    void b(std::unique_ptr<shape> x, std::vector<std::shared_ptr<shape>> y);
    void c(const abstract& x);
    void d(holds x);
    void e(ROI_ONE_OF(unrelated) const shape& x);
    void f(ROI_ONE_OF(missing) const shape& x);
    void g(ROI_ONE_OF(unrelated) int x);
};
}  // namespace demo
