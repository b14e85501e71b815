// The outcome of a call as a value, for those to whom failure is ordinary.
#pragma once

#include <roi/error.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace roi {

/// Asks for a result in place of an exception: `call.get(roi::as_result)`.
struct as_result_t {
    explicit as_result_t() = default;
};
inline constexpr as_result_t as_result{};

namespace detail {

/// The part of a result that does not depend on its type. Compiled, and shared by copies.
class failure {
public:
    /// Of a call that succeeded.
    failure() noexcept = default;
    /// Of a call that failed.
    explicit failure(const roi::error& why);
    /// What is being handled: inside a catch block.
    static failure current();
    failure(const failure&) noexcept;
    failure(failure&& other) noexcept : kept_(std::exchange(other.kept_, nullptr)) {}
    failure& operator=(failure other) noexcept {
        std::swap(kept_, other.kept_);
        return *this;
    }
    ~failure() {
        if (kept_ != nullptr) release();
    }

    /// The failure of the call itself; null where it succeeded, or where the method threw.
    const roi::error* error() const noexcept;
    /// What get() would have thrown; null where the call succeeded.
    std::exception_ptr exception() const noexcept;
    /// Did the method run? True answers only: see roi::outcome.
    roi::outcome outcome() const noexcept;

protected:
    bool failed() const noexcept { return kept_ != nullptr; }
    void rethrow_if_failed() const {
        if (failed()) rethrow();
    }

private:
    struct kept;
    void release() noexcept;
    [[noreturn]] void rethrow() const;
    kept* kept_ = nullptr;
};

}  // namespace detail

/// Either what a call returned, or why it did not.
template <class T>
class [[nodiscard]] result : public detail::failure {
public:
    result(T value) : value_(std::move(value)) {}  // NOLINT: a value is a result
    explicit result(detail::failure why) noexcept : failure(std::move(why)) {}

    bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }
    /// The value; throws what get() would have thrown where there is none.
    T& value() & {
        rethrow_if_failed();
        return *value_;
    }
    const T& value() const& {
        rethrow_if_failed();
        return *value_;
    }
    T&& value() && {
        rethrow_if_failed();
        return std::move(*value_);
    }
    T& operator*() & noexcept { return *value_; }
    const T& operator*() const& noexcept { return *value_; }
    T* operator->() noexcept { return &*value_; }
    const T* operator->() const noexcept { return &*value_; }

private:
    std::optional<T> value_;
};

template <>
class [[nodiscard]] result<void> : public detail::failure {
public:
    result() = default;
    explicit result(detail::failure why) noexcept : failure(std::move(why)) {}

    bool has_value() const noexcept { return !failed(); }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const { rethrow_if_failed(); }
};

}  // namespace roi
