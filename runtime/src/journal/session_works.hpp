// What runs on a journal's thread for sessions: opening one, and looking a call up.
#pragma once

#include "journal/batch_writer.hpp"
#include "journal/journal_core.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace roi::journaling {

/// Both own themselves: the last of their endings deletes them.
class open_work final : public work {
public:
    open_work(journal_core& owner, const core::transactions::opening& who,
              std::function<void(core::transactions::opened&&)> then)
        : owner_(&owner), who_(who), then_(std::move(then)) {}

    verdict run(journal_store& store, int savepoint) override;
    void committed() noexcept override;
    void not_committed(refusal why, std::string_view text) noexcept override;
    void poisoned() noexcept override { delete this; }

private:
    void tell(const durable_session& session);
    journal_core* const owner_;
    const core::transactions::opening who_;
    const std::function<void(core::transactions::opened&&)> then_;
    std::shared_ptr<durable_session> session_;
    std::vector<core::session_id> forgotten_;
    bool is_late_ = false;  // a later life of the client was seen
};

class look_up_work final : public work {
public:
    using fate = core::callee_session::fate;
    look_up_work(journal_core& owner, const core::session_id& session, std::uint64_t number,
                 std::optional<std::uint32_t> principal, std::function<void(fate)> then)
        : owner_(&owner),
          session_(session),
          number_(number),
          principal_(principal),
          then_(std::move(then)) {}

    verdict run(journal_store& store, int savepoint) override;
    void committed() noexcept override;
    void not_committed(refusal why, std::string_view text) noexcept override;
    void poisoned() noexcept override { delete this; }

private:
    journal_core* const owner_;
    const core::session_id session_;
    const std::uint64_t number_;
    const std::optional<std::uint32_t> principal_;
    const std::function<void(fate)> then_;
    fate fate_ = fate::unknown;
};

}  // namespace roi::journaling
