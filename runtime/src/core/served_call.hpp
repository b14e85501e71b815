// A call being served, as every kind of connection gives it to the sink.
#pragma once

#include "core/channel.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace roi::core {

class callee_session;

/// Holds header and arguments by itself, so it stays valid whatever becomes of the connection's
/// buffers and of the thread that read it.
class served_call final : public incoming {
public:
    /// The connection, as its calls see it. It takes its own lock.
    class host {
    public:
        virtual const incoming::peer& from() const noexcept = 0;
        /// What `bytes` are: what the method returned, or a Reply message without its id.
        enum class form { result, body };
        /// Sends the answer of a call.
        virtual void answer(std::uint64_t id, bool oneway, wire::writer&& bytes,
                            form what) noexcept = 0;
        /// Another connection took the session of this one over: it must end.
        virtual void replaced() noexcept {}
        /// Writes the answers that wait for the end of the batch.
        virtual void answers_first() noexcept {}
        /// The call is being destroyed: forget it. After this nobody calls abandon().
        virtual void forget(served_call& call) noexcept = 0;

    protected:
        ~host() = default;
    };

    /// `arguments` is copied behind the object, in the same piece of memory.
    static std::unique_ptr<served_call> make(std::shared_ptr<host> by, std::uint64_t id,
                                             const call_header& header,
                                             std::optional<time_point> deadline,
                                             std::span<const std::byte> arguments);
    static std::unique_ptr<served_call> make(std::shared_ptr<host> by, std::uint64_t id,
                                             const call_header& header,
                                             std::optional<time_point> deadline,
                                             wire::buffer arguments);
    ~served_call() override;
    static void operator delete(void* memory) noexcept;

    /// Makes it a numbered call of that session, which learns its end.
    void number(std::shared_ptr<callee_session> session) noexcept;
    bool is_numbered() const noexcept { return session_ != nullptr; }
    /// Its connection has ended, and the session keeps it. Under the host's lock.
    void orphan() noexcept { orphaned_ = true; }

    std::uint64_t id() const noexcept { return id_; }
    bool oneway() const noexcept;
    bool answered() const noexcept { return answered_; }

    /// The caller has given up, or the connection ended. `pin()` was called under the host's lock.
    void abandon() noexcept;
    void pin() noexcept { pins_.fetch_add(1, std::memory_order_relaxed); }

    const call_header& header() const noexcept override { return header_; }
    std::optional<time_point> deadline() const noexcept override { return deadline_; }
    std::span<const std::byte> arguments() const noexcept override { return arguments_; }
    bool abandoned() const noexcept override;
    void on_abandoned(void (*notify)(void*), void* context) override;
    void add_progress(std::uint64_t steps) noexcept override {
        progress_.fetch_add(steps, std::memory_order_relaxed);
    }
    std::uint64_t progress() const noexcept override {
        return progress_.load(std::memory_order_relaxed);
    }
    void answers_first() noexcept override { host_->answers_first(); }
    void begins() noexcept override { begun_.store(true, std::memory_order_relaxed); }
    bool has_begun() const noexcept { return begun_.load(std::memory_order_relaxed); }
    void reply(wire::writer&& result) noexcept override;
    void fail(std::span<const wire_exception> exceptions) noexcept override;
    void refuse(errc code, roi::outcome ran, std::string text) noexcept override;
    void answer(wire::writer&& reply, bool executed) noexcept override;
    const incoming::peer& from() const noexcept override { return host_->from(); }

private:
    static void* operator new(std::size_t size, std::size_t extra);
    static void operator delete(void* memory, std::size_t extra) noexcept;

    served_call(std::shared_ptr<host> by, std::uint64_t id, const call_header& header,
                std::optional<time_point> deadline);

    enum class ended { returned, not_run, runs_elsewhere };
    void end(ended how, wire::writer&& bytes, host::form what) noexcept;

    std::shared_ptr<host> host_;
    std::shared_ptr<callee_session> session_;  // of a numbered call
    bool orphaned_ = false;
    std::uint64_t id_;
    call_header header_;
    std::optional<time_point> deadline_;
    std::span<const std::byte> arguments_;
    wire::buffer owned_;
    bool answered_ = false;

    std::atomic<std::uint64_t> progress_{0};
    std::atomic<bool> begun_{false};
    std::atomic<bool> abandoned_{false};
    std::atomic<std::uint32_t> pins_{0};
    std::atomic<bool> notifying_{false};
    std::mutex mutex_;  // guards the rest; never held while `notify_` runs
    void (*notify_)(void*) = nullptr;
    void* context_ = nullptr;
    std::thread::id notifier_;
    bool* destroyed_ = nullptr;  // where abandon() learns that the call was destroyed inside it
};

}  // namespace roi::core
