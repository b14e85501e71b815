#pragma once
#include <roi/annotations.hpp>
#include <cstddef>
#include <cstdint>

namespace demo {
class ROI_REMOTE() Scalars {
public:
    bool flag(bool a, char b, signed char c, unsigned char d, short e, unsigned short f) const;
    int narrow(int a, unsigned b, char8_t c, char16_t d, char32_t e, wchar_t f, std::byte g) const;
    long wide(long a, unsigned long b, long long c, unsigned long long d) const;
    std::int64_t named(std::int8_t a, std::uint16_t b, std::size_t c) const;
    double real(float a, double b) const;
};
}  // namespace demo
