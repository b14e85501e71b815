// The server of demo::Bank. Written by hand as idlc would write it, from bank.hpp.
#include "bank.roi.hpp"

#include <roi/codec.hpp>

namespace demo {
namespace {

using roi::generated::field;

struct codec : roi::generated::codec<codec> {
    static void write(roi::wire::writer& out, const insufficient_funds& value) {
        put(out, 2, value.missing_cents);
        put(out, 1, value.account);
    }
};

void serve_transfer(void* object, roi::generated::incoming& call) {
    std::string from;
    std::string to;
    std::int64_t cents{};
    codec::get_fields(call, field{1, from}, field{2, to}, field{3, cents});
    call.decoded();
    const std::int64_t result = static_cast<Bank*>(object)->transfer(from, to, cents);
    codec::put_fields(call, field{1, result});
}

void serve_balance(void* object, roi::generated::incoming& call) {
    std::string account;
    codec::get_fields(call, field{1, account});
    call.decoded();
    const std::int64_t result = static_cast<const Bank*>(object)->balance(account);
    codec::put_fields(call, field{1, result});
}

constexpr roi::generated::entry bank_entries[] = {
    {{.id = 0x1e83b7f2640ad95c, .name = "transfer"}, serve_transfer},
    {{.id = 0x6b1f0d5a9c24e873,
      .name = "balance",
      .promise = roi::generated::semantics::at_least_once},
     serve_balance},
};

bool describe_bank_exception(std::exception_ptr thrown, roi::generated::exception_writer& out) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const insufficient_funds& error) {
        roi::wire::writer fields;
        codec::write(fields, error);
        out.add("demo.insufficient_funds", fields, error.what());
        return true;
    } catch (...) {
        return false;
    }
}

constexpr roi::generated::dispatch_table bank_dispatch{
    .type = &BankClient::roi_interface,
    .entries = bank_entries,
    .describe = describe_bank_exception,
};

}  // namespace

roi::generated::exported roi_export(Bank& object) noexcept {
    return {&bank_dispatch, &object};
}

BankServer::BankServer() : BankServer(roi::publication{}) {}

BankServer::BankServer(roi::publication where) : servant_(roi_export(*this), std::move(where)) {}

BankServer::~BankServer() {
    servant_.withdraw();
}

}  // namespace demo
