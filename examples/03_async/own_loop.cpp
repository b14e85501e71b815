// Asks three shops at once, on the program's own io_context: no thread is started.
#include "shop.roi.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <roi/asio.hpp>
#include <roi/runtime.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

asio::awaitable<void> compare(demo::ShopClient north, demo::ShopClient south,
                              demo::ShopClient market) {
    const auto [a, b, c] = co_await (north.async_price("tea")(asio::use_awaitable) &&
                                     south.async_price("tea")(asio::use_awaitable) &&
                                     market.async_price("tea")(asio::use_awaitable));
    std::cout << "tea: north " << a << ", south " << b << ", market " << c << "\n";
}

int main() {
    asio::io_context context;
    roi::runtime runtime{context};
    const auto shop = [&runtime](const char* name) {
        return demo::ShopClient{roi::named(name).on(runtime)};
    };
    asio::co_spawn(context, compare(shop("shop-north"), shop("shop-south"), shop("shop-market")),
                   [&context](std::exception_ptr error) {
                       context.stop();  // the runtime would wait for more
                       if (error) std::rethrow_exception(error);
                   });
    context.run();
}
