// Golden values for the ids on the wire: a change here is an incompatible change of the protocol.
#include "model/ids.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace idlc::model;

namespace {

type of(kind what) {
    type result;
    result.what = what;
    return result;
}

type integer(int bits, bool is_signed) {
    auto result = of(kind::integer);
    result.bits = bits;
    result.is_signed = is_signed;
    return result;
}

parameter in(type what, passing how = passing::value) {
    parameter result;
    result.type = std::move(what);
    result.how = how;
    return result;
}

method transfer() {
    method result;
    result.name = "transfer";
    result.parameters = {in(of(kind::string), passing::const_reference),
                         in(of(kind::string), passing::const_reference), in(integer(64, true))};
    return result;
}

}  // namespace

TEST_CASE("a method's id is the beginning of the digest of its signature") {
    const file empty;
    const auto what = transfer();
    CHECK(signature("demo::Bank", what, 3, empty) == "demo.Bank.transfer(string,string,sint64)");
    CHECK(method_id("demo::Bank", what, empty) == 0x2d9a065866973191);
    CHECK(signature("demo::Bank", what, 2, empty) == "demo.Bank.transfer(string,string)");
}

TEST_CASE("const, a ref-qualifier and what a method writes back are part of its signature") {
    const file empty;
    method what;
    what.name = "m";
    what.is_const = true;
    what.ref_qualifier = method::ref::rvalue;
    what.parameters = {in(integer(16, false), passing::mutable_reference)};
    CHECK(signature("a::b::C", what, 1, empty) == "a.b.C.m(inout uint32)const&&");
}

TEST_CASE("ROI_ID replaces the digest for the whole list and not for the shorter ones") {
    const file empty;
    auto what = transfer();
    const auto shorter = method_id("demo::Bank", what, 2, empty);
    what.id = 7;
    CHECK(method_id("demo::Bank", what, empty) == 7);
    CHECK(method_id("demo::Bank", what, 2, empty) == shorter);
}

TEST_CASE("overloads that differ in spelling alone are one method on the wire") {
    const file empty;
    auto by_reference = transfer();
    auto by_pointer = transfer();
    by_pointer.parameters[0] = in(of(kind::c_string));
    by_pointer.parameters[1] = in(of(kind::string), passing::rvalue_reference);
    CHECK(same_but_for_spelling(by_reference, by_pointer, empty));

    auto narrower = transfer();
    narrower.parameters[2] = in(integer(32, true));
    CHECK_FALSE(same_but_for_spelling(by_reference, narrower, empty));

    auto constant = transfer();
    constant.is_const = true;
    CHECK_FALSE(same_but_for_spelling(by_reference, constant, empty));

    auto list = transfer(), set = transfer();
    list.parameters[0].type = of(kind::sequence);
    list.parameters[0].type.cpp = "std::vector<int>";
    list.parameters[0].type.arguments = {integer(32, true)};
    set.parameters[0].type = list.parameters[0].type;
    set.parameters[0].type.what = kind::set;
    set.parameters[0].type.cpp = "std::set<int>";
    CHECK(method_id("demo::Bank", list, empty) == method_id("demo::Bank", set, empty));
    CHECK_FALSE(same_but_for_spelling(list, set, empty));
}

TEST_CASE("an enum beyond 32 bits has the wire text of its integer") {
    file with;
    auto& big = with.enums["demo::big"];
    big.bits = 64;
    big.is_signed = false;
    big.values.emplace_back().unsigned_value = 0x1'0000'0000;
    with.enums["demo::small"].values.emplace_back().value = 1;
    auto type = of(kind::enumeration);
    type.name = "demo::big";
    CHECK(wire_text(type, with) == "uint64");
    type.name = "demo::small";
    CHECK(wire_text(type, with) == "demo.small");
}
