// The journal as the user and the runtime see it.
#include <roi/journal.hpp>

#include "api/log.hpp"
#include "api/random.hpp"
#include "journal/call_work.hpp"
#include "journal/journal_core.hpp"
#include "journal/session_works.hpp"
#include "journal/sqlite_journal.hpp"

#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace roi::journaling {
namespace {

constexpr std::string_view address_prefix = "address/";
constexpr int poisoned_status = 70;  // EX_SOFTWARE

void put_u64(std::vector<std::byte>& out, std::uint64_t value) {
    for (int i = 0; i < 8; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

std::uint64_t get_u64(std::span<const std::byte> from) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    return value;
}

/// A work that its maker waits for.
class awaited_work final : public work {
public:
    explicit awaited_work(std::function<void(journal_store&)> what) : what_(std::move(what)) {}

    verdict run(journal_store& store, int) override {
        try {
            what_(store);
            return verdict::keep;
        } catch (...) {
            thrown_ = std::current_exception();
            return verdict::undo;
        }
    }
    void committed() noexcept override { end({}); }
    void not_committed(refusal, std::string_view text) noexcept override {
        end(std::string{text.empty() ? std::string_view{"the transaction was undone"} : text});
    }
    void poisoned() noexcept override { end("the store can no longer be trusted"); }

    void wait() {
        std::unique_lock lock{mutex_};
        over_.wait(lock, [&] { return ended_; });
        if (thrown_) std::rethrow_exception(thrown_);
        if (!why_.empty()) throw journal_error{why_};
    }

private:
    void end(std::string why) noexcept {
        const std::lock_guard lock{mutex_};
        why_ = std::move(why);
        ended_ = true;
        over_.notify_all();
    }
    const std::function<void(journal_store&)> what_;
    std::exception_ptr thrown_;
    std::mutex mutex_;
    std::condition_variable over_;
    bool ended_ = false;
    std::string why_;
};

}  // namespace

journal_core::journal_core(std::unique_ptr<journal_store> store, journal_options options)
    : options_(std::move(options)), who_(store->who()), describe_(store->describe()) {
    load(*store);
    writer_.emplace(std::move(store), writer_options());
}

journal_core::~journal_core() {
    writer_->stop();
}

void journal_core::load(journal_store& store) {
    class reader final : public journal_store::visitor {
    public:
        explicit reader(journal_core& to) : to_(&to) {}
        void on_session(stored::session&& one) override {
            to_->sessions_.add(
                std::make_shared<durable_session>(one, to_->limits_, to_->sessions_.all_replies()));
        }
        void on_call(const stored::call& one) override { to_->sessions_.restore(one); }
        void on_post(const stored::post&) override {}
        void on_client(const stored::client&) override {}
        void on_value(std::string_view name, std::span<const std::byte> value) override {
            if (!name.starts_with(address_prefix) || value.size() != 16) return;
            name.remove_prefix(address_prefix.size());
            to_->addresses_[std::string{name}] = {get_u64(value.first(8)), get_u64(value.last(8))};
        }

    private:
        journal_core* to_;
    } to{*this};
    store.load(to);
}

batch_writer::options journal_core::writer_options() {
    batch_writer::options with;
    with.budget = options_.budget;
    with.on_slow = [this](const work&, std::chrono::nanoseconds took) {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
        detail::log(log_level::warning, "a transaction of " + describe_ + " took " +
                                            std::to_string(ms) +
                                            " ms, and all others waited for it");
    };
    with.on_trouble = [this](const std::string& why) {
        detail::log(log_level::error, "the journal " + describe_ + ": " + why);
    };
    with.on_poisoned = [this](const std::string& why) { poisoned(why); };
    return with;
}

void journal_core::poisoned(const std::string& why) {
    detail::log(log_level::error,
                "the journal " + describe_ +
                    " can no longer be trusted, and nobody is answered any more: " + why);
    if (options_.on_poisoned) {
        options_.on_poisoned(why);
    } else {
        std::_Exit(poisoned_status);
    }
}

void journal_core::run(const std::function<void(transaction&)>& what) {
    const auto body = [&](journal_store& store) {
        transaction inside = within(store);
        what(inside);
    };
    if (writer_->is_running_here()) return body(writer_->store());
    awaited_work work{body};
    writer_->submit(work);
    work.wait();
}

core::object_address journal_core::address_of(std::string_view name) {
    core::object_address address;
    awaited_work work{[&](journal_store& store) {
        const auto [place, made] = addresses_.try_emplace(
            std::string{name},
            core::object_address{detail::random_token(), detail::random_token()});
        address = place->second;
        if (!made) return;
        std::vector<std::byte> octets;
        put_u64(octets, address.high);
        put_u64(octets, address.low);
        store.put_value(std::string{address_prefix} + std::string{name}, octets);
    }};
    writer_->submit(work);
    try {
        work.wait();
    } catch (const std::exception& failed) {
        throw roi::error{errc::not_supported, outcome::not_executed,
                         "the journal " + describe_ + ": " + failed.what()};
    }
    return address;
}

// Where memory is short, what was to be told goes unanswered into its destructor, which says so.

void journal_core::submit(std::unique_ptr<core::transactional_call> call) noexcept {
    try {
        auto made = std::make_unique<call_work>(*this, std::move(call));
        writer_->submit(*made.release());
    } catch (const std::bad_alloc&) {
    }
}

void journal_core::open_session(const opening& who, std::function<void(opened&&)> then) noexcept {
    try {
        auto made = std::make_unique<open_work>(*this, who, std::move(then));
        writer_->submit(*made.release());
    } catch (const std::bad_alloc&) {
    }
}

void journal_core::look_up(const core::session_id& session, std::uint64_t number,
                           std::optional<std::uint32_t> principal,
                           std::function<void(core::callee_session::fate)> then) noexcept {
    try {
        auto made =
            std::make_unique<look_up_work>(*this, session, number, principal, std::move(then));
        writer_->submit(*made.release());
    } catch (const std::bad_alloc&) {
    }
}

}  // namespace roi::journaling

namespace roi {

// --- the facade ----------------------------------------------------------------------------------

sqlite3* transaction::sqlite() const noexcept {
    return store_->kind() == "sqlite" ? static_cast<sqlite3*>(store_->native_handle()) : nullptr;
}

namespace {

std::unique_ptr<journal_store> open_file(const std::filesystem::path& file,
                                         const journal_options& options) {
    journaling::sqlite_journal_options with;
    with.file = file;
    with.accept_data_loss = options.accept_data_loss;
    return journaling::open_sqlite_journal(with);
}

}  // namespace

journal::journal(const std::filesystem::path& file, journal_options options)
    : journal(open_file(file, options), options) {}

journal::journal(std::unique_ptr<journal_store> store, journal_options options)
    : implementation_(
          std::make_unique<journaling::journal_core>(std::move(store), std::move(options))) {}

journal::~journal() = default;

void journal::run(const std::function<void(transaction&)>& work) {
    implementation_->run(work);
}

journal_store::identity journal::who() const {
    return implementation_->who();
}

std::string journal::describe() const {
    return implementation_->describe();
}

core::transactions& journal::link() noexcept {
    return *implementation_;
}

}  // namespace roi
