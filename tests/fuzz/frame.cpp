// Any octets as the message of a frame: parsed or refused, and nothing else.
#include "core/frame.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace roi::core;
    static const limits bounds;
    frame out;
    const auto bytes = std::as_bytes(std::span{data, size});
    const bool good = parse_frame(bytes, bounds, out);
    if (good && out.kind == frame_kind::call) {
        if (out.call.id == 0 || out.call.header.chain.size() > bounds.max_chain) std::abort();
        // What was understood can be said again.
        roi::wire::writer again;
        again.put_raw(out.call.arguments);
        put_call(again, out.call.id, out.call.header, out.call.total_size);
        frame same;
        if (!parse_frame(again.bytes().subspan(length_prefix), bounds, same) ||
            same.call.id != out.call.id || same.call.header.chain != out.call.header.chain)
            std::abort();
    }
    chunk_frame head;
    std::size_t data_size = 0;
    if (const auto taken = peek_chunk_head(bytes, size, head, data_size); taken != 0) {
        // The quick look and the full parse agree.
        if (taken + data_size != size || !good || out.kind != frame_kind::chunk ||
            out.chunk.id != head.id || out.chunk.of_reply != head.of_reply ||
            out.chunk.data.size() != data_size)
            std::abort();
    }
    return 0;
}
