// Uses the derived client where the generated one is expected.
#include "newclient.hpp"

#include <iostream>

// Knows nothing of NEWCLIENT.
int sum(MYSERVER_CLIENT& client) {
    return client.doSomething(1) + client.doSomething(20) + client.doSomething(20);
}

int main() {
    NEWCLIENT client;
    std::cout << "sum " << sum(client) << ", asked the server " << client.asked() << " times\n";
    std::cout << client.doSomethingElse("world") << "\n";
}
