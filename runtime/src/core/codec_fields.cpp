// Arguments and results without their types: walks over fields and calls what reads or writes each.
#include <roi/codec.hpp>

#include <roi/codec/map.hpp>
#include <roi/codec/optional.hpp>
#include <roi/codec/vector.hpp>

namespace roi::generated {

void put_all(wire::writer& out, const sent_field* fields, std::size_t count) {
    // A writer fills its buffer from the end.
    while (count > 0) {
        const sent_field& last = fields[--count];
        last.put(out, last.number, last.value);
    }
}

void get_all(wire::reader in, const received_field* fields, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (!fields[i].is_required) fields[i].get(nullptr, fields[i].value);
    }
    static_assert(most_fields == 64);
    std::uint64_t seen = 0;
    std::size_t next = 0;  // fields mostly come in their order
    while (in.next()) {
        std::size_t tried = 0;
        for (; tried < count; ++tried, ++next) {
            if (next == count) next = 0;
            if (fields[next].number == in.number()) break;
        }
        if (tried == count) {
            in.skip();
            continue;
        }
        fields[next].get(&in, fields[next].value);
        seen |= std::uint64_t{1} << next;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (fields[i].is_required && ((seen >> i) & 1) == 0) fail_missing(fields[i].number);
    }
}

void decode(const any_decoder& how, wire::reader in, void* value) {
    switch (how.from) {
        case any_decoder::part::nothing:
            return;
        case any_decoder::part::whole_message:
            how.get(&in, value);
            return;
        case any_decoder::part::required_field:
        case any_decoder::part::optional_field: {
            const received_field only{value, how.get, 1,
                                      how.from == any_decoder::part::required_field};
            get_all(in, &only, 1);
        }
    }
}

std::size_t size_with(const wire::reader& in, std::size_t count, std::size_t most,
                      std::size_t each) {
    const std::size_t more = in.count_same();
    if (count > most || more > most - count) fail_elements();
    wire::detail::charge(more * each);
    return count + more;
}

void append_texts(wire::reader& in, std::vector<std::string>& values) {
    append_in_place<void>(in, values);
}

template <class T>
void get_octets(wire::reader& in, std::vector<T>& values) {
    const std::string_view found = in.text();
    const auto* const first = reinterpret_cast<const T*>(found.data());
    values.assign(first, first + found.size());
}
template void get_octets(wire::reader&, std::vector<char>&);
template void get_octets(wire::reader&, std::vector<signed char>&);
template void get_octets(wire::reader&, std::vector<unsigned char>&);
template void get_octets(wire::reader&, std::vector<std::byte>&);
template void get_octets(wire::reader&, std::vector<char8_t>&);

template <class Map>
void get_map(wire::reader& in, Map& values) {
    map_form<Map, true>::template get_entries<void>(in, values);
}

template <class T>
void put_known(wire::writer& out, std::uint32_t number, const void* value) {
    form<T>::template put<void>(out, number, *static_cast<const T*>(value));
}

template <class T>
void get_known(wire::reader* in, void* value) {
    get_any<void, T>(in, value);
}

#define ROI_DETAIL_KNOWN(...)                                                        \
    template void put_known<__VA_ARGS__>(wire::writer&, std::uint32_t, const void*); \
    template void get_known<__VA_ARGS__>(wire::reader*, void*);
#define ROI_DETAIL_NUMBER(type)                   \
    ROI_DETAIL_KNOWN(type)                        \
    ROI_DETAIL_KNOWN(std::optional<type>)         \
    ROI_DETAIL_KNOWN(std::map<std::string, type>) \
    template void get_map(wire::reader&, std::map<std::string, type>&);
#define ROI_DETAIL_PACKED(type) ROI_DETAIL_KNOWN(std::vector<type>)
ROI_DETAIL_NUMBER(bool)
ROI_DETAIL_NUMBER(int)
ROI_DETAIL_NUMBER(unsigned)
ROI_DETAIL_NUMBER(long)
ROI_DETAIL_NUMBER(unsigned long)
ROI_DETAIL_NUMBER(long long)
ROI_DETAIL_NUMBER(unsigned long long)
ROI_DETAIL_NUMBER(float)
ROI_DETAIL_NUMBER(double)
ROI_DETAIL_NUMBER(std::string)
ROI_DETAIL_PACKED(short)
ROI_DETAIL_PACKED(unsigned short)
ROI_DETAIL_PACKED(int)
ROI_DETAIL_PACKED(unsigned)
ROI_DETAIL_PACKED(long)
ROI_DETAIL_PACKED(unsigned long)
ROI_DETAIL_PACKED(long long)
ROI_DETAIL_PACKED(unsigned long long)
ROI_DETAIL_PACKED(float)
ROI_DETAIL_PACKED(double)
ROI_DETAIL_PACKED(std::string)
ROI_DETAIL_PACKED(std::byte)
ROI_DETAIL_PACKED(unsigned char)
#undef ROI_DETAIL_KNOWN
#undef ROI_DETAIL_NUMBER
#undef ROI_DETAIL_PACKED

}  // namespace roi::generated
