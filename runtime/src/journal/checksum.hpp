// CRC32C over the fields of a stored row: SQLite checks the structure of a page, not its content.
#pragma once

#include <roi/journal_store.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace roi::journaling {

/// CRC32C (Castagnoli) of `bytes` behind others whose value is `before`.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;
/// The same without the processor's instruction; for processors that have none, and for tests.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;

/// Of several fields, each with its length, so that bytes cannot move from one to the next.
class checksum {
public:
    checksum& operator<<(std::uint64_t number) noexcept {
        std::array<std::byte, 8> bytes{};
        for (std::size_t i = 0; i < 8; ++i)
            bytes[i] = static_cast<std::byte>(number >> (8 * i));
        value_ = crc32c(bytes, value_);
        return *this;
    }
    checksum& operator<<(const stored::id& id) noexcept { return *this << id.high << id.low; }
    checksum& operator<<(std::span<const std::byte> bytes) noexcept {
        *this << bytes.size();
        value_ = crc32c(bytes, value_);
        return *this;
    }
    checksum& operator<<(std::string_view text) noexcept {
        return *this << std::as_bytes(std::span{text});
    }
    std::uint64_t value() const noexcept { return value_; }

private:
    std::uint32_t value_ = 0;
};

}  // namespace roi::journaling
