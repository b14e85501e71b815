// Starts processes with fork and exec, reads their output on a thread each, ends them by pidfd.
#include "support/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

extern char** environ;

namespace roi::support {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// A descriptor that is closed with its object.
class descriptor {
public:
    explicit descriptor(int number = -1) noexcept : number_(number) {}
    ~descriptor() { reset(); }
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        reset(std::exchange(other.number_, -1));
        return *this;
    }
    int get() const noexcept { return number_; }
    void reset(int number = -1) noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }

private:
    int number_;
};

struct pipe_ends {
    descriptor read;
    descriptor write;
};

pipe_ends make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    return {descriptor(ends[0]), descriptor(ends[1])};
}

std::vector<std::string> merged_environment(const command& what) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!what.environment.contains(std::string(text.substr(0, text.find('=')))))
            result.emplace_back(text);
    }
    for (const auto& [name, value] : what.environment) {
        if (value) result.push_back(name + "=" + *value);
    }
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

int milliseconds_until(clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

}  // namespace

std::string to_string(const exit_status& status) {
    if (status.signal != 0) return "ended by signal " + std::to_string(status.signal);
    return "exit code " + std::to_string(status.code);
}

temporary_directory::temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "roi-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("mkdtemp " + pattern);
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

struct process::state {
    std::string title;
    pid_t pid = -1;
    descriptor pidfd;
    pipe_ends out, err, in;
    descriptor wake_read, wake_write;  // closes the reader when a grandchild keeps the pipes open

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::string all;       // both streams
    std::string standard;  // standard output
    std::size_t searched = 0;
    bool at_end = false;
    std::optional<exit_status> ended;
    std::thread reader;

    void read_all(std::optional<std::string> input);
    bool read_errors(bool ready);
    bool reap(int timeout_ms);
    [[noreturn]] void report(const std::string& why);
    ~state();
};

// Takes all that standard error holds now; false: it has ended. `ready` says that it holds
// something, or has ended.
bool process::state::read_errors(bool ready) {
    int held = 0;
    ::ioctl(err.read.get(), FIONREAD, &held);
    if (held <= 0) return !ready;
    std::string text(static_cast<std::size_t>(held), '\0');
    const ssize_t n = ::read(err.read.get(), text.data(), text.size());
    if (n <= 0) return false;
    const std::lock_guard lock(mutex);
    all.append(text, 0, static_cast<std::size_t>(n));
    changed.notify_all();
    return true;
}

// Runs on the reader's thread until both streams have ended.
void process::state::read_all(std::optional<std::string> input) {
    std::size_t written = 0;
    std::array<pollfd, 4> watched{
        pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0},
        pollfd{input ? in.write.get() : -1, POLLOUT, 0}, pollfd{wake_read.get(), POLLIN, 0}};
    std::array<char, 16384> buffer;
    while (watched[0].fd >= 0 || watched[1].fd >= 0) {
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
        if (watched[3].revents != 0) break;
        if (watched[2].revents != 0) {
            const ssize_t n =
                ::write(watched[2].fd, input->data() + written, input->size() - written);
            if (n > 0) written += static_cast<std::size_t>(n);
            if (n < 0 || written == input->size()) {
                in.write.reset();
                watched[2].fd = -1;
            }
        }
        // What a process says on standard error before a line on standard output is known before
        // that line: the error stream is emptied between reading the other and telling of it.
        const ssize_t said =
            watched[0].revents != 0 ? ::read(watched[0].fd, buffer.data(), buffer.size()) : -1;
        if (watched[0].revents != 0 && said <= 0) watched[0].fd = -1;
        if (watched[1].fd >= 0 && !read_errors(watched[1].revents != 0)) watched[1].fd = -1;
        if (said <= 0) continue;
        const std::lock_guard lock(mutex);
        all.append(buffer.data(), static_cast<std::size_t>(said));
        standard.append(buffer.data(), static_cast<std::size_t>(said));
        changed.notify_all();
    }
    const std::lock_guard lock(mutex);
    at_end = true;
    changed.notify_all();
}

// Waits for the end of the process at most so long; true when it has ended.
bool process::state::reap(int timeout_ms) {
    {
        const std::lock_guard lock(mutex);
        if (ended) return true;
    }
    pollfd watched{pidfd.get(), POLLIN, 0};
    if (::poll(&watched, 1, timeout_ms) <= 0) return false;
    siginfo_t info{};
    const std::lock_guard lock(mutex);
    if (ended) return true;
    // It stays a zombie until the destructor, which keeps its number and its group's number ours.
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0) fail("waitid");
    ended = info.si_code == CLD_EXITED ? exit_status{info.si_status, 0}
                                       : exit_status{-1, info.si_status};
    return true;
}

void process::state::report(const std::string& why) {
    std::string text = why + "\n  command: " + title;
    const std::lock_guard lock(mutex);
    if (ended) text += "\n  it has ended: " + to_string(*ended);
    text += "\n  output:\n" + all;
    throw process_error(text);
}

process::state::~state() {
    if (pid > 0) {
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    wake_write.reset();  // something outside the group may hold the pipes open for ever
    if (reader.joinable()) reader.join();
}

process::process(const command& what) : state_(std::make_unique<state>()) {
    state& s = *state_;
    std::vector<std::string> arguments = what.arguments;
    arguments.insert(arguments.begin(), what.program);
    for (const std::string& argument : arguments)
        s.title += (s.title.empty() ? "" : " ") + argument;
    std::vector<std::string> variables = merged_environment(what);
    const std::vector<char*> argv = pointers(arguments);
    const std::vector<char*> envp = pointers(variables);
    const std::string directory = what.directory.string();

    s.out = make_pipe();
    s.err = make_pipe();
    if (what.input) s.in = make_pipe();
    pipe_ends wake = make_pipe();
    s.wake_read = std::move(wake.read);
    s.wake_write = std::move(wake.write);
    pipe_ends trouble = make_pipe();  // carries errno when exec fails; closed by a good exec
    const descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const pid_t parent = ::getpid();

    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        // Only what is safe between fork and exec in a program with threads.
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        ::dup2(what.input ? s.in.read.get() : null.get(), STDIN_FILENO);
        ::dup2(s.out.write.get(), STDOUT_FILENO);
        ::dup2(s.err.write.get(), STDERR_FILENO);
        ::signal(SIGPIPE, SIG_DFL);
        if (directory.empty() || ::chdir(directory.c_str()) == 0)
            ::execvpe(argv[0], argv.data(), envp.data());
        const int reason = errno;
        [[maybe_unused]] const ssize_t n = ::write(trouble.write.get(), &reason, sizeof reason);
        ::_exit(127);
    }
    ::setpgid(pid, pid);  // also here: a signal to the group must not come before the group exists
    s.pid = pid;
    s.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (s.pidfd.get() < 0) fail("pidfd_open");
    s.out.write.reset();
    s.err.write.reset();
    s.in.read.reset();
    trouble.write.reset();
    int reason = 0;
    if (::read(trouble.read.get(), &reason, sizeof reason) == sizeof reason)
        throw process_error("cannot start " + s.title + ": " + std::strerror(reason));
    if (what.input) {
        ::fcntl(s.in.write.get(), F_SETFL, O_NONBLOCK);
        // A child that does not read its input ends our write with EPIPE instead of us.
        ::signal(SIGPIPE, SIG_IGN);
    }
    s.reader = std::thread([&s, input = what.input] { s.read_all(input); });
}

process::~process() = default;
process::process(process&&) noexcept = default;
process& process::operator=(process&&) noexcept = default;

std::string process::wait_for(std::string_view text, clock::duration deadline) {
    state& s = *state_;
    const auto end = clock::now() + deadline;
    std::unique_lock lock(s.mutex);
    while (true) {
        for (std::size_t newline; (newline = s.all.find('\n', s.searched)) != std::string::npos;) {
            std::string line = s.all.substr(s.searched, newline - s.searched);
            s.searched = newline + 1;
            if (line.find(text) != std::string::npos) return line;
        }
        if (s.at_end || s.changed.wait_until(lock, end) == std::cv_status::timeout) {
            const bool at_end = s.at_end;
            lock.unlock();
            s.reap(0);
            s.report(
                (at_end ? "its output ended without a line with '" : "no line in time with '") +
                std::string(text) + "'");
        }
    }
}

exit_status process::wait(clock::duration deadline) {
    state& s = *state_;
    const auto end = clock::now() + deadline;
    if (!s.reap(milliseconds_until(end))) s.report("it did not end in time");
    std::unique_lock lock(s.mutex);
    if (!s.changed.wait_until(lock, end, [&s] { return s.at_end; })) {
        lock.unlock();
        s.report("it ended, but something that it started still holds its output");
    }
    return *s.ended;
}

bool process::running() const {
    return !state_->reap(0);
}

void process::signal(int number) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->ended) ::kill(state_->pid, number);
}

void process::signal_group(int number) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->ended) ::kill(-state_->pid, number);
}

void process::kill() {
    signal_group(SIGKILL);
    state_->reap(-1);
}

std::string process::output() const {
    const std::lock_guard lock(state_->mutex);
    return state_->all;
}

std::string process::standard_output() const {
    const std::lock_guard lock(state_->mutex);
    return state_->standard;
}

pid_t process::pid() const noexcept {
    return state_->pid;
}

finished run(const command& what, clock::duration deadline) {
    process child(what);
    const exit_status status = child.wait(deadline);
    return {status, child.output(), child.standard_output()};
}

std::uint16_t free_port() {
    const descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        fail("binding a free port");
    return ntohs(address.sin_port);
}

std::filesystem::path surroundings::name_server_socket() const {
    return directory() / "roi" / "nameserver";
}

std::map<std::string, std::optional<std::string>> surroundings::environment() const {
    std::map<std::string, std::optional<std::string>> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("ROI_"))
            result[std::string(text.substr(0, text.find('=')))] = std::nullopt;
    }
    // Without it, a name server on this machine's well-known port would be found while ours is
    // down.
    result["ROI_NAMESERVER"] = "unix:" + name_server_socket().string();
    result["XDG_RUNTIME_DIR"] = directory().string();
    result["XDG_STATE_HOME"] = (directory() / "state").string();
    result["XDG_DATA_HOME"] = (directory() / "data").string();
    return result;
}

command surroundings::run(std::string program, std::vector<std::string> arguments) const {
    return {.program = std::move(program),
            .arguments = std::move(arguments),
            .environment = environment()};
}

scoped_environment::scoped_environment(
    const std::map<std::string, std::optional<std::string>>& variables) {
    for (const auto& [name, value] : variables) {
        const char* before = std::getenv(name.c_str());
        before_[name] = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());
    }
}

scoped_environment::~scoped_environment() {
    for (const auto& [name, value] : before_) {
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());
    }
}

}  // namespace roi::support
