// Random numbers from the kernel, a few at a time.
#include "api/random.hpp"

#include "api/fork.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace roi::detail {
namespace {

struct store {
    std::array<std::uint64_t, 32> numbers{};
    std::size_t left = 0;
    unsigned process = 0;  // a fork child must not hand out its parent's numbers
};

void fill(store& into) {
    auto* bytes = reinterpret_cast<std::byte*>(into.numbers.data());
    std::size_t have = 0;
    while (have < sizeof into.numbers) {
        const ssize_t got = ::getrandom(bytes + have, sizeof into.numbers - have, 0);
        if (got < 0 && errno != EINTR) {
            throw std::system_error{errno, std::generic_category(), "getrandom"};
        }
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    into.left = into.numbers.size();
}

}  // namespace

std::uint64_t random_token() {
    thread_local store numbers;
    for (;;) {
        if (numbers.left == 0 || numbers.process != process_number()) {
            fill(numbers);
            numbers.process = process_number();
        }
        if (const std::uint64_t token = numbers.numbers[--numbers.left]; token != 0) return token;
    }
}

}  // namespace roi::detail
