// One search for a name, as a state machine: whom to ask, how long to wait, when to give up. Time,
// chance and answers are arguments, so the blocking and the asynchronous resolver share it.
#pragma once

#include "places.hpp"
#include "port.hpp"

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace roi::naming {

struct lookup_request {
    std::string scope;  // as users write it
    std::string name;
    interface_id type;
    std::vector<std::byte> description;
    std::optional<time_point> deadline;
    /// A location that did not serve: not an answer, for as long as waiting for another may help.
    std::uint64_t stale_generation = 0;
};

struct found {
    naming::entry entry;
    std::string server;  // who knew it
};
struct not_found {
    errc code = errc::name_not_found;
    std::string text;
};

class lookup {
public:
    struct ask {
        std::string server;
        resolve_request what;
        duration limit;
    };
    struct wait {
        duration time;
        std::string tell = {};  // for people who wonder what their program waits for; once
    };
    using done = std::variant<found, not_found>;
    using action = std::variant<ask, wait, done>;

    /// `world` is asked for chance and for the default servers alone.
    lookup(lookup_request what, port& world);

    action begin(time_point now);
    action answered(resolve_answer&& answer, time_point now);
    action failed(const roi::error& why, time_point now);
    action waited(time_point now);
    /// Waits before it asks at all: another search has just been told that there is nothing.
    action wait_first(duration time, time_point now);
    /// What it would say if it ended now, without a result.
    not_found so_far() const { return {last_code_, last_text_}; }

    /// Name servers passed from scope to scope at most; beyond it the chain is taken for a mistake.
    static constexpr std::size_t max_hops = 8;
    /// How often a location that did not serve is asked for again before it is given out anyway.
    static constexpr int max_stale = 4;
    /// After so long in vain it says what it waits for.
    static constexpr duration told_after = std::chrono::seconds{2};

private:
    action round(time_point now);
    action enter(const std::string& scope, time_point now);
    action ask_next(time_point now);
    action pause(time_point now);
    action give_up() const;
    duration left(time_point now) const;

    const lookup_request what_;
    port& world_;
    backoff waits_;
    // This round: the scope asked now, and those passed.
    std::vector<std::string> servers_;
    std::size_t server_ = 0;
    std::string path_;
    bool describing_ = false;
    bool absent_ = false;
    std::set<std::string> passed_;
    int stale_ = 0;
    std::optional<time_point> since_;  // the first time that nothing was found
    bool told_ = false;
    std::string tried_;  // how the last server failed that did not answer
    std::string last_text_ = "no name server has answered yet";
    errc last_code_ = errc::no_name_server;
};

}  // namespace roi::naming
