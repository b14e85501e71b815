// The runtime: owner of connections, threads and published objects. Most programs never name it.
#pragma once

#include <roi/options.hpp>
#include <roi/serve.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace roi {

namespace detail {
class runtime_core;
}

/// What one runtime may use. What is empty comes from the environment, then from the default.
struct runtime_options {
    /// Endpoints to listen on: "unix:/run/x", "tcp://127.0.0.1:0". Empty: ROI_LISTEN (separated by
    /// commas), else a Unix socket in the runtime directory and a port of loopback TCP. Anything
    /// beyond loopback is unauthenticated, and the log says so.
    std::vector<std::string> listen = {};
    /// Endpoints given out in place of those listened on (ROI_ADVERTISE).
    std::vector<std::string> advertise = {};
    /// Threads that run methods at most; beyond it calls are refused as overloaded.
    std::size_t max_threads = 256;
    /// Calls waiting for one object at most; beyond it they are refused as overloaded.
    std::size_t max_queued_per_object = 1024;
    /// How long stop() waits for calls under way.
    std::chrono::nanoseconds drain_limit = std::chrono::seconds{30};
};

/// Owns connections, threads and published objects.
///
/// Without one, stubs and servers use the default runtime, which is made when it is first needed
/// and stopped when the process exits. Stubs may outlive their runtime: their calls then end with
/// errc::shutting_down.
///
/// Threads: safe to use from any thread.
class runtime {
public:
    explicit runtime(runtime_options options = {});
    /// Runs everything on `context` and starts no thread. The context must outlive the runtime.
    ///
    /// A blocking call on a thread that runs the context drives only its own connection, never
    /// other handlers.
    explicit runtime(boost::asio::io_context& context, runtime_options options = {});
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;
    /// Stops.
    ~runtime();

    /// Withdraws all names, refuses new calls, lets calls under way finish for `limit` (negative:
    /// the drain_limit of the options), cancels the rest, and ends the threads. Blocks until then;
    /// does nothing the second time.
    void stop(std::chrono::nanoseconds limit = std::chrono::nanoseconds{-1}) noexcept;

    /// Listens, if it does not yet, and returns the endpoints that it gives out. Publishing does it
    /// by itself.
    std::vector<std::string> listen();

    /// The one that stubs and servers made on this thread now will use: the innermost `use` of
    /// this thread, the runtime of the call being served, else the default one.
    static runtime& current();

    /// Makes a runtime current for this thread until the end of the block.
    class [[nodiscard]] use {
    public:
        explicit use(runtime& owner) noexcept;
        ~use();
        use(const use&) = delete;
        use& operator=(const use&) = delete;

    private:
        runtime* before_;
    };

    /// For this library's own parts.
    const std::shared_ptr<detail::runtime_core>& core() const noexcept { return core_; }
    explicit runtime(std::shared_ptr<detail::runtime_core> core) noexcept;

private:
    std::shared_ptr<detail::runtime_core> core_;
};

enum class log_level { debug, info, warning, error };

/// Hands each line of the log, without its end of line, to `sink` in place of standard error, which
/// by default gets warnings and errors. Null: the default again.
///
/// Threads: `sink` is called from any thread, by one at a time; it must not call ROI.
void set_log(std::function<void(log_level, std::string_view line)> sink);

}  // namespace roi
