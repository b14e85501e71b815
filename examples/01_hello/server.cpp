// One object, published under the name of its class until the program is told to end.
#include "hello.roi.hpp"

#include <iostream>

int main() {
    roi::stop_signals stop;
    MYSERVER_SERVER server;
    std::cout << "MYSERVER is published" << std::endl;
    roi::serve();
}
