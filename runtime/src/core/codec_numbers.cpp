// Packed numbers in contiguous memory: the tight loops of the marshalling.
#include <roi/codec/vector.hpp>

#include <algorithm>

namespace roi::generated {

namespace {

constexpr std::size_t longest_varint = 10;

/// Reads numbers of four or eight octets from bytes of any alignment.
template <class T>
class unaligned_iterator {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = T;

    explicit unaligned_iterator(const std::byte* at) noexcept : at_(at) {}
    T operator*() const noexcept {
        decltype(form<T>::to_bits(T{})) bits;
        std::memcpy(&bits, at_, sizeof bits);
        return form<T>::from_bits(wire::detail::little(bits));
    }
    unaligned_iterator& operator++() noexcept {
        at_ += sizeof(T);
        return *this;
    }
    unaligned_iterator operator++(int) noexcept {
        unaligned_iterator old = *this;
        ++*this;
        return old;
    }
    unaligned_iterator& operator--() noexcept {
        at_ -= sizeof(T);
        return *this;
    }
    difference_type operator-(const unaligned_iterator& other) const noexcept {
        return (at_ - other.at_) / static_cast<difference_type>(sizeof(T));
    }
    unaligned_iterator& operator+=(difference_type count) noexcept {
        at_ += count * static_cast<difference_type>(sizeof(T));
        return *this;
    }
    bool operator==(const unaligned_iterator& other) const noexcept { return at_ == other.at_; }

private:
    const std::byte* at_;
};

template <class T>
constexpr bool is_varint = form<T>::what == shape::varint;

/// The number of values in a packed field; refuses one whose last value is cut short.
template <class T>
std::size_t count_values(std::span<const std::byte> run) {
    if constexpr (is_varint<T>) {
        if (!run.empty() && static_cast<std::uint8_t>(run.back()) >= 0x80) {
            wire::detail::fail("a number is cut short");
        }
        return wire::reader{run}.count_varints();
    } else {
        if (run.size() % sizeof(T) != 0) {
            wire::detail::fail("a number is cut short");
        }
        return run.size() / sizeof(T);
    }
}

/// Exactly as many values as count_values() says, so the end need not be looked at.
template <class T>
void decode_varints(const std::byte* at, T* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        auto byte = static_cast<std::uint64_t>(*at++);
        std::uint64_t bits = byte & 0x7f;
        for (int shift = 7; byte >= 0x80; shift += 7) {
            byte = static_cast<std::uint64_t>(*at++);
            if (shift == 63 && byte > 1) {
                wire::detail::fail("a number has more than 64 bits");
            }
            bits |= (byte & 0x7f) << shift;
        }
        values[i] = form<T>::from_bits(bits);
    }
}

template <class T>
void decode_fixed(std::span<const std::byte> run, T* values) {
    if constexpr (std::endian::native == std::endian::little) {
        if (!run.empty()) {
            std::memcpy(values, run.data(), run.size());
        }
    } else {
        const unaligned_iterator<T> first{run.data()};
        std::copy(first, unaligned_iterator<T>{run.data() + run.size()}, values);
    }
}

template <class T>
void put_varints(wire::writer& out, const T* values, std::size_t count) {
    constexpr std::size_t batch = 64;
    while (count > 0) {
        const std::size_t now = std::min(batch, count);
        std::byte* at = out.front_with_room(now * longest_varint);
        for (std::size_t i = 0; i < now; ++i) {
            std::uint64_t bits = form<T>::to_bits(values[--count]);
            if (bits < 0x80) {
                *--at = static_cast<std::byte>(bits);
                continue;
            }
            at -= (static_cast<std::size_t>(std::bit_width(bits)) * 9 + 64) / 64;
            std::byte* to = at;
            while (bits >= 0x80) {
                *to++ = static_cast<std::byte>(bits | 0x80);
                bits >>= 7;
            }
            *to = static_cast<std::byte>(bits);
        }
        out.extend_to(at);
    }
}

}  // namespace

template <library_number T>
void put_numbers(wire::writer& out, std::uint32_t number, const T* values, std::size_t count) {
    if (count == 0) {
        return;
    }
    if constexpr (is_varint<T>) {
        const std::size_t mark = out.size();
        put_varints(out, values, count);
        out.close(number, mark);
    } else if constexpr (std::endian::native == std::endian::little) {
        out.put_bytes_field(number, values, count * sizeof(T));
    } else {
        const std::size_t mark = out.size();
        while (count > 0) {
            form<T>::put_bare(out, values[--count]);
        }
        out.close(number, mark);
    }
}

template <library_number T>
void get_numbers(wire::reader& in, T* values, std::size_t count) {
    if (in.type() == wire::wire_type::length) {
        const std::span<const std::byte> run = in.bytes();
        const std::size_t found = count_values<T>(run);
        if (found > count) {
            fail_elements();
        }
        if constexpr (is_varint<T>) {
            decode_varints(run.data(), values, found);
        } else {
            decode_fixed(run, values);
        }
        return;
    }
    std::size_t found = 0;
    do {
        if (found == count) {
            fail_elements();
        }
        form<T>::template get<void>(in, values[found++]);
    } while (in.next_same());
}

template <library_number T>
void append_numbers(wire::reader& in, std::vector<T>& values) {
    if (in.type() == wire::wire_type::length) {
        const std::span<const std::byte> run = in.bytes();
        const std::size_t count = count_values<T>(run);
        if constexpr (is_varint<T>) {
            const std::size_t before = values.size();
            values.resize(before + count);
            decode_varints(run.data(), values.data() + before, count);
        } else {
            values.insert(values.end(), unaligned_iterator<T>{run.data()},
                          unaligned_iterator<T>{run.data() + run.size()});
        }
        return;
    }
    do {
        T value{};
        form<T>::template get<void>(in, value);
        values.push_back(value);
    } while (in.next_same());
}

#define ROI_DETAIL_NUMBERS(type)                                                         \
    template void put_numbers(wire::writer&, std::uint32_t, const type*, std::size_t);   \
    template void get_numbers(wire::reader&, type*, std::size_t);                        \
    template void append_numbers(wire::reader&, std::vector<type>&);
ROI_DETAIL_NUMBERS(short)
ROI_DETAIL_NUMBERS(unsigned short)
ROI_DETAIL_NUMBERS(int)
ROI_DETAIL_NUMBERS(unsigned)
ROI_DETAIL_NUMBERS(long)
ROI_DETAIL_NUMBERS(unsigned long)
ROI_DETAIL_NUMBERS(long long)
ROI_DETAIL_NUMBERS(unsigned long long)
ROI_DETAIL_NUMBERS(float)
ROI_DETAIL_NUMBERS(double)
#undef ROI_DETAIL_NUMBERS

}  // namespace roi::generated
