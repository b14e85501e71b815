// Serves a box of toys until it is stopped.
#include "toys.roi.hpp"

#include <roi/servant.hpp>

#include <iostream>

int main() {
    roi::stop_signals stop;
    toys::BoxServer box;
    std::cout << "the box is open" << std::endl;
    roi::serve();
}
