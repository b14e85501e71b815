// Whether this machine lets a thread wait by spinning.
#include "net/spin.hpp"

#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace roi::net {
namespace {

int cores_allowed() noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

// A quota is spent by spinning and then missing for work.
bool has_quota() {
    std::ifstream in{"/sys/fs/cgroup/cpu.max"};
    std::string first;
    return in >> first && first != "max";
}

}  // namespace

bool spinner::possible() noexcept {
    try {
        const char* const wish = std::getenv("ROI_SPIN");
        if (wish != nullptr && std::string{wish} == "0") return false;
        if (cores_allowed() < 2 || has_quota()) return false;
        const int policy = ::sched_getscheduler(0);
        return policy != SCHED_FIFO && policy != SCHED_RR;
    } catch (...) {
        return false;
    }
}

}  // namespace roi::net
