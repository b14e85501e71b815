#pragma once
#include <roi/annotations.hpp>

namespace demo {
struct point { int x; };
class ROI_REMOTE() counter {
public:
    void read(int* out);
    void show(const point* p);
    void many(const double* data, int count);
    point* find();
    void any(void* p, const void* q);
    void twice(char** argv);
    void call(int (*f)(int), int point::*m);
    void array(int a[4], const char b[]);
};
}  // namespace demo
