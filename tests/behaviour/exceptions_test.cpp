// What a method throws, and what its caller catches.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/kitchen_checks.hpp"
#include "behaviour/support/world.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

namespace {

using roi::testing::world;

struct kitchen_world : world {
    demo::KitchenServer cook{roi::publication{}.on(*server)};
    demo::KitchenClient kitchen{roi::target{}.on(*client)};
};

TEST_CASE("standard and marked exceptions arrive as a local object throws them") {
    kitchen_world here;
    kitchen_checks::throws_standard_types(here.kitchen);
    kitchen_checks::throws_bases(here.kitchen);
    kitchen_checks::throws_codes(here.kitchen);
    kitchen_checks::throws_marked_types(here.kitchen);
}

TEST_CASE("what is neither standard nor marked arrives as remote_error, by name and text") {
    kitchen_world here;
    const auto caught = [&](const std::string& kind) {
        try {
            here.kitchen.fail(kind);
        } catch (const roi::remote_error& error) {
            return error.type_name() + "|" + error.what();
        }
        return std::string{"not a remote_error"};
    };
    CHECK(caught("unmarked") == "demo::unmarked|demo::unmarked: beyond");
    CHECK(caught("int") == "int|int: 5");
    CHECK(caught("text") == "const char*|const char*: plain text");
    CHECK(caught("string") == "std::string|std::string: a string");
}

TEST_CASE("a failed call inside the method is an error that says that the method ran") {
    kitchen_world here;
    try {
        here.kitchen.fail("roi");
        FAIL("did not throw");
    } catch (const roi::error& error) {
        CHECK(error.reason() == roi::errc::overloaded);
        CHECK(error.outcome() == roi::outcome::executed);
        CHECK_FALSE(error.is_retryable());
        CHECK(std::string{error.what()}.find("elsewhere") != std::string::npos);
    }
}

TEST_CASE("whatever a method throws, its server goes on") {
    kitchen_world here;
    for (const char* const kind : {"int", "odd", "burnt", "bad_alloc", "exception", "text"}) {
        CHECK_FALSE(here.kitchen.async_fail(kind).get(roi::as_result));
    }
    CHECK(here.kitchen.add(1, 1) == 2);
}

TEST_CASE("a result says without an exception what happened") {
    kitchen_world here;
    roi::result<int> sum = here.kitchen.async_add(4, 5).get(roi::as_result);
    REQUIRE(sum);
    CHECK(*sum == 9);
    CHECK(sum.outcome() == roi::outcome::executed);
    const roi::result<void> failed = here.kitchen.async_fail("burnt").get(roi::as_result);
    CHECK_FALSE(failed);
    CHECK_FALSE(failed.error());
    CHECK(failed.outcome() == roi::outcome::executed);
    CHECK_THROWS_AS(failed.value(), demo::burnt);
}

}  // namespace
