#pragma once
#include <roi/annotations.hpp>

namespace demo {
/**
 * The first line.
 *
 *   - an indented line with and "quotes" \ backslash
 */
class ROI_REMOTE() Documented {
public:
    /// One line.
    int a();
    //! Another style,
    //! in two lines.
    int b();
    // Not documentation.
    int c();
    int d();  ///< After it.
};
}  // namespace demo
