// Asks three shops at once; each answer is a call of a function.
#include "shop.roi.hpp"

#include <roi/asio.hpp>

#include <array>
#include <iostream>
#include <latch>

int main() {
    const std::array<const char*, 3> names{"shop-north", "shop-south", "shop-market"};
    std::array<std::int64_t, 3> prices{};
    std::latch answers{3};
    for (std::size_t i = 0; i < names.size(); ++i) {
        demo::ShopClient shop{roi::named(names[i])};
        // Runs on a thread of the runtime, so it does little and does not block.
        shop.async_price("tea")([&, i](std::exception_ptr error, std::int64_t cents) {
            prices[i] = error ? -1 : cents;
            answers.count_down();
        });
    }
    answers.wait();
    for (std::size_t i = 0; i < names.size(); ++i)
        std::cout << names[i] << ": " << prices[i] << "\n";
}
