// The clients of the demonstration in ../run.sh: one act for each argument.
#include "bank.roi.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

namespace {

const char* to_text(roi::outcome outcome) {
    switch (outcome) {
        case roi::outcome::not_executed:
            return "not executed";
        case roi::outcome::executed:
            return "executed";
        case roi::outcome::unknown:
            break;
    }
    return "unknown";
}

// One client object lives through the death of its server.
int crash() {
    using namespace std::chrono_literals;
    demo::BankClient bank;
    std::cout << "client: alice has " << bank.balance("alice") << " cents\n"
              << "client: audit(60 s), a long call ..." << std::endl;
    try {
        bank.audit(60s);
        std::cout << "client: the audit ended, which it should not\n";
        return 1;
    } catch (const roi::error& e) {
        std::cout << "client: roi::error: " << e.what() << "\n"
                  << "client: did it run? outcome() = " << to_text(e.outcome()) << std::endl;
    }
    std::cout << "client: the same object, once more: alice has " << std::flush
              << bank.balance("alice") << " cents" << std::endl;
    return 0;
}

int measure(std::size_t count) {
    using clock = std::chrono::steady_clock;
    demo::BankClient bank;
    for (std::size_t i = 0; i < count / 10; ++i)
        bank.balance("alice");
    std::vector<double> times;
    times.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto start = clock::now();
        bank.balance("alice");
        times.push_back(std::chrono::duration<double, std::micro>(clock::now() - start).count());
    }
    std::ranges::sort(times);
    std::printf("%zu calls of balance(\"alice\"), one after the other: p50 %.1f us, p99 %.1f us\n",
                count, times[count / 2], times[count * 99 / 100]);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::strcmp(argv[1], "crash") == 0) return crash();
        if (argc == 3 && std::strcmp(argv[1], "measure") == 0)
            return measure(std::strtoul(argv[2], nullptr, 10));
    } catch (const roi::error& e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
    std::cerr << "usage: bank_story crash | measure COUNT\n";
    return 2;
}
