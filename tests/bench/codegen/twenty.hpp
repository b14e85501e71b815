// Twenty methods of ordinary types, to measure what generating and compiling their stubs costs.
#pragma once

#include <roi/annotations.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct entry {
    std::int64_t account = 0;
    std::int64_t cents = 0;
    std::string text;
    std::vector<std::string> tags;
};

class ROI_REMOTE("twenty") Twenty {
public:
    virtual ~Twenty() = default;
    virtual std::int64_t open_account(const std::string& owner) = 0;
    virtual void close_account(std::int64_t account) = 0;
    virtual std::int64_t balance(std::int64_t account) = 0;
    virtual std::int64_t deposit(std::int64_t account, std::int64_t cents) = 0;
    virtual std::int64_t withdraw(std::int64_t account, std::int64_t cents) = 0;
    virtual std::int64_t transfer(std::int64_t from, std::int64_t to, std::int64_t cents) = 0;
    virtual void set_limit(std::int64_t account, std::int64_t cents) = 0;
    virtual std::string owner(std::int64_t account) = 0;
    virtual void rename(std::int64_t account, const std::string& owner) = 0;
    virtual std::vector<std::int64_t> accounts(const std::string& owner) = 0;
    virtual std::vector<entry> history(std::int64_t account, std::uint32_t most) = 0;
    virtual std::optional<entry> last(std::int64_t account) = 0;
    virtual std::uint64_t append(const entry& what) = 0;
    virtual std::uint64_t append_all(const std::vector<entry>& what) = 0;
    virtual std::map<std::string, std::int64_t> totals() = 0;
    virtual double rate(const std::string& currency) = 0;
    virtual void set_rate(const std::string& currency, double rate) = 0;
    virtual bool freeze(std::int64_t account, bool frozen) = 0;
    virtual std::vector<std::byte> statement(std::int64_t account) = 0;
    virtual std::uint32_t import_file(const std::vector<std::byte>& file) = 0;
};

}  // namespace bench
