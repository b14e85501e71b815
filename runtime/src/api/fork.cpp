// Counts forks.
#include "api/fork.hpp"

#include <pthread.h>

#include <atomic>

namespace roi::detail {
namespace {

std::atomic<unsigned> forks{0};

bool watch_forks() noexcept {
    return ::pthread_atfork(nullptr, nullptr,
                            [] { forks.fetch_add(1, std::memory_order_relaxed); }) == 0;
}

}  // namespace

unsigned process_number() noexcept {
    static const bool watched = watch_forks();
    static_cast<void>(watched);
    return forks.load(std::memory_order_relaxed);
}

}  // namespace roi::detail
