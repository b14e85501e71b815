// Publishes a MYSERVER.
#include "myserver.roi.hpp"

#include <iostream>

int main() {
    roi::stop_signals stop;
    MYSERVER_SERVER server;
    std::cout << "MYSERVER is published" << std::endl;
    roi::serve();
}
