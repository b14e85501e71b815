// Packed numbers in contiguous memory: the tight loops of the marshalling.
#include <roi/codec/vector.hpp>

#include "core/varint.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace roi::generated {

namespace {

constexpr std::size_t longest_varint = 10;

template <class T>
constexpr bool is_varint = form<T>::what == shape::varint;

void check_last_byte(std::span<const std::byte> run) {
    if (!run.empty() && static_cast<std::uint8_t>(run.back()) >= 0x80) {
        wire::detail::fail("a number is cut short");
    }
}

/// The number of values in a packed field; refuses one whose last value is cut short.
template <class T>
std::size_t count_values(std::span<const std::byte> run) {
    if constexpr (is_varint<T>) {
        check_last_byte(run);
        return wire::reader{run}.count_varints();
    } else {
        if (run.size() % sizeof(T) != 0) {
            wire::detail::fail("a number is cut short");
        }
        return run.size() / sizeof(T);
    }
}

/// The last byte before `end` ends a number, as count_values() has seen to, so that no byte needs
/// to be compared with the end. Returns behind the last value.
template <class T>
T* decode_varints(const std::byte* at, const std::byte* end, T* values) {
    while (at != end) {
        auto byte = static_cast<std::uint64_t>(*at++);
        std::uint64_t bits = byte;
        if (byte >= 0x80) {
            byte = static_cast<std::uint64_t>(*at++);
            bits = (bits & 0x7f) | ((byte & 0x7f) << 7);
            for (int shift = 14; byte >= 0x80; shift += 7) {
                byte = static_cast<std::uint64_t>(*at++);
                if (shift == 63 && byte > 1) {
                    wire::detail::fail("a number has more than 64 bits");
                }
                bits |= (byte & 0x7f) << shift;
            }
        }
        *values++ = form<T>::from_bits(bits);
    }
    return values;
}

template <class T>
void decode_fixed(std::span<const std::byte> run, T* values) {
    if (run.empty()) {
        return;
    }
    std::memcpy(values, run.data(), run.size());
    if constexpr (std::endian::native != std::endian::little) {
        for (std::size_t i = 0; i < run.size() / sizeof(T); ++i) {
            values[i] = form<T>::from_bits(wire::detail::little(form<T>::to_bits(values[i])));
        }
    }
}

constexpr std::size_t few = 256;

/// Through memory of known size: the vector grows by what there is and is not filled with zeros
/// first.
template <class T>
void append_varints(std::span<const std::byte> run, std::vector<T>& values) {
    if (run.size() <= few) {
        if (!run.empty()) {
            std::array<T, few> found;
            check_last_byte(run);
            values.insert(values.end(), found.data(),
                          decode_varints(run.data(), run.data() + run.size(), found.data()));
        }
        return;
    }
    const std::size_t count = count_values<T>(run);
    const std::size_t before = values.size();
    values.resize(before + count);
    decode_varints(run.data(), run.data() + run.size(), values.data() + before);
}

/// Numbers of fixed width as they stand in a message: at any address, little-endian.
template <class T>
class fixed_iterator {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = T;

    explicit fixed_iterator(const std::byte* at) : at_(at) {}
    T operator*() const {
        T value;
        decode_fixed({at_, sizeof(T)}, &value);
        return value;
    }
    fixed_iterator& operator++() {
        at_ += sizeof(T);
        return *this;
    }
    fixed_iterator& operator--() {
        at_ -= sizeof(T);
        return *this;
    }
    fixed_iterator& operator+=(difference_type count) {
        at_ += count * static_cast<difference_type>(sizeof(T));
        return *this;
    }
    difference_type operator-(fixed_iterator other) const {
        return (at_ - other.at_) / static_cast<difference_type>(sizeof(T));
    }
    bool operator==(const fixed_iterator&) const = default;

private:
    const std::byte* at_;
};

template <class T>
void append_fixed(std::span<const std::byte> run, std::vector<T>& values) {
    static_cast<void>(count_values<T>(run));  // refuses a part of a number
    values.insert(values.end(), fixed_iterator<T>{run.data()},
                  fixed_iterator<T>{run.data() + run.size()});
}

template <class T>
void put_varints(wire::writer& out, const T* values, std::size_t count) {
    constexpr std::size_t batch = 64;
    while (count > 0) {
        const std::size_t now = std::min(batch, count);
        std::byte* at = out.front_with_room(now * longest_varint);
        for (std::size_t i = 0; i < now; ++i) {
            at = wire::detail::put_varint_before(at, form<T>::to_bits(values[--count]));
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
            decode_varints(run.data(), run.data() + run.size(), values);
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
        if constexpr (is_varint<T>) {
            append_varints(run, values);
        } else {
            append_fixed(run, values);
        }
        return;
    }
    do {
        T value{};
        form<T>::template get<void>(in, value);
        values.push_back(value);
    } while (in.next_same());
}

#define ROI_DETAIL_NUMBERS(type)                                                       \
    template void put_numbers(wire::writer&, std::uint32_t, const type*, std::size_t); \
    template void get_numbers(wire::reader&, type*, std::size_t);                      \
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
