// What a method throws, and what its caller catches.
#include "behaviour/handwritten/kitchen.roi.hpp"
#include "behaviour/support/world.hpp"

#include <roi/error.hpp>

#include <doctest/doctest.h>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace {

using roi::testing::world;

struct kitchen_world : world {
    demo::KitchenServer cook{roi::publication{}.on(*server)};
    demo::KitchenClient kitchen{roi::target{}.on(*client)};
};

template <class Exception>
std::string text_of(demo::KitchenClient& kitchen, const std::string& kind) {
    try {
        kitchen.fail(kind);
    } catch (const Exception& error) {
        return typeid(error) == typeid(Exception) ? error.what() : std::string{"derived: "} + error.what();
    }
    return "not thrown";
}

TEST_CASE("standard exceptions arrive by type, with their text") {
    kitchen_world here;
    demo::KitchenClient& kitchen = here.kitchen;
    CHECK(text_of<std::exception>(kitchen, "exception") == "std::exception");
    CHECK(text_of<std::logic_error>(kitchen, "logic_error") == "logic_error");
    CHECK(text_of<std::domain_error>(kitchen, "domain_error") == "domain_error");
    CHECK(text_of<std::invalid_argument>(kitchen, "invalid_argument") == "invalid_argument");
    CHECK(text_of<std::length_error>(kitchen, "length_error") == "length_error");
    CHECK(text_of<std::out_of_range>(kitchen, "out_of_range") == "out_of_range");
    CHECK(text_of<std::runtime_error>(kitchen, "runtime_error") == "runtime_error");
    CHECK(text_of<std::range_error>(kitchen, "range_error") == "range_error");
    CHECK(text_of<std::overflow_error>(kitchen, "overflow_error") == "overflow_error");
    CHECK(text_of<std::underflow_error>(kitchen, "underflow_error") == "underflow_error");
    CHECK(text_of<std::bad_alloc>(kitchen, "bad_alloc") == "std::bad_alloc");
    CHECK(text_of<std::bad_array_new_length>(kitchen, "bad_array") == "std::bad_array_new_length");
    CHECK(text_of<std::bad_cast>(kitchen, "bad_cast") == "std::bad_cast");
    CHECK(text_of<std::bad_any_cast>(kitchen, "bad_any_cast") == "bad any_cast");
    CHECK(text_of<std::bad_typeid>(kitchen, "bad_typeid") == "std::bad_typeid");
    CHECK(text_of<std::bad_weak_ptr>(kitchen, "bad_weak_ptr") == "bad_weak_ptr");
    CHECK(text_of<std::bad_function_call>(kitchen, "bad_function_call") == "bad_function_call");
    CHECK(text_of<std::bad_optional_access>(kitchen, "bad_optional") == "bad optional access");
    CHECK(text_of<std::bad_variant_access>(kitchen, "bad_variant") != "not thrown");
    CHECK(text_of<std::bad_exception>(kitchen, "bad_exception") == "std::bad_exception");
    CHECK(text_of<std::regex_error>(kitchen, "regex") != "not thrown");
    CHECK(text_of<std::future_error>(kitchen, "future") == std::future_error{std::future_errc::broken_promise}.what());
}

TEST_CASE("standard exceptions are caught as their base too") {
    kitchen_world here;
    CHECK_THROWS_AS(here.kitchen.fail("out_of_range"), std::logic_error);
    CHECK_THROWS_AS(here.kitchen.fail("overflow_error"), std::runtime_error);
    CHECK_THROWS_AS(here.kitchen.fail("bad_array"), std::bad_alloc);
    CHECK_THROWS_AS(here.kitchen.fail("ios"), std::system_error);
}

TEST_CASE("a system_error keeps its code, its category and its text") {
    kitchen_world here;
    try {
        here.kitchen.fail("system_error");
        FAIL("did not throw");
    } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::no_such_file_or_directory);
        CHECK(std::string{error.what()} == "open: No such file or directory");
    }
    try {
        here.kitchen.fail("foreign_code");
        FAIL("did not throw");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == 9);
        CHECK(std::string{error.code().category().name()} == "demo");
    }
    CHECK_THROWS_AS(here.kitchen.fail("ios"), std::ios_base::failure);
    try {
        here.kitchen.fail("filesystem");
        FAIL("did not throw");
    } catch (const std::filesystem::filesystem_error& error) {
        CHECK(error.path1() == "/from");
        CHECK(error.path2() == "/to");
        CHECK(error.code() == std::errc::file_exists);
    }
}

TEST_CASE("marked exceptions arrive by type, with fields, and as their marked base") {
    kitchen_world here;
    try {
        here.kitchen.fail("burnt");
        FAIL("did not throw");
    } catch (const demo::burnt& error) {
        CHECK(error.dish == "rice");
        CHECK(error.code == 7);
    }
    CHECK_THROWS_AS(here.kitchen.fail("burnt"), demo::kitchen_error);
    CHECK_THROWS_AS(here.kitchen.fail("burnt"), std::runtime_error);
    try {
        here.kitchen.fail("odd");
        FAIL("did not throw");
    } catch (const demo::odd& error) {
        CHECK(error.number == 42);
    }
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
