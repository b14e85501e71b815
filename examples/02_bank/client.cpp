// Moves money, and catches the bank's own error by its type.
#include "bank.roi.hpp"

#include <iostream>

int main() {
    demo::BankClient bank;
    try {
        std::cout << "alice has " << bank.balance("alice") << " cents\n";
        std::cout << "after a transfer of 500: " << bank.transfer("alice", "bob", 500) << "\n";
        bank.transfer("alice", "bob", 20'000);
    } catch (const demo::insufficient_funds& e) {
        std::cout << "refused: " << e.account << " lacks " << e.missing_cents << " cents\n";
    } catch (const roi::error& e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
}
