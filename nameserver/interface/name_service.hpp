// The interface of a name server: an ordinary annotated class, with stubs made by our own idlc.
//
// Requests and answers are structs, so that fields can be added. What a caller may react to stands
// in the answer as a status with a text for people; roi::error is left to calls that failed.
#pragma once

#include <roi/annotations.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace roi::naming {

/// 128 bits: an object's address, the token of an instance, the identity of a store.
struct id128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const id128&, const id128&) = default;
    friend auto operator<=>(const id128&, const id128&) = default;
};

/// Which interface a server offers, or a client expects.
struct interface_id {
    std::string name;  // "demo.Bank"; empty: any
    id128 fingerprint;
    friend bool operator==(const interface_id&, const interface_id&) = default;
};

/// Who holds a name. `uid` and `user` are what the kernel said of the connection where it is a Unix
/// socket; the rest is what the holder said of itself.
struct holder {
    std::string program;
    std::int32_t pid = 0;
    std::string user;
    std::int64_t uid = -1;  // -1: not known
    std::string host;
    friend bool operator==(const holder&, const holder&) = default;
};

/// What became of a request.
enum class status : std::uint8_t {
    ok = 0,
    not_found = 1,      ///< No entry of that name, in the scope or further out.
    taken = 2,          ///< Another instance holds the name.
    superseded = 3,     ///< The generation that the request builds on is no longer the current one.
    type_mismatch = 4,  ///< The server there does not fit the asking client; `text` explains.
    need_description = 5,  ///< The same request, with the description of the interface, will do.
    denied = 6,            ///< The caller may not do this.
    invalid = 7,           ///< A name, scope or limit is not respected; `text` says which.
    store_failed = 8,      ///< The change could not be made durable, and was not made.
    stopping = 9,          ///< The name server is about to end.
};

/// Which store answered, and how far it is. A revision that goes back, or another store, tells the
/// caller to forget what it learned and to publish again.
struct store_state {
    id128 store;
    std::uint64_t revision = 0;
};

enum class publish_mode : std::uint8_t {
    create = 0,    ///< Denied where another instance holds the name.
    renew = 1,     ///< As create; where the name is free, the address given is restored.
    takeover = 2,  ///< Replaces the holder of generation `if_generation`; the address stays.
};

struct publish_request {
    std::string scope;  // "/team/alice"
    std::string name;   // "bank"
    publish_mode mode = publish_mode::create;
    bool shared = false;  // several instances may hold the name
    interface_id type;
    std::vector<std::byte> description;  // a serialised FileDescriptorSet
    std::vector<std::string> endpoints;  // nearest first: "unix:/run/x", "tcp://10.0.0.7:4000"
    id128 instance;                      // secret of the instance; names its lease, too
    id128 address;                       // renew: the address it had; else zero
    std::uint64_t if_generation = 0;     // takeover
    std::uint32_t ttl_ms = 15'000;
    naming::holder holder;
    std::map<std::string, std::string> attributes;
};

struct publish_answer {
    naming::status status = naming::status::ok;
    std::string text;
    id128 address;
    std::uint64_t generation = 0;
    std::uint32_t ttl_ms = 0;  // as granted
    naming::holder held_by;    // status taken
    store_state at;
};

struct withdraw_request {
    std::string scope;
    std::string name;
    id128 instance;
};

struct withdraw_answer {
    naming::status status = naming::status::ok;
    std::string text;
    store_state at;
};

/// Prolongs the lease of all that an instance holds.
struct renew_request {
    id128 instance;
    std::uint64_t number = 0;  // counts up, so that a late copy changes nothing
};

struct renew_answer {
    naming::status status = naming::status::ok;  // not_found: publish again
    std::uint32_t ttl_ms = 0;
    std::uint64_t names = 0;   // how many names the lease holds
    std::uint64_t digest = 0;  // sum of their generations: differs where one was taken over
    store_state at;
};

struct resolve_request {
    std::string scope;  // looked up here first, then outward
    std::string name;
    interface_id type;                   // empty name: any
    std::vector<std::byte> description;  // only after need_description
};

struct location {
    std::vector<std::string> endpoints;
    std::uint64_t generation = 0;
    naming::holder holder;
    std::int64_t published_at_ms = 0;  // wall clock, for people
};

/// A name as it is published.
struct entry {
    std::string scope;
    std::string name;
    id128 address;
    bool shared = false;
    interface_id type;
    std::vector<location> locations;
    std::map<std::string, std::string> attributes;
    std::uint32_t ttl_ms = 0;
};

struct resolve_answer {
    naming::status status = naming::status::ok;
    std::string text;
    naming::entry entry;
    /// not_found: the scope to ask next, as clients name it ("unix:/run/x#/team", "default:");
    /// empty: this is the outermost one.
    std::string parent;
    store_state at;
};

struct list_request {
    std::string scope;   // this scope and those inside it
    std::string prefix;  // names that begin so
    std::string after;   // `next` of the page before; empty: from the beginning
    std::uint32_t limit = 1'000;
};

struct list_answer {
    naming::status status = naming::status::ok;
    std::string text;
    std::vector<entry> entries;
    bool more = false;  // there may be more: a page can also end because it took long to fill
    std::string next;   // where the next page begins
    store_state at;
};

struct describe_answer {
    naming::status status = naming::status::ok;
    std::string text;
    std::vector<std::byte> description;
};

/// Who answers, for people and for `roi ping`.
struct server_state {
    std::string software;
    std::int32_t pid = 0;
    std::string store;  // "memory", or the file's path
    std::uint64_t names = 0;
    std::uint64_t leases = 0;
    std::int64_t up_ms = 0;
    std::string parent;  // the scope asked for names that are not here; empty: none
    store_state at;
};

/// Names of a scope and of the scopes in it.
class ROI_REMOTE("nameserver") ROI_CONCURRENT name_service {
public:
    virtual ~name_service() = default;

    /// Enters a name, durably: the answer comes after the change is on disk. Asking again with the
    /// same instance gives the same answer.
    ROI_AT_LEAST_ONCE ROI_BLOCKING virtual publish_answer publish(
        const publish_request& request) = 0;

    /// Takes the instance's location out; ok also where it holds none.
    ROI_AT_LEAST_ONCE ROI_BLOCKING virtual withdraw_answer withdraw(
        const withdraw_request& request) = 0;

    /// Keeps the lease alive. Never touches the disk.
    ROI_AT_LEAST_ONCE
    virtual renew_answer renew(const renew_request& request) = 0;

    /// The nearest entry of that name whose interface fits.
    ROI_AT_LEAST_ONCE
    virtual resolve_answer resolve(const resolve_request& request) = 0;

    /// Entries in the order of scope and name, a page at a time.
    ROI_AT_LEAST_ONCE
    virtual list_answer list(const list_request& request) = 0;

    /// The description stored for a fingerprint.
    ROI_AT_LEAST_ONCE
    virtual describe_answer describe(const id128& fingerprint) = 0;

    ROI_AT_LEAST_ONCE
    virtual server_state state() = 0;
};

}  // namespace roi::naming
