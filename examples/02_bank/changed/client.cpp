// A client of a changed interface: the server that it finds does not fit, and it is told why.
#include "bank.roi.hpp"

#include <iostream>

int main() {
    demo::BankClient bank;
    try {
        bank.transfer("alice", "bob", 4.99);
        std::cout << "transferred\n";
    } catch (const roi::error& e) {
        std::cout << e.what() << "\n";
        return e.code() == roi::errc::type_mismatch ? 0 : 1;
    }
    return 1;
}
