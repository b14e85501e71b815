#pragma once
#include <roi/annotations.hpp>
#include <any>
#include <chrono>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace demo {
class incomplete;
union either { int a; float b; };
class ROI_REMOTE() Refused {
public:
    void a(long double x, __int128 y, volatile int z);
    void b(std::ostream& x, std::istream* y, std::vector<int>::iterator z);
    void c(incomplete& x, either y, std::any z);
    void d(std::function<void(int)> x, std::weak_ptr<int> y, std::filesystem::path z);
    void e(std::mutex& x, std::chrono::steady_clock::time_point y, std::initializer_list<int> z);
    void f(std::span<int> x, std::unique_ptr<int[]> y, std::reference_wrapper<int> z);
    void g(std::vector<long double> x, std::map<int, incomplete*> y, std::vector<std::string_view> z);
    int printf(const char* format, ...);
    void h(std::string_view& x, const char*& y);
private:
    struct secret { int a; };
public:
    secret i(secret x);
};
}  // namespace demo
