// Ticks of any length, to and from seconds and nanoseconds.
#include <roi/codec/chrono.hpp>

#include <cmath>
#include <limits>

namespace roi::generated {

namespace {

__extension__ using int128 = __int128;  // ticks times a ratio

constexpr std::int64_t giga = 1'000'000'000;

/// Rounded towards zero, or down.
int128 divide(int128 value, int128 by, time_kind kind) noexcept {
    const int128 quotient = value / by;
    return kind == time_kind::timestamp && value % by < 0 ? quotient - 1 : quotient;
}

bool fits(int128 value) noexcept {
    return value >= std::numeric_limits<std::int64_t>::min() &&
           value <= std::numeric_limits<std::int64_t>::max();
}

}  // namespace

seconds_and_nanos from_ticks(std::int64_t ticks, std::int64_t num, std::int64_t den,
                             time_kind kind) {
    const int128 whole = int128{ticks} * num;
    const int128 seconds = divide(whole, den, kind);
    if (!fits(seconds)) {
        refuse_value("a time has more than 63 bits of seconds");
    }
    const int128 rest = whole - seconds * den;  // less than one second
    return {static_cast<std::int64_t>(seconds),
            static_cast<std::int32_t>(divide(rest * giga, den, kind))};
}

seconds_and_nanos from_ticks(double ticks, std::int64_t num, std::int64_t den, time_kind kind) {
    const double whole = ticks * static_cast<double>(num) / static_cast<double>(den);
    if (!(std::abs(whole) < 9.2e18)) {  // not a number, too
        refuse_value("a time has more than 63 bits of seconds");
    }
    const double seconds = kind == time_kind::timestamp ? std::floor(whole) : std::trunc(whole);
    seconds_and_nanos found{static_cast<std::int64_t>(seconds),
                            static_cast<std::int32_t>(std::lround((whole - seconds) * 1e9))};
    if (found.nanos == giga || found.nanos == -giga) {
        found.seconds += found.nanos / giga;
        found.nanos = 0;
    }
    return found;
}

std::int64_t to_ticks(const seconds_and_nanos& value, std::int64_t num, std::int64_t den,
                      time_kind kind) {
    // Seconds and the rest apart: their product with `den` and 1e9 would not fit.
    const int128 of_seconds = int128{value.seconds} * den;
    const int128 quotient = divide(of_seconds, num, kind);
    const int128 rest = (of_seconds - quotient * num) * giga + int128{value.nanos} * den;
    const int128 ticks = quotient + divide(rest, int128{num} * giga, kind);
    if (!fits(ticks)) {
        fail_range();
    }
    return static_cast<std::int64_t>(ticks);
}

void put_time(wire::writer& out, std::uint32_t number, const seconds_and_nanos& value) {
    const std::size_t mark = out.open();
    if (value.nanos != 0) {
        out.put_varint_field(2, static_cast<std::uint64_t>(std::int64_t{value.nanos}));
    }
    if (value.seconds != 0) {
        out.put_varint_field(1, static_cast<std::uint64_t>(value.seconds));
    }
    out.close_nested(number, mark);
}

seconds_and_nanos get_time(wire::reader& in, time_kind kind) {
    seconds_and_nanos found;
    wire::reader nested = in.message();
    while (nested.next()) {
        if (nested.number() == 1) {
            found.seconds = static_cast<std::int64_t>(nested.varint());
        } else if (nested.number() == 2) {
            found.nanos = static_cast<std::int32_t>(static_cast<std::uint32_t>(nested.varint()));
        } else {
            nested.skip();
        }
    }
    const std::int64_t least = kind == time_kind::timestamp ? 0 : 1 - giga;
    if (found.nanos < least || found.nanos >= giga ||
        (kind == time_kind::duration &&
         ((found.seconds > 0 && found.nanos < 0) || (found.seconds < 0 && found.nanos > 0)))) {
        wire::detail::fail("the nanoseconds of a time are out of range");
    }
    return found;
}

}  // namespace roi::generated
