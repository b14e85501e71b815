// The store that keeps nothing, and the identity of new stores.
#include "store/store.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace roi::nameserver {
namespace {

class memory_store final : public store {
public:
    explicit memory_store(std::int64_t wall_ms)
        : id_(random_id()), revision_(first_revision(wall_ms)) {}

    id128 id() const override { return id_; }
    std::uint64_t revision() const override { return revision_; }
    void load(visitor&) override {}
    commit_result commit(const transaction& changes, std::string&) override {
        revision_ = changes.revision;
        return commit_result::durable;
    }
    commit_result tidy(std::string&) override { return commit_result::durable; }
    std::string describe() const override { return "memory"; }

private:
    id128 id_;
    std::uint64_t revision_;
};

}  // namespace

id128 random_id() {
    id128 id;
    for (std::uint64_t* half : {&id.high, &id.low}) {
        if (::getrandom(half, sizeof *half, 0) != sizeof *half) {
            throw std::system_error{errno, std::generic_category(), "random bytes"};
        }
    }
    return id;
}

std::uint64_t first_revision(std::int64_t wall_ms) {
    return static_cast<std::uint64_t>(wall_ms < 0 ? 0 : wall_ms) << 10;
}

std::unique_ptr<store> make_memory_store(std::int64_t wall_ms) {
    return std::make_unique<memory_store>(wall_ms);
}

}  // namespace roi::nameserver
