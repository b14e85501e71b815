// Three objects of one class in one process, each under a name of its own.
#include "shop.roi.hpp"

#include <iostream>

int main() {
    roi::stop_signals stop;
    demo::ShopServer north{roi::as("shop-north"), 100};
    demo::ShopServer south{roi::as("shop-south"), 90};
    demo::ShopServer market{roi::as("shop-market"), 110};
    std::cout << "three shops are open" << std::endl;
    roi::serve();
}
