// Durations and system_clock's time points on the wire: google.protobuf.Duration and Timestamp.
#pragma once

#include <roi/codec.hpp>

#include <chrono>

namespace roi::generated {

/// Both messages: { int64 seconds = 1; int32 nanos = 2; }
struct seconds_and_nanos {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;  // a Duration's has the sign of its seconds, a Timestamp's none
};

// Defined in src/core/codec_chrono.cpp. A tick is num/den seconds; what is finer than
// a nanosecond is lost.
enum class time_kind { duration, timestamp };
seconds_and_nanos from_ticks(std::int64_t ticks, std::int64_t num, std::int64_t den,
                             time_kind kind);
seconds_and_nanos from_ticks(double ticks, std::int64_t num, std::int64_t den, time_kind kind);
std::int64_t to_ticks(const seconds_and_nanos& value, std::int64_t num, std::int64_t den,
                      time_kind kind);
void put_time(wire::writer& out, std::uint32_t number, const seconds_and_nanos& value);
seconds_and_nanos get_time(wire::reader& in, time_kind kind);

template <class Rep, class Period, time_kind Kind>
struct time_form {
    static constexpr shape what = shape::length;
    using ticks = std::conditional_t<std::is_floating_point_v<Rep>, double, std::int64_t>;

    static void put_ticks(wire::writer& out, std::uint32_t number, Rep count) {
        if constexpr (!std::is_floating_point_v<Rep>) {
            if (!std::in_range<std::int64_t>(count)) {
                refuse_value("a time has more than 63 bits");
            }
        }
        put_time(out, number,
                 from_ticks(static_cast<ticks>(count), Period::num, Period::den, Kind));
    }
    static Rep get_ticks(wire::reader& in) {
        const seconds_and_nanos found = get_time(in, Kind);
        if constexpr (std::is_floating_point_v<Rep>) {
            return static_cast<Rep>(
                (static_cast<double>(found.seconds) + static_cast<double>(found.nanos) / 1e9) *
                static_cast<double>(Period::den) / static_cast<double>(Period::num));
        } else {
            const std::int64_t count = to_ticks(found, Period::num, Period::den, Kind);
            if (!std::in_range<Rep>(count)) {
                fail_range();
            }
            return static_cast<Rep>(count);
        }
    }
};

template <class Rep, class Period>
struct form<std::chrono::duration<Rep, Period>> {
    using value = std::chrono::duration<Rep, Period>;
    using as = time_form<Rep, Period, time_kind::duration>;
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const value& given) {
        as::put_ticks(out, number, given.count());
    }
    template <class Codec>
    static void get(wire::reader& in, value& found) {
        found = value{as::get_ticks(in)};
    }
};

template <class Rep, class Period>
struct form<
    std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<Rep, Period>>> {
    using duration = std::chrono::duration<Rep, Period>;
    using value = std::chrono::time_point<std::chrono::system_clock, duration>;
    using as = time_form<Rep, Period, time_kind::timestamp>;
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const value& given) {
        as::put_ticks(out, number, given.time_since_epoch().count());
    }
    template <class Codec>
    static void get(wire::reader& in, value& found) {
        found = value{duration{as::get_ticks(in)}};
    }
};

}  // namespace roi::generated
