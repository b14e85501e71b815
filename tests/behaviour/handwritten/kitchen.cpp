// What the kitchen does.
#include "behaviour/handwritten/kitchen.hpp"

#include "behaviour/handwritten/kitchen.roi.hpp"

#include <roi/this_call.hpp>

#include <any>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <mutex>
#include <new>
#include <optional>
#include <regex>
#include <stop_token>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace demo {

void gate::open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
}

void gate::shut() {
    const std::lock_guard lock{mutex_};
    open_ = false;
}

void gate::pass() {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --waiting_;
    changed_.notify_all();
}

void gate::pass_within(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, time, [&] { return open_; });
}

void gate::await_waiting(int count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ >= count; });
}

void gate::await_left() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ == 0; });
}

int gate::waiting() const {
    const std::lock_guard lock{mutex_};
    return waiting_;
}

// Counts how many methods are in the object at once.
class Kitchen::inside {
public:
    explicit inside(Kitchen& kitchen) : kitchen_(kitchen) {
        ++kitchen_.runs_;
        const int now = ++kitchen_.inside_;
        int most = kitchen_.most_inside_.load();
        while (now > most && !kitchen_.most_inside_.compare_exchange_weak(most, now)) {
        }
    }
    ~inside() { --kitchen_.inside_; }
    inside(const inside&) = delete;
    inside& operator=(const inside&) = delete;

private:
    Kitchen& kitchen_;
};

std::string Kitchen::echo(const std::string& text) {
    const inside here{*this};
    if (text == "trace") {
        const auto trace = roi::this_call().trace();
        return trace ? std::to_string(trace->trace_id[15]) + " " +
                           std::to_string(trace->parent_id[7]) + " " + std::to_string(trace->flags)
                     : "none";
    }
    return text;
}

int Kitchen::add(int a, int b) {
    const inside here{*this};
    return a + b;
}

int Kitchen::swap(std::string& a, std::string& b) {
    a.swap(b);
    return static_cast<int>(a.size() + b.size());
}

void Kitchen::nothing() {
    const inside here{*this};
}

void Kitchen::fail(const std::string& kind) {
    const inside here{*this};
    if (kind == "burnt") {
        burnt error;
        error.code = 7;
        error.dish = "rice";
        throw error;
    }
    if (kind == "odd") throw odd{42};
    if (kind == "unmarked") throw unmarked{"beyond"};
    if (kind == "int") throw 5;
    if (kind == "text") throw "plain text";
    if (kind == "string") throw std::string{"a string"};
    if (kind == "exception") throw std::exception{};
    if (kind == "logic_error") throw std::logic_error{kind};
    if (kind == "domain_error") throw std::domain_error{kind};
    if (kind == "invalid_argument") throw std::invalid_argument{kind};
    if (kind == "length_error") throw std::length_error{kind};
    if (kind == "out_of_range") throw std::out_of_range{kind};
    if (kind == "runtime_error") throw std::runtime_error{kind};
    if (kind == "range_error") throw std::range_error{kind};
    if (kind == "overflow_error") throw std::overflow_error{kind};
    if (kind == "underflow_error") throw std::underflow_error{kind};
    if (kind == "system_error") throw std::system_error{ENOENT, std::generic_category(), "open"};
    if (kind == "ios")
        throw std::ios_base::failure{"stream", std::make_error_code(std::io_errc::stream)};
    if (kind == "filesystem") {
        throw std::filesystem::filesystem_error{"copy", "/from", "/to",
                                                std::make_error_code(std::errc::file_exists)};
    }
    if (kind == "future") throw std::future_error{std::future_errc::broken_promise};
    if (kind == "regex") throw std::regex_error{std::regex_constants::error_paren};
    if (kind == "bad_alloc") throw std::bad_alloc{};
    if (kind == "bad_array") throw std::bad_array_new_length{};
    if (kind == "bad_cast") throw std::bad_cast{};
    if (kind == "bad_any_cast") throw std::bad_any_cast{};
    if (kind == "bad_typeid") throw std::bad_typeid{};
    if (kind == "bad_weak_ptr") throw std::bad_weak_ptr{};
    if (kind == "bad_function_call") throw std::bad_function_call{};
    if (kind == "bad_optional") static_cast<void>(std::optional<int>{}.value());
    if (kind == "bad_variant") throw std::bad_variant_access{};
    if (kind == "bad_exception") throw std::bad_exception{};
    if (kind == "foreign_code") {
        class category final : public std::error_category {
            const char* name() const noexcept override { return "demo"; }
            std::string message(int) const override { return "demo message"; }
        };
        static const category instance;
        throw std::system_error{9, instance, "foreign"};
    }
    if (kind == "roi") {
        throw roi::error{roi::errc::overloaded, roi::outcome::not_executed, "elsewhere"};
    }
}

void Kitchen::hold() {
    const inside here{*this};
    door.pass();
}

void Kitchen::hold_together() {
    const inside here{*this};
    door.pass();
}

void Kitchen::hold_on_worker() {
    const inside here{*this};
    door.pass();
}

bool Kitchen::wait_until_cancelled() {
    const inside here{*this};
    const roi::call_info call = roi::this_call();
    std::mutex mutex;
    std::unique_lock lock{mutex};
    std::condition_variable_any changed;
    changed.wait_for(lock, call.stop_token(), std::chrono::seconds{10}, [] { return false; });
    return call.cancelled() && call.stop_token().stop_requested();
}

std::string Kitchen::ask(const std::string& name, const std::string& text) {
    const inside here{*this};
    return KitchenClient{roi::named(name)}.echo(text);
}

int Kitchen::bounce(const std::string& self, const std::string& via, int depth) {
    // Counted by hand: this object is entered again while it waits, and not at once.
    ++runs_;
    if (depth == 0) return 0;
    return 1 + KitchenClient{roi::named(via)}.bounce(via, self, depth - 1);
}

bool Kitchen::ask_to_wait(const std::string& name) {
    return KitchenClient{roi::named(name)}.wait_until_cancelled();
}

void Kitchen::ask_to_hold(const std::string& name, int milliseconds) {
    const KitchenClient other{roi::named(name)};
    if (milliseconds == 0) {
        KitchenClient{other}.hold();
    } else {
        other.with({.deadline = std::chrono::milliseconds{milliseconds}}).hold();
    }
}

void Kitchen::hold_and_ask(const std::string& name) {
    const inside here{*this};
    door.pass();
    KitchenClient{roi::named(name)}.nothing();
}

std::string Kitchen::who() {
    const roi::call_info call = roi::this_call();
    call.progress();
    call.progress(2);
    if (call.steps() != 3 || call.stop_token().stop_requested()) return "not as told";
    return call.method() + ";" + (call.deadline() ? "deadline" : "none") + ";" +
           (call.cancelled() ? "cancelled" : "wanted");
}

std::int64_t Kitchen::milliseconds_left() {
    const auto left = roi::this_call().time_left();
    return left ? std::chrono::duration_cast<std::chrono::milliseconds>(*left).count() : -1;
}

std::int64_t Kitchen::milliseconds_left_inside(const std::string& name, bool detached) {
    const KitchenClient other{roi::named(name)};
    if (detached) return other.with({.detached = true}).milliseconds_left();
    return KitchenClient{other}.milliseconds_left();
}

roi::task<int> Kitchen::add_later(int a, int b, int milliseconds) {
    const inside here{*this};
    co_await roi::delay(std::chrono::milliseconds{milliseconds});
    co_return a + b;
}

roi::task<std::string> Kitchen::ask_later(const std::string& name, const std::string& text) {
    const KitchenClient other{roi::named(name)};
    const std::string answer = co_await other.async_echo(text);
    // Still the same served call, perhaps on another thread.
    co_return answer + " " + roi::this_call().method();
}

roi::task<void> Kitchen::fail_later(const std::string& kind) {
    co_await roi::delay(std::chrono::milliseconds{1});
    fail(kind);
}

roi::task<int> Kitchen::bounce_later(const std::string& self, const std::string& via, int depth) {
    ++runs_;
    if (depth == 0) co_return 0;
    const KitchenClient other{roi::named(via)};
    co_return 1 + co_await other.async_bounce_later(via, self, depth - 1);
}

roi::task<void> Kitchen::wait_later() {
    const inside here{*this};
    co_await roi::delay(std::chrono::seconds{20});
}

}  // namespace demo
