// What runs on a journal's thread for a call: the row is asked, the method runs, the row is stored.
#pragma once

#include "core/transactions.hpp"
#include "journal/batch_writer.hpp"
#include "journal/journal_core.hpp"

#include <memory>
#include <string>

namespace roi::journaling {

wire::writer failure_body(errc code, roi::outcome ran, std::string_view text);

/// Owns itself: the last of its endings deletes it.
class call_work final : public work {
public:
    call_work(journal_core& owner, std::unique_ptr<core::transactional_call> call)
        : owner_(&owner), call_(std::move(call)) {}

    verdict run(journal_store& store, int savepoint) override;
    void committed() noexcept override;
    void not_committed(refusal why, std::string_view text) noexcept override;
    void poisoned() noexcept override;
    std::size_t size() const noexcept override { return call_->arguments().size() + 256; }

private:
    enum class kind {
        plain,     // without a row
        numbered,  // it has a row, and ran, or was refused
        known,     // its row has its answer already
        attached,  // another work has the same call, and answers both
        hopeless,  // neither: it is answered with what is in failure_
    };
    struct failure {
        errc code = errc::connection_lost;
        roi::outcome ran = outcome::unknown;
        const char* text = "";
    };
    bool admit(const core::call_header& header);
    void run_method(journal_store& store, int savepoint);

    journal_core* const owner_;
    std::unique_ptr<core::transactional_call> call_;
    kind kind_ = kind::plain;
    std::shared_ptr<durable_session> session_;
    core::transactional_call::end end_;
    failure failure_;
    bool ran_ = false;
    bool intends_ = false;  // its intent is in this batch; it runs in the next one
    bool had_intent_ = false;
};

}  // namespace roi::journaling
