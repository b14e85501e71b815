// Connections, listeners, threads and timers behind one interface: what the API layer builds on.
#pragma once

#include "core/callee_session.hpp"
#include "core/channel.hpp"
#include "core/limits.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace roi::net {

enum class log_level { debug, info, warning, error };

struct engine_options {
    core::limits limits;
    /// Waits by reading without blocking for a while where that pays. ROI_SPIN=0 in the
    /// environment turns it off as well.
    bool spin = true;
    /// Told to peers, for people.
    std::string software = "roi";
    /// Gets one line, on any thread; may be null.
    void (*log)(void* context, log_level level, std::string_view line) = nullptr;
    void* log_context = nullptr;
};

/// All connections of one runtime. Implemented by own threads, by a user's io_context, and by a
/// node of the simulated network.
class engine {
public:
    /// Stops (with no time to drain) if stop() was not called.
    virtual ~engine() = default;

    /// Who serves the calls that arrive, on accepted and on made connections. Set it once, before
    /// the first listen() or connect(); it must outlive stop(). Without one, calls are refused.
    virtual void set_sink(core::call_sink* sink) = 0;

    /// Accepts connections at `endpoint` and returns it as others must spell it.
    ///
    /// "unix:/run/x/y" (the file of a dead server is replaced, mode 0600 until it is bound, that of
    /// a living one refused), "tcp://127.0.0.1:0" (0: a free port), "tcp://[::1]:4000".
    ///
    /// Errors: throws roi::error, not_executed: invalid_argument (spelling), name_taken (a living
    /// server or a used port), permission_denied, unreachable (anything else the system says).
    virtual std::string listen(const std::string& endpoint) = 0;
    /// Closes that listener; its connections live on. Unknown ones are ignored.
    virtual void unlisten(const std::string& endpoint) = 0;
    /// What listen() returned and unlisten() has not closed.
    virtual std::vector<std::string> endpoints() const = 0;

    /// The connection to `endpoint`: the present one, or a new one that is being made.
    ///
    /// Never blocks and never throws for what `endpoint` is: a channel that cannot be connected, or
    /// whose endpoint is misspelt, fails its calls with unreachable (invalid_argument), and a later
    /// connect() makes a new one. How soon to try again is the caller's decision.
    virtual std::shared_ptr<core::channel> connect(const std::string& endpoint) = 0;

    virtual core::executor& executor() = 0;

    /// The call sessions that this process serves.
    virtual core::callee_sessions& served_sessions() = 0;

    /// Sixteen random octets, new for each engine; told to peers in Hello.
    struct identity {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
    };
    virtual identity runtime_id() const = 0;

    /// Ends it all: no new connections, peers are told (GoAway), calls under way finish.
    ///
    /// At `deadline` the rest is cancelled: own calls end with shutting_down, calls being served
    /// are abandoned. Then threads are joined; a method that ignores being abandoned is waited for.
    /// Returns whether all calls ended by themselves. Later calls return at once.
    ///
    /// Threads: not on a worker of this engine. With a user's io_context nothing is waited for that
    /// only its handlers could do: give a deadline in the past, or run the context elsewhere.
    virtual bool stop(core::time_point deadline) = 0;
};

/// An engine with threads of its own.
std::unique_ptr<engine> make_engine(engine_options options = {});

/// An engine that lives on `context` and starts no thread. The context must outlive it. A blocking
/// wait drives its own connection and needs nobody to run the context.
std::unique_ptr<engine> make_engine(boost::asio::io_context& context, engine_options options = {});

}  // namespace roi::net
