// The parts of the marshalling that are the same for all interfaces.
#include <roi/codec.hpp>

#include <roi/codec/array.hpp>
#include <roi/codec/owner.hpp>
#include <roi/codec/text_pointer.hpp>
#include <roi/error.hpp>

#include <sys/random.h>

#include <cstdint>
#include <stdexcept>

namespace roi::generated {

namespace {
thread_local text_keeper* innermost = nullptr;
}

void get_text(wire::reader& in, std::string& value) {
    const std::string_view text = in.text();
    if (text.size() > value.capacity()) {
        value = std::string{text};  // of just this size, which assign() would double
    } else {
        value.assign(text);
    }
}

void put_c_text(wire::writer& out, std::uint32_t number, const char* value) {
    if (value == nullptr) {
        refuse_value("a null const char* cannot be sent; std::optional<std::string> can be empty");
    }
    out.put_bytes_field(number, value, std::strlen(value));
}

void fail_range() {
    throw wire::malformed{"a number does not fit the type that it is for"};
}

void fail_elements() {
    throw wire::malformed{"a container has too many elements"};
}

bool is_sampled() noexcept {
    constinit thread_local std::uint64_t state = 0;
    if (state == 0) {
        if (::getrandom(&state, sizeof state, GRND_NONBLOCK) != sizeof state) {
            state = reinterpret_cast<std::uintptr_t>(&state);
        }
        state |= 1;
    }
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 61 == 0;
}

void fail_flooded() {
    wire::detail::fail("more than 128 keys fall into one bucket of a hash table");
}

void fail_missing(std::uint32_t number) {
    const std::string text = "field " + std::to_string(number) + " is missing";
    throw wire::malformed{text.c_str()};
}

void fail_alternative() {
    throw wire::malformed{"an object of a type that is none of those that ROI_ONE_OF names"};
}

text_keeper::text_keeper() noexcept : outer_(std::exchange(innermost, this)) {}

text_keeper::~text_keeper() {
    innermost = outer_;
}

void text_keeper::release() noexcept {
    for (std::unique_ptr<char[]>& text : texts_) {
        (void)text.release();
    }
    texts_.clear();
}

void get_text_pointer(wire::reader& in, const char*& value) {
    if (innermost == nullptr) {
        throw std::logic_error{"a const char* is read outside of a text_keeper"};
    }
    const std::string_view text = in.text();
    if (text.find('\0') != std::string_view::npos) {
        throw wire::malformed{"a text for a const char* has a null character inside"};
    }
    auto copy = std::make_unique<char[]>(text.size() + 1);
    text.copy(copy.get(), text.size());
    innermost->texts_.push_back(std::move(copy));
    value = innermost->texts_.back().get();
}

void get_fixed_bytes(wire::reader& in, void* to, std::size_t size) {
    const std::span<const std::byte> from = in.bytes();
    if (from.size() > size) {
        fail_elements();
    }
    if (!from.empty()) {
        std::memcpy(to, from.data(), from.size());
    }
}

void refuse_value(const char* why) {
    throw error{errc::invalid_argument, outcome::not_executed, why};
}

}  // namespace roi::generated
