// Protobuf's own message classes on the wire: themselves. The only header here that needs protobuf.
#pragma once

#include <roi/codec.hpp>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>

#include <limits>

namespace roi::generated {

template <class T>
requires std::is_base_of_v<google::protobuf::MessageLite, T>
struct form<T> {
    static constexpr shape what = shape::length;
    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const T& value) {
        const std::size_t size = value.ByteSizeLong();
        if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            refuse_value("a protobuf message of 2 GiB or more cannot be sent");
        }
        const std::size_t mark = out.size();
        value.SerializePartialToArray(out.put_space(size), static_cast<int>(size));
        out.close(number, mark);
    }
    /// Fields that the message has already are merged, as protobuf does. Required fields of proto2
    /// that are missing are malformed.
    template <class Codec>
    static void get(wire::reader& in, T& value) {
        const int depth = wire::reader{in}.message().depth_left();
        const std::span<const std::byte> from = in.bytes();
        if (from.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            fail_range();
        }
        google::protobuf::io::CodedInputStream stream{
            reinterpret_cast<const std::uint8_t*>(from.data()), static_cast<int>(from.size())};
        stream.SetRecursionLimit(depth);
        if (!value.MergeFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
            throw wire::malformed{"a protobuf message cannot be parsed"};
        }
    }
};

}  // namespace roi::generated
