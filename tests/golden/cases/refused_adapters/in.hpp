#pragma once
#include <roi/annotations.hpp>
#include <roi/adapt.hpp>
#include <vector>

class circle {};
class pointer_like {};
class silent {};
template <> struct roi::adapt<circle> { using wire = std::vector<circle>; };
template <> struct roi::adapt<pointer_like> { using wire = int*; };
template <> struct roi::adapt<silent> {};

class ROI_REMOTE() Sample {
public:
    void a(circle x);
    void b(pointer_like x);
};
