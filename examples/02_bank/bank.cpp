// The bank's business. It knows nothing of remote calls; only the server is linked with it.
#include "bank.hpp"

#include <iostream>
#include <stdexcept>
#include <thread>

namespace demo {

std::int64_t Bank::balance(const std::string& account) const {
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) throw std::out_of_range("no account '" + account + "'");
    return found->second;
}

std::int64_t Bank::transfer(const std::string& from, const std::string& to, std::int64_t cents) {
    if (cents <= 0) throw std::invalid_argument("only a positive amount can be transferred");
    const std::int64_t held = balance(from);
    if (held < cents) throw insufficient_funds(from, cents - held);
    balance(to);  // throws where there is no such account, before anything has changed
    accounts_[from] -= cents;
    accounts_[to] += cents;
    return accounts_[from];
}

std::int64_t Bank::audit(std::chrono::milliseconds time) const {
    std::cout << "an audit has begun" << std::endl;
    std::this_thread::sleep_for(time);
    std::int64_t sum = 0;
    for (const auto& [account, cents] : accounts_)
        sum += cents;
    return sum;
}

}  // namespace demo
