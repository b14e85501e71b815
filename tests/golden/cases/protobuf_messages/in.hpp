// not compiled: it declares what protobuf has.
#pragma once
#include <roi/annotations.hpp>

// As Protocol Buffers' own headers declare them.
namespace google::protobuf {
class MessageLite {};
class Message : public MessageLite {};
}  // namespace google::protobuf

namespace demo {
class order final : public google::protobuf::Message {
    int secret_;
};
class ROI_REMOTE() Orders {
public:
    order next(const order& last);
    void add(order& changed, order moved);
};
}  // namespace demo
