// A length of time that may be unset, without the weight of <chrono> for those who set none.
#pragma once

#include <cstdint>
#include <limits>

namespace roi {

namespace detail {
/// A std::chrono::duration of whole units, none shorter than a nanosecond.
template <class T>
concept duration = requires(const T& time) {
    requires std::numeric_limits<typename T::rep>::is_integer;
    requires(1'000'000'000 * T::period::num) % T::period::den == 0;
    time.count();
};
}  // namespace detail

/// How long something may take: any std::chrono::duration, `2s`, or nothing.
///
/// What is longer than 292 years is cut to that.
class time_limit {
public:
    /// Not set.
    constexpr time_limit() noexcept = default;
    template <detail::duration Duration>
    constexpr time_limit(const Duration& time) noexcept  // NOLINT: a duration is a limit
        : is_set_(true) {
        constexpr std::int64_t unit = 1'000'000'000 * Duration::period::num / Duration::period::den;
        const auto count = time.count();
        if (__builtin_mul_overflow(count, unit, &nanoseconds_)) {
            nanoseconds_ = count > 0 ? std::numeric_limits<std::int64_t>::max()
                                     : std::numeric_limits<std::int64_t>::min();
        }
    }

    constexpr bool has_value() const noexcept { return is_set_; }
    constexpr explicit operator bool() const noexcept { return is_set_; }
    /// The limit, or `other` where none is set. `Duration` counts nanoseconds.
    template <detail::duration Duration>
    constexpr Duration value_or(Duration other) const noexcept {
        static_assert(Duration::period::num == 1 && Duration::period::den == 1'000'000'000);
        return is_set_ ? Duration{nanoseconds_} : other;
    }

private:
    std::int64_t nanoseconds_ = 0;
    bool is_set_ = false;
};

}  // namespace roi
