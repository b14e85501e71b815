#pragma once
#include <roi/annotations.hpp>
#include <cstdint>

namespace demo {
/// Colours of the rainbow.
enum class color : std::uint8_t { red ROI_ID(1), /** like grass */ green, blue ROI_ID(7) };
enum plain { small = -1, large = 5 };
enum class huge : std::uint64_t { most = 0xffffffffffffffff };
class ROI_REMOTE() Enums {
public:
    enum mode { on, off };
    color paint(plain a, huge b, mode c, color d = color::red, mode e = off);
};
}  // namespace demo
