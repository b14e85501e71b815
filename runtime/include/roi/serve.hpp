// Serving until the program is told to end, by a signal or by itself.
#pragma once

namespace roi {

class runtime;

/// Catches SIGTERM and SIGINT for serve() as long as it lives.
///
/// Made first in main(), it catches a signal that comes while the program still starts, or between
/// its word that it is ready and serve(), which then returns at once. Without one serve() catches
/// both from its own beginning. A second signal ends the process at once.
///
///     int main() {
///         roi::stop_signals stop;
///         demo::BankServer bank;
///         roi::serve();
///     }
///
/// Programs with a loop of their own need neither. The last of several puts back the handling that
/// the first one found.
class [[nodiscard]] stop_signals {
public:
    stop_signals();
    ~stop_signals();
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;
    /// Has a signal come?
    bool received() const noexcept;
};

/// Serves what is published until SIGTERM or SIGINT comes (see stop_signals), or stop_serving() is
/// called; then withdraws all names, lets calls under way finish (a second signal ends the process
/// at once), and returns. Where methods still run after the drain limit, it says so and ends the
/// process.
void serve();
/// The same for what is published on `owner`.
void serve(runtime& owner);
/// Ends serve() as a signal would. Any thread.
void stop_serving() noexcept;

}  // namespace roi
