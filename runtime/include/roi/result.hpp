// The outcome of a call as a value, for those to whom failure is ordinary.
#pragma once

#include <roi/error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace roi {

/// Asks for a result in place of an exception: `call.get(roi::as_result)`.
struct as_result_t {
    explicit as_result_t() = default;
};
inline constexpr as_result_t as_result{};

namespace detail {

/// The part of a result that does not depend on its type.
class failure {
public:
    /// The failure of the call itself; null where it succeeded, or where the method threw.
    const roi::error* error() const noexcept { return error_.get(); }
    /// What get() would have thrown; null where the call succeeded.
    std::exception_ptr exception() const noexcept { return exception_; }
    /// Did the method run? True answers only: see roi::outcome.
    roi::outcome outcome() const noexcept { return error_ ? error_->outcome() : outcome::executed; }

protected:
    failure() = default;
    explicit failure(std::exception_ptr thrown, std::shared_ptr<const roi::error> error = nullptr)
        : exception_(std::move(thrown)), error_(std::move(error)) {}
    bool failed() const noexcept { return exception_ != nullptr; }
    void rethrow_if_failed() const {
        if (exception_) std::rethrow_exception(exception_);
    }

private:
    std::exception_ptr exception_;
    std::shared_ptr<const roi::error> error_;
};

}  // namespace detail

/// Either what a call returned, or why it did not.
template <class T>
class [[nodiscard]] result : public detail::failure {
public:
    result(T value) : value_(std::move(value)) {}  // NOLINT: a value is a result
    explicit result(std::exception_ptr thrown, std::shared_ptr<const roi::error> error = nullptr)
        : failure(std::move(thrown), std::move(error)) {}

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
    explicit result(std::exception_ptr thrown, std::shared_ptr<const roi::error> error = nullptr)
        : failure(std::move(thrown), std::move(error)) {}

    bool has_value() const noexcept { return !failed(); }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const { rethrow_if_failed(); }
};

}  // namespace roi
