// The instruction of x86 where there is one, else Boost's tables.
#include "journal/checksum.hpp"

#include <boost/crc.hpp>

#include <cstring>

namespace roi::journaling {
namespace {

using table = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::span<const std::byte> bytes,
                                                               std::uint32_t before) noexcept {
    std::uint64_t sum = ~before;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, at, 8);
        sum = __builtin_ia32_crc32di(sum, eight);
    }
    auto rest = static_cast<std::uint32_t>(sum);
    for (; left > 0; --left, ++at)
        rest = __builtin_ia32_crc32qi(rest, static_cast<unsigned char>(*at));
    return ~rest;
}
#endif

std::uint32_t mirrored(std::uint32_t bits) noexcept {
    std::uint32_t out = 0;
    for (int i = 0; i < 32; ++i, bits >>= 1)
        out = (out << 1) | (bits & 1);
    return out;
}

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    // Boost takes its own register to begin with, which stands the other way round.
    table sum{mirrored(~before)};
    sum.process_bytes(bytes.data(), bytes.size());
    return sum.checksum();
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2");
    if (has_instruction) return by_instruction(bytes, before);
#endif
    return crc32c_by_table(bytes, before);
}

}  // namespace roi::journaling
