// What a journal is behind its facade: sessions and rows in memory as the store has them, and works
// on the writer's thread.
#pragma once

#include <roi/journal.hpp>

#include "core/limits.hpp"
#include "core/transactions.hpp"
#include "journal/batch_writer.hpp"
#include "journal/durable_session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace roi::journaling {

class journal_core final : public core::transactions {
public:
    journal_core(std::unique_ptr<journal_store> store, journal_options options);
    ~journal_core() override;

    void run(const std::function<void(transaction&)>& what);

    void submit(std::unique_ptr<core::transactional_call> call) noexcept override;
    core::object_address address_of(std::string_view name) override;
    void open_session(const opening& who, std::function<void(opened&&)> then) noexcept override;
    void look_up(const core::session_id& session, std::uint64_t number,
                 std::optional<std::uint32_t> principal,
                 std::function<void(core::callee_session::fate)> then) noexcept override;
    bool is_running_here() const noexcept override { return writer_->is_running_here(); }

    const journal_store::identity& who() const noexcept { return who_; }
    const std::string& describe() const noexcept { return describe_; }
    const core::limits& limits() const noexcept { return limits_; }
    const journal_options& options() const noexcept { return options_; }
    static transaction within(journal_store& store) noexcept { return transaction{store}; }

    // Of the writer's thread.
    durable_sessions& sessions() noexcept { return sessions_; }
    batch_writer& writer() noexcept { return *writer_; }

private:
    void load(journal_store& store);
    batch_writer::options writer_options();
    void poisoned(const std::string& why);

    const journal_options options_;
    const core::limits limits_;
    journal_store::identity who_;
    std::string describe_;
    durable_sessions sessions_;
    std::unordered_map<std::string, core::object_address> addresses_;  // of the writer's thread
    std::optional<batch_writer> writer_;
};

}  // namespace roi::journaling
