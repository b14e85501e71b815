// Client and server of demo::Bank. Written by hand as idlc would write it, from bank.hpp.
#pragma once

#include "bank.hpp"

#include <roi/generated.hpp>

#if ROI_GENERATED_VERSION != 1
#error "bank.roi.hpp was generated for another version of ROI; run idlc again"
#endif

namespace demo {

/// The accounts of one bank.
class BankClient {
public:
    /// Means the object published as "bank", or another one. Does not block: the first call looks
    /// it up and connects.
    explicit BankClient(roi::target object = {});
    explicit BankClient(roi::reference object) noexcept;
    BankClient(const BankClient&) = default;
    BankClient(BankClient&&) = default;
    BankClient& operator=(const BankClient&) = default;
    BankClient& operator=(BankClient&&) = default;
    virtual ~BankClient() = default;

    /// Cents held by `account`.
    virtual std::int64_t balance(const std::string& account) const;
    roi::call<std::int64_t> async_balance(const std::string& account) const;

    /// Moves `cents` from one account to the other; returns the new balance of `from`.
    virtual std::int64_t transfer(const std::string& from, const std::string& to,
                                  std::int64_t cents);
    roi::call<std::int64_t> async_transfer(const std::string& from, const std::string& to,
                                           std::int64_t cents);

    /// The same object, with options for the calls made through what is returned.
    BankClient with(const roi::call_options& options) const;

    const roi::reference& roi_reference() const noexcept { return object_; }
    static const roi::generated::interface roi_interface;

protected:
    roi::reference object_;
};

/// A Bank that is published while it exists.
class BankServer final : public Bank {
public:
    /// Publishes it as "bank".
    BankServer();
    explicit BankServer(roi::publication where);
    BankServer(const BankServer&) = delete;
    BankServer& operator=(const BankServer&) = delete;
    /// Withdraws it, and waits for the methods that are running.
    ~BankServer();

    const roi::servant& roi_servant() const noexcept { return servant_; }

private:
    roi::servant servant_;
};

/// How calls reach a Bank: for roi::publish().
roi::generated::exported roi_export(Bank& object) noexcept;

}  // namespace demo
