// Why a call failed, kept for roi::result.
#include <roi/result.hpp>

#include <atomic>
#include <optional>
#include <utility>

namespace roi::detail {

struct failure::kept {
    std::exception_ptr exception;
    std::optional<roi::error> error;  // where the call itself failed
    std::atomic<int> references{1};
};

failure::failure(const roi::error& why) : kept_(new kept{std::make_exception_ptr(why), why}) {}

failure::failure(const failure& other) noexcept : kept_(other.kept_) {
    if (kept_ != nullptr) kept_->references.fetch_add(1, std::memory_order_relaxed);
}

failure failure::current() {
    failure found;
    try {
        throw;
    } catch (const roi::error& why) {
        found.kept_ = new kept{std::current_exception(), why};
    } catch (...) {
        found.kept_ = new kept{std::current_exception(), std::nullopt};
    }
    return found;
}

void failure::release() noexcept {
    if (kept_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete kept_;
}

const roi::error* failure::error() const noexcept {
    return kept_ != nullptr && kept_->error ? &*kept_->error : nullptr;
}

std::exception_ptr failure::exception() const noexcept {
    return kept_ != nullptr ? kept_->exception : nullptr;
}

roi::outcome failure::outcome() const noexcept {
    const auto* const why = error();
    return why != nullptr ? why->outcome() : outcome::executed;
}

void failure::rethrow() const {
    std::rethrow_exception(kept_->exception);
}

}  // namespace roi::detail
