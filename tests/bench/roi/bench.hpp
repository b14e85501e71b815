// The benchmark's interface; the same as ../grpc/bench.proto.
#pragma once

#include <roi/annotations.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct record {
    std::int64_t id = 0;
    std::string name;
    double value = 0;
    std::vector<std::int32_t> numbers;
};

class ROI_REMOTE("bench") Workload {
public:
    std::int32_t add(std::int32_t a, std::int32_t b) { return a + b; }
    std::string echo(std::string_view text) { return std::string(text); }
    std::vector<std::byte> echo_bytes(std::span<const std::byte> bytes) {
        return {bytes.begin(), bytes.end()};
    }
    std::vector<record> echo_records(std::vector<record> records) { return records; }
    std::int64_t balance(const std::string& account) { return account == "alice" ? 10'000 : 0; }
};

}  // namespace bench
