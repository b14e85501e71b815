// What holds of a kitchen, be it a local object or a client of a remote one.
#pragma once

#include <doctest/doctest.h>

#include <any>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <string>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace kitchen_checks {

template <class Exception, class Kitchen>
std::string text_of(Kitchen& kitchen, const std::string& kind) {
    try {
        kitchen.fail(kind);
    } catch (const Exception& error) {
        return typeid(error) == typeid(Exception) ? error.what()
                                                  : std::string{"derived: "} + error.what();
    }
    return "not thrown";
}

/// Standard exceptions arrive by type, with their text.
template <class Kitchen>
void throws_standard_types(Kitchen& kitchen) {
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
    CHECK(text_of<std::future_error>(kitchen, "future") ==
          std::future_error{std::future_errc::broken_promise}.what());
}

/// They are caught as their base too.
template <class Kitchen>
void throws_bases(Kitchen& kitchen) {
    CHECK_THROWS_AS(kitchen.fail("out_of_range"), std::logic_error);
    CHECK_THROWS_AS(kitchen.fail("overflow_error"), std::runtime_error);
    CHECK_THROWS_AS(kitchen.fail("bad_array"), std::bad_alloc);
    CHECK_THROWS_AS(kitchen.fail("ios"), std::system_error);
}

/// A system_error keeps its code, its category and its text.
template <class Kitchen>
void throws_codes(Kitchen& kitchen) {
    try {
        kitchen.fail("system_error");
        FAIL("did not throw");
    } catch (const std::system_error& error) {
        CHECK(error.code() == std::errc::no_such_file_or_directory);
        CHECK(std::string{error.what()} == "open: No such file or directory");
    }
    try {
        kitchen.fail("foreign_code");
        FAIL("did not throw");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == 9);
        CHECK(std::string{error.code().category().name()} == "demo");
    }
    CHECK_THROWS_AS(kitchen.fail("ios"), std::ios_base::failure);
    try {
        kitchen.fail("filesystem");
        FAIL("did not throw");
    } catch (const std::filesystem::filesystem_error& error) {
        CHECK(error.path1() == "/from");
        CHECK(error.path2() == "/to");
        CHECK(error.code() == std::errc::file_exists);
    }
}

/// Marked exceptions arrive by type, with fields, and as their marked base.
template <class Kitchen>
void throws_marked_types(Kitchen& kitchen) {
    try {
        kitchen.fail("burnt");
        FAIL("did not throw");
    } catch (const demo::burnt& error) {
        CHECK(error.dish == "rice");
        CHECK(error.code == 7);
    }
    CHECK_THROWS_AS(kitchen.fail("burnt"), demo::kitchen_error);
    CHECK_THROWS_AS(kitchen.fail("burnt"), std::runtime_error);
    try {
        kitchen.fail("odd");
        FAIL("did not throw");
    } catch (const demo::odd& error) {
        CHECK(error.number == 42);
    }
}

/// Values travel both ways, whatever their size; reference parameters are copied in and out.
template <class Kitchen>
void takes_and_gives_values(Kitchen& kitchen) {
    for (const std::size_t size : {0, 1, 1000, 100'000, 3'000'000}) {
        const std::string text(size, 'x');
        CHECK(kitchen.echo(text) == text);
    }
    const std::string zero{"a\0b", 3};
    CHECK(kitchen.echo(zero) == zero);
    CHECK(kitchen.add(-5, 3) == -2);
    std::string a = "first";
    std::string b = "second";
    CHECK(kitchen.swap(a, b) == 11);
    CHECK(a == "second");
    CHECK(b == "first");
}

}  // namespace kitchen_checks
