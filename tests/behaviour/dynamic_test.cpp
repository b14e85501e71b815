// Calls by description: objects that the caller has no stubs for.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/support/world.hpp"

#include <roi/codec.hpp>
#include <roi/codec/text_pointer.hpp>
#include <roi/dynamic.hpp>
#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using roi::errc;
using roi::outcome;
using roi::testing::world;

struct kitchen_world : world {
    demo::KitchenServer cook{roi::publication{}.on(*server)};
    roi::target kitchen = roi::named("kitchen").on(*client);
    ~kitchen_world() { cook.door.open(); }
};

// As the handwritten stubs number them.
constexpr std::uint64_t echo_id = 0xb7bc3fa0da2353e7;
constexpr std::uint64_t fail_id = 0xb9f701e8512bea8c;
constexpr std::uint64_t hold_id = 0xb84d3dcf8dff3086;

std::vector<std::byte> text_field(std::uint32_t number, const std::string& text) {
    roi::wire::writer out;
    out.put_bytes_field(number, text.data(), text.size());
    const auto bytes = out.bytes();
    return {bytes.begin(), bytes.end()};
}

TEST_CASE("an object says what it offers, wherever it is found") {
    const kitchen_world here;
    const roi::dynamic::offer offer = roi::dynamic::describe(here.kitchen);
    CHECK(offer.interface == "demo.Kitchen");
    CHECK(offer.endpoint.find(':') != std::string::npos);
    const auto direct =
        roi::dynamic::describe(roi::at(here.server->listen().front(), "kitchen").on(*here.client));
    CHECK(direct.interface == "demo.Kitchen");
    CHECK(direct.description == offer.description);
}

TEST_CASE("a method is called by its number, with bytes for arguments and result") {
    const kitchen_world here;
    const auto argument = text_field(1, "by hand");
    const auto result =
        roi::dynamic::call(here.kitchen, {.id = echo_id, .name = "demo.Kitchen.echo"}, argument);
    CHECK(result == argument);
    CHECK(here.cook.runs() == 1);
}

TEST_CASE("what a method throws arrives with its types, the most derived first") {
    const kitchen_world here;
    try {
        roi::dynamic::call(here.kitchen, {.id = fail_id, .name = "demo.Kitchen.fail"},
                           text_field(1, "burnt"));
        FAIL("nothing was thrown");
    } catch (const roi::dynamic::thrown& thrown) {
        REQUIRE(thrown.types().size() >= 2);
        CHECK(thrown.types()[0].type == "demo.burnt");
        CHECK(thrown.types()[1].type == "demo.kitchen_error");
        CHECK(thrown.type_name() == "demo.burnt");
    }
}

TEST_CASE("failures of calls by description name the method, and say that it did not run") {
    const kitchen_world here;
    try {
        roi::dynamic::call(here.kitchen, {.id = 12345, .name = "demo.Kitchen.dance"}, {});
        FAIL("there is no such method");
    } catch (const roi::error& failed) {
        CHECK(failed.reason() == errc::method_not_found);
        CHECK(failed.outcome() == outcome::not_executed);
        CHECK(std::string{failed.what()}.find("demo.Kitchen.dance") != std::string::npos);
    }
    // Arguments that cannot be read are refused before the method begins.
    const std::vector<std::byte> broken{std::byte{0x0a}, std::byte{0x7f}};
    try {
        roi::dynamic::call(here.kitchen, {.id = echo_id, .name = "demo.Kitchen.echo"}, broken);
        FAIL("they cannot be read");
    } catch (const roi::error& failed) {
        CHECK(failed.reason() == errc::malformed);
        CHECK(failed.outcome() == outcome::not_executed);
    }
    CHECK(here.cook.runs() == 0);
    CHECK_THROWS_AS(
        roi::dynamic::describe(roi::named("nobody").on(*here.client), {.deadline = 20ms}),
        roi::error);
}

TEST_CASE("a call by description ends at its deadline") {
    if (!roi::testing::has_threads()) return;
    const kitchen_world here;
    try {
        roi::dynamic::call(here.kitchen, {.id = hold_id, .name = "demo.Kitchen.hold"}, {},
                           {.deadline = 20ms});
        FAIL("the gate is shut");
    } catch (const roi::error& failed) {
        CHECK(failed.reason() == errc::deadline_exceeded);
    }
}

}  // namespace
