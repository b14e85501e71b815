// Calls the object in the server's process as if it were here.
#include "hello.roi.hpp"

#include <iostream>

int main() {
    MYSERVER_CLIENT client;
    std::cout << client.doSomething(21) << "\n";
    std::cout << client.doSomethingElse("world") << "\n";
    std::cout << client.doSomethingElse("again") << "\n";
}
