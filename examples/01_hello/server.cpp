// One object, published under the name of its class until the program is told to end.
#include "hello.roi.hpp"

#include <iostream>

int main() {
    MYSERVER_SERVER server;
    std::cout << "MYSERVER is published" << std::endl;
    roi::serve();
}
