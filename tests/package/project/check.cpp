// Server and client in one process, and the client of the base class served by the derived one.
#include "greet/polite.roi.hpp"

#include <roi/runtime.hpp>

#include <iostream>

int main() {
    greet::PoliteGreeterServer server;
    std::cout << server.greet("local").text << "\n";
    return server.part("you").text == "good bye you" ? 0 : 1;
}
