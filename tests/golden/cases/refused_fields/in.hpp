#pragma once
#include <roi/annotations.hpp>
#include <cstdio>
#include <string_view>
#include <vector>

namespace demo {
struct holder {
    int& reference;
    const int constant = 1;
    int* pointer;
    void (*function)(int);
    union { int a; float b; };
    std::string_view view;
    volatile int v;
    long double l;
    FILE* file;
};
class secretive { int key_; };
struct no_default { explicit no_default(int); int a; };
struct derived : std::vector<int> { int b; };
class ROI_REMOTE() Fields {
public:
    void a(holder x);
    void b(secretive x, std::vector<secretive> again);
    void c(no_default x);
    void d(derived x);
};
}  // namespace demo
