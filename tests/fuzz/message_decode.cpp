// Any bytes as a message with fields of every type: a value or malformed, and nothing else. What
// was read is written and read again, and must stay the same size.
#include "unit/codec/sample.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sample::codec;
    const std::span<const std::byte> bytes = std::as_bytes(std::span{data, size});
    sample::everything value;
    try {
        roi::wire::reader in{bytes};
        codec::read(in, value);
    } catch (const roi::wire::malformed&) {
        return 0;
    }
    roi::wire::writer out;
    codec::write(out, value);
    sample::everything copy;
    roi::wire::reader in{out.bytes()};
    codec::read(in, copy);
    roi::wire::writer again;
    codec::write(again, copy);
    if (again.size() != out.size()) {  // unordered containers may change their order
        std::abort();
    }
    return 0;
}
