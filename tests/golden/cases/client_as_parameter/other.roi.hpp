#pragma once
// As another header's generated one.
namespace demo {
class OtherClient {
    int object_;
};
}  // namespace demo
