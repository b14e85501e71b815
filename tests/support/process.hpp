// Real processes for tests: started, awaited by what they print, and gone when the test is.
//
// Nothing here waits for time to pass: a test waits for a line or for an exit, and the deadline
// that every wait has only turns a hang into a failure that shows what the process printed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roi::support {

/// How long a wait may last before it counts as a hang. Generous: sanitizers, and a busy machine.
inline constexpr std::chrono::seconds patience{60};

/// A wait that reached its deadline, or a process that could not be started. The text holds the
/// command and all that it printed.
class process_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A new empty directory under the system's temporary one, removed with all in it.
///
/// Its path is short, so that Unix sockets fit in it, and only its owner can enter it.
class temporary_directory {
public:
    temporary_directory();
    ~temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

/// What to start. The environment is the test's own, with `environment` on top; a variable mapped
/// to nothing is removed.
struct command {
    std::string program = {};
    std::vector<std::string> arguments = {};
    std::map<std::string, std::optional<std::string>> environment = {};
    std::filesystem::path directory = {};   ///< Empty: the test's own.
    std::optional<std::string> input = {};  ///< Standard input; nothing: /dev/null.
};

struct exit_status {
    int code = -1;   ///< Meaningful where `signal` is 0.
    int signal = 0;  ///< The signal that ended it, or 0.

    bool success() const noexcept { return signal == 0 && code == 0; }
    friend bool operator==(const exit_status&, const exit_status&) = default;
};
std::string to_string(const exit_status& status);

/// A process of its own, in a process group of its own.
///
/// The destructor kills the whole group. Should the test itself die, the kernel kills the process
/// (PR_SET_PDEATHSIG; for that, start processes from a thread that lives as long as they do).
///
/// Threads: one object may be used by several threads.
class process {
public:
    explicit process(const command& what);
    ~process();
    process(process&&) noexcept;
    process& operator=(process&&) noexcept;

    /// Waits for a line of standard output or error that contains `text`, and returns it. Each call
    /// goes on behind the line that the last one found.
    /// Errors: process_error at the deadline, or when the output ends without such a line.
    std::string wait_for(std::string_view text,
                         std::chrono::steady_clock::duration deadline = patience);

    /// Waits until it has ended, and until all of its output has been read.
    exit_status wait(std::chrono::steady_clock::duration deadline = patience);

    /// True while it has not ended.
    bool running() const;

    /// Sends a signal to it; to all of its group with `signal_group`. Nothing once it has ended.
    void signal(int number);
    void signal_group(int number);
    /// SIGKILL, and waits for the end.
    void kill();

    /// All that it printed so far, both streams. What it said on standard error before a line on
    /// standard output stands before that line; the other way round is not known.
    std::string output() const;
    /// What it printed on standard output alone.
    std::string standard_output() const;

    pid_t pid() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// A process that has ended.
struct finished {
    exit_status status;
    std::string output;           ///< Both streams.
    std::string standard_output;  ///< Standard output alone.
};

/// Starts `what` and waits for its end.
finished run(const command& what, std::chrono::steady_clock::duration deadline = patience);

/// A loopback port that was free a moment ago, for tests of what happens on a reused port. Programs
/// under test listen on port 0 instead and print what they got.
std::uint16_t free_port();

/// The surroundings of one test: a runtime directory of its own, in which a name server and clients
/// find each other and nothing of the user's session is touched.
class surroundings {
public:
    const std::filesystem::path& directory() const noexcept { return directory_.path(); }
    /// Where clients look for the default name server here.
    std::filesystem::path name_server_socket() const;
    /// ROI_NAMESERVER and the XDG_ variables inside the directory, no ROI_ variable of the caller.
    std::map<std::string, std::optional<std::string>> environment() const;
    /// `program` with that environment.
    command run(std::string program, std::vector<std::string> arguments = {}) const;

private:
    temporary_directory directory_;
};

/// Sets the same variables for this process too, for tests that use stubs themselves; the old
/// values return with the destructor. Create it before the first use of the default runtime.
class scoped_environment {
public:
    explicit scoped_environment(const std::map<std::string, std::optional<std::string>>& variables);
    ~scoped_environment();
    scoped_environment(const scoped_environment&) = delete;
    scoped_environment& operator=(const scoped_environment&) = delete;

private:
    std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace roi::support
