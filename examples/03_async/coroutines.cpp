// Asks three shops at once in a coroutine.
#include "shop.roi.hpp"

#include <roi/task.hpp>

#include <iostream>
#include <stdexcept>

roi::task<> compare(demo::ShopClient north, demo::ShopClient south, demo::ShopClient market) {
    // All three calls are under way before the first is awaited.
    auto a = north.async_price("tea").start();
    auto b = south.async_price("tea").start();
    auto c = market.async_price("tea").start();
    std::cout << "tea: north " << co_await a;
    std::cout << ", south " << co_await b;
    std::cout << ", market " << co_await c << "\n";
    try {
        co_await north.async_price("silk");
    } catch (const std::out_of_range& e) {
        std::cout << "silk: " << e.what() << "\n";
    }
}

int main() {
    roi::run(compare(demo::ShopClient{roi::named("shop-north")},
                     demo::ShopClient{roi::named("shop-south")},
                     demo::ShopClient{roi::named("shop-market")}));
}
