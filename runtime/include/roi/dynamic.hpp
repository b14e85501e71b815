// Calls without generated stubs: methods by id, arguments and results as bytes. For tools that know
// an interface only by its description.
#pragma once

#include <roi/error.hpp>
#include <roi/options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roi::dynamic {

/// The interface that an object offers.
struct offer {
    std::string interface;               ///< wire name: "demo.Bank"
    std::vector<std::byte> description;  ///< a serialised FileDescriptorSet
    std::string endpoint;                ///< where the object was found
};

/// Looks `object` up, whatever its interface, connects to it, and asks it what it offers.
///
/// Blocks, within the deadline of `options`.
/// Errors: as a call's that never reached its server, with outcome::not_executed.
offer describe(const target& object, const call_options& options = {});

/// A sign of life from the process that serves an object.
struct pong {
    std::chrono::nanoseconds took{};  ///< the exchange alone, on a connection that was there
    std::string endpoint;             ///< where it was found
};

/// Looks `object` up, connects, and asks its server's runtime to answer at once. No method of the
/// object runs, so it answers also while the object is busy.
///
/// Blocks, within the deadline of `options`.
/// Errors: as describe().
pong ping(const target& object, const call_options& options = {});

/// One type of an exception, as it was sent.
struct thrown_type {
    std::string type;               ///< wire name: "demo.insufficient_funds"
    std::vector<std::byte> fields;  ///< as the type's message defines them
    std::string text;
};

/// The method threw: the types of the exception, most derived first.
class thrown : public remote_error {
public:
    explicit thrown(std::vector<thrown_type> types);
    const std::vector<thrown_type>& types() const noexcept { return types_; }

private:
    std::vector<thrown_type> types_;
};

/// How a method is called; its description knows.
struct method {
    std::uint64_t id = 0;
    std::string name;  ///< "demo.Bank.balance", for errors
    bool idempotent = false;
    bool oneway = false;
};

/// Calls a method of `object`, whatever its interface, and returns the bytes of its result.
///
/// Blocks, within the deadline of `options`.
/// Errors: dynamic::thrown where the method threw; roi::error where the call failed.
std::vector<std::byte> call(const target& object, const method& what,
                            std::span<const std::byte> arguments, const call_options& options = {});

}  // namespace roi::dynamic
