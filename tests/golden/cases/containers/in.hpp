#pragma once
#include <roi/annotations.hpp>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace demo {
struct point { int x = 0, y = 0; };
class ROI_REMOTE() Containers {
public:
    std::vector<std::string> sequences(const std::vector<int>& a, std::deque<point> b, std::list<double> c, std::array<int, 4> d, std::span<const int> e, std::vector<bool> f);
    std::set<int> sets(std::unordered_set<std::string> a, std::multiset<int> b);
    std::map<std::string, std::vector<int>> maps(std::unordered_map<int, point> a, std::multimap<int, int> b);
    std::vector<std::byte> bytes(std::span<const std::byte> a, std::vector<unsigned char> b, const std::vector<char>& c);
    void own_order(std::map<std::string, int, std::less<>> a, std::set<int, std::greater<int>> b);
    std::vector<std::vector<int>> nested(std::map<int, std::map<int, point>> a);
};
}  // namespace demo
