// The server of demo::Bank. Written by hand as idlc would write it, from bank.hpp.
#include "bank.roi.hpp"

#include <roi/codec.hpp>

namespace demo {
namespace {

namespace wire = roi::wire;
namespace codec = roi::codec;

void serve_transfer(void* object, roi::generated::incoming& call) {
    std::string from;
    std::string to;
    std::int64_t cents{};
    for (wire::reader in = call.arguments(); in.next();) {
        switch (in.number()) {
            case 1: codec::read(in, from); break;
            case 2: codec::read(in, to); break;
            case 3: codec::read(in, cents); break;
            default: in.skip();
        }
    }
    call.decoded();
    const std::int64_t result = static_cast<Bank*>(object)->transfer(from, to, cents);
    codec::write(call.result(), 1, result);
}

void serve_balance(void* object, roi::generated::incoming& call) {
    std::string account;
    for (wire::reader in = call.arguments(); in.next();) {
        switch (in.number()) {
            case 1: codec::read(in, account); break;
            default: in.skip();
        }
    }
    call.decoded();
    const std::int64_t result = static_cast<const Bank*>(object)->balance(account);
    codec::write(call.result(), 1, result);
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
        wire::writer fields;
        codec::write(fields, 2, error.missing_cents);
        codec::write(fields, 1, error.account);
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

BankServer::BankServer(roi::publication where)
    : servant_(roi_export(*this), std::move(where)) {}

BankServer::~BankServer() {
    servant_.withdraw();
}

}  // namespace demo
