#pragma once
#include <roi/annotations.hpp>
#include <string>
#include <vector>

namespace demo {
template <class T> struct page { std::vector<T> rows; /** of all pages */ int total = 0; };
template <class T, int Size = 4> struct block { T data[Size]; };
template <> struct page<char> { std::string text; };
struct row { int id; };
class ROI_REMOTE() Pages {
public:
    page<row> by_value() const;
    void by_reference_only(const page<page<int>>& a, const block<short>& b, const block<int, 2>& c);
    void explicit_specialisation(page<char> a);
};
}  // namespace demo
