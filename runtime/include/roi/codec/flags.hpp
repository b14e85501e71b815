// The flags behind a `bool*` at the server: std::vector<bool> has no bool that a pointer could
// show.
#pragma once

#include <roi/codec.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace roi::generated {

/// As many bools as came, or as there is room for; in a row.
class flags {
public:
    using value_type = bool;

    bool* data() noexcept { return values_.get(); }
    const bool* data() const noexcept { return values_.get(); }
    std::size_t size() const noexcept { return size_; }
    void push_back(bool value) {
        if (size_ == room_) grow(std::max<std::size_t>(16, room_ * 2));
        values_[size_++] = value;
    }
    /// New ones are false.
    void resize(std::size_t size) {
        if (size > room_) grow(size);
        if (size > size_) std::fill(data() + size_, data() + size, false);
        size_ = size;
    }
    void clear() noexcept { size_ = 0; }

private:
    void grow(std::size_t room) {
        auto wider = std::make_unique<bool[]>(room);
        std::copy(data(), data() + size_, wider.get());
        values_ = std::move(wider);
        room_ = room;
    }

    std::unique_ptr<bool[]> values_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

template <>
struct form<flags> {
    static constexpr shape what = shape::many;

    template <class Codec>
    static void put(wire::writer& out, std::uint32_t number, const flags& values) {
        put_reversed<Codec, bool>(out, number,
                                  std::make_reverse_iterator(values.data() + values.size()),
                                  std::make_reverse_iterator(values.data()));
    }
    template <class Codec>
    static void get(wire::reader& in, flags& values) {
        append_elements<Codec>(in, values);
    }
    static void clear(flags& values) noexcept { values.clear(); }
};

}  // namespace roi::generated
