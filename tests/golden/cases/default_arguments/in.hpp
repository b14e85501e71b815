#pragma once
#include <roi/annotations.hpp>
#include <map>
#include <string>
#include <vector>

namespace demo {
enum class color { red, green };
constexpr int many = 7;
class ROI_REMOTE() Defaults {
    static constexpr int hidden = 4;
public:
    static constexpr int limit = 5;
    struct entry { int n; };
    void simple(int a = 1, double b = 2.5, const char* c = "x, \"y\"", bool d = true);
    void names(int a = limit, int b = many, color c = color::green, std::size_t d = sizeof(entry));
    void made(std::vector<int> a = {1, 2}, entry b = entry{limit}, const std::string& c = std::string("z"), std::map<int, int> d = {});
    void unusable(int a = hidden, int b = limit + hidden);
};
}  // namespace demo
