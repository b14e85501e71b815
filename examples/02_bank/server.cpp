// Opens a bank: published under its name while the program runs.
#include "bank.roi.hpp"

#include <iostream>

int main() {
    roi::stop_signals stop;  // from here on SIGTERM ends serve(), also while it opens
    try {
        demo::BankServer bank;
        std::cout << "the bank is open" << std::endl;
        roi::serve();  // until SIGTERM
        std::cout << "the bank is closed" << std::endl;
    } catch (const roi::error& e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
}
