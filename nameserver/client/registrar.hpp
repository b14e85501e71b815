// Keeps names registered: publishes them, renews their lease, and publishes them anew after any
// outage of the name server, without being asked.
//
// One registrar serves the names of one runtime at one name server. They share a lease, named by
// the instance's token, so one renewal every third of its TTL keeps them all. The renewal also
// tells whether the name server still knows all that it should; where it does not, all are
// published again, with the same token and address.
#pragma once

#include "places.hpp"
#include "port.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace roi::naming {

/// Why a name is not held.
struct refusal {
    errc code = errc::name_taken;
    std::string text;
};

/// Is told what becomes of one name, one event at a time, under no lock of the registrar.
class registration_observer {
public:
    virtual ~registration_observer() = default;
    virtual void registered(const id128& address, std::uint64_t generation) noexcept = 0;
    virtual void refused(refusal&& why) noexcept = 0;
    virtual void not_reachable(refusal&& why) noexcept = 0;
};

/// Threads: safe to use from any. Made as a shared_ptr: calls under way keep it alive.
class registrar final : public std::enable_shared_from_this<registrar> {
public:
    struct options {
        /// The name server's endpoint; empty: the default one, wherever it is.
        std::string server = {};
        std::chrono::milliseconds ttl{15'000};
        id128 instance;  // secret
        naming::holder holder;
    };
    registrar(std::shared_ptr<port> world, options with);

    struct publication {
        std::string scope;  // path within the name server
        std::string name;
        interface_id type;
        std::vector<std::byte> description;
        std::vector<std::string> endpoints;
        id128 address;
    };
    /// Begins to keep `what` registered; the number stands for it in withdraw(). A name that this
    /// registrar keeps already is refused.
    std::uint64_t publish(publication what, std::shared_ptr<registration_observer> observer);
    enum class waiting { for_answer, not_at_all };
    /// Takes it back; no event follows. Waits for the name server, if at all, for 2 s at most.
    void withdraw(std::uint64_t number, waiting how) noexcept;
    /// No more events and calls. What is registered stays so until its lease ends or the connection
    /// does.
    void stop() noexcept;

private:
    enum class state { wanted, asking, registered, refused };
    struct kept_name {
        std::uint64_t number = 0;
        publication what;
        std::shared_ptr<registration_observer> observer;
        registrar::state state = registrar::state::wanted;
        std::uint64_t generation = 0;
        bool was_registered = false;
        bool withdrawn = false;  // while asking: take it back when the answer comes
        bool told_unreachable = false;
        bool send_description = false;
    };
    /// What is to be done when the lock is released.
    using deeds = std::vector<std::function<void()>>;

    kept_name* find(std::uint64_t number);
    void seek(deeds& out);
    void ask_renewal(deeds& out);
    void on_renewal(std::uint64_t round, const std::string& server, reply<renew_answer>&& r);
    void adopt(const std::string& server, const renew_answer& answer, bool comparable, deeds& out);
    void lost(const std::string& why, deeds& out);
    void put_off(const std::string& why, deeds& out);
    void tell_unreachable(const std::string& why, deeds& out);
    void publish_wanted(deeds& out);
    void ask_publish(kept_name& name, deeds& out);
    void on_published(std::uint64_t number, const std::string& server, reply<publish_answer>&& r);
    void forget_registrations();
    void schedule(duration delay, deeds& out);
    void withdraw_later(const kept_name& name, const std::string& server, deeds& out);
    void note(const store_state& at);
    static void perform(deeds& todo);

    const std::shared_ptr<port> world_;
    const options options_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::list<kept_name> names_;
    std::uint64_t last_number_ = 0;

    std::string server_;  // where it is registered; empty: looking for one
    std::vector<std::string> candidates_;
    std::size_t candidate_ = 0;
    bool renewing_ = false;    // a renewal is under way
    std::uint64_t round_ = 0;  // makes answers and timers of earlier rounds void
    std::uint64_t renewals_ = 0;
    std::uint64_t changes_ = 0;  // publications begun or ended, so that a comparison is fair
    std::uint64_t changes_at_renewal_ = 0;
    bool outage_ = false;   // reported, and not over yet
    bool put_off_ = false;  // the name server is there but takes no names; reported
    backoff waits_;
    std::optional<store_state> store_;
    std::string last_failure_;
};

}  // namespace roi::naming
