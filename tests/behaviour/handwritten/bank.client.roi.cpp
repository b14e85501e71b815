// The client of demo::Bank. Written by hand as idlc would write it, from bank.hpp.
#include "bank.roi.hpp"

#include <roi/codec.hpp>

namespace demo {
namespace {

using roi::generated::field;

struct codec : roi::generated::codec<codec> {
    static void read(roi::wire::reader& in, insufficient_funds& value) {
        while (in.next()) {
            switch (in.number()) {
                case 1:
                    get(in, value.account);
                    break;
                case 2:
                    get(in, value.missing_cents);
                    break;
                default:
                    in.skip();
            }
        }
    }
};

constexpr roi::generated::method balance_method{
    .id = 0x6b1f0d5a9c24e873,
    .name = "balance",
    .promise = roi::generated::semantics::at_least_once,
};
constexpr roi::generated::method transfer_method{
    .id = 0x1e83b7f2640ad95c,
    .name = "transfer",
};

// Exceptions of bank.hpp.

[[noreturn]] void raise_insufficient_funds(roi::wire::reader in, const std::string&) {
    insufficient_funds error;
    codec::read(in, error);
    throw error;
}

constexpr roi::generated::known_exception bank_exceptions[] = {
    {"demo.insufficient_funds", raise_insufficient_funds},
};

// Calls.

}  // namespace

constexpr roi::generated::interface BankClient::roi_interface {
    .name = "demo.Bank", .published_name = "bank", .fingerprint_high = 0x2f6d1c0a55e04b11,
    .fingerprint_low = 0x9a41c7e8d0b3f572, .description = {}, .exceptions = bank_exceptions,
};

BankClient::BankClient(roi::target object) : object_(roi_interface, std::move(object)) {}

BankClient::BankClient(roi::reference object) noexcept : object_(std::move(object)) {}

std::int64_t BankClient::balance(const std::string& account) const {
    return async_balance(account).get();
}

roi::call<std::int64_t> BankClient::async_balance(const std::string& account) const {
    roi::generated::request call{object_, roi_interface, balance_method};
    codec::put_fields(call, field{1, account});
    return {call, codec::result<std::int64_t>};
}

std::int64_t BankClient::transfer(const std::string& from, const std::string& to,
                                  std::int64_t cents) {
    return async_transfer(from, to, cents).get();
}

roi::call<std::int64_t> BankClient::async_transfer(const std::string& from, const std::string& to,
                                                   std::int64_t cents) {
    roi::generated::request call{object_, roi_interface, transfer_method};
    codec::put_fields(call, field{1, from}, field{2, to}, field{3, cents});
    return {call, codec::result<std::int64_t>};
}

BankClient BankClient::with(const roi::call_options& options) const {
    return BankClient{object_.with(options)};
}

}  // namespace demo
