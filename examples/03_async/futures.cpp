// Asks three shops at once and waits for the futures.
#include "shop.roi.hpp"

#include <boost/asio/use_future.hpp>
#include <roi/asio.hpp>

#include <future>
#include <iostream>
#include <stdexcept>
#include <vector>

int main() {
    std::vector<std::future<std::int64_t>> prices;
    for (const char* name : {"shop-north", "shop-south", "shop-market"}) {
        demo::ShopClient shop{roi::named(name)};
        prices.push_back(shop.async_price("coffee")(boost::asio::use_future));
    }
    std::cout << "coffee:";
    for (std::future<std::int64_t>& price : prices)
        std::cout << " " << price.get();
    std::cout << "\n";

    demo::ShopClient shop{roi::named("shop-north")};
    try {
        shop.async_price("silk").get();
    } catch (const std::out_of_range& e) {
        std::cout << "silk: " << e.what() << "\n";
    }
}
