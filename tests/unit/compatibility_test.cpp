// The rules of evolution: each with a change that clients survive and one that breaks them.
#include "description/compatibility.hpp"

#include "support/describe.hpp"

#include <doctest/doctest.h>

using namespace roi::description;
using support::describe;
using support::method_text;
using support::service_text;

namespace {

const std::string types = R"(
message order {
  sint64 cents = 1;
  string memo = 2;
}
enum color { color_red = 0; color_green = 1; }
)";

std::string bank(const std::vector<method_text>& methods, const std::string& options = "") {
    return types + service_text("Bank", methods, options);
}

const method_text balance{"balance", {"string account"}, "sint64"};
const method_text transfer{"transfer", {"string from", "string to", "sint64 cents"}, "sint64"};
const method_text pay{"pay", {"order what"}};
const method_text paint{"paint", {"color with"}};

/// What a client built with `mine` is told about a server built with `theirs`.
comparison asked(const std::string& mine, const std::string& theirs) {
    return check_client(describe(mine), "demo.Bank", describe(theirs), "demo.Bank");
}

comparison changed(const std::string& before, const std::string& after) {
    return compare(describe(before), describe(after));
}

std::string first(const comparison& found) {
    return found.findings.empty() ? "" : found.findings.front().text;
}

std::string with(std::string text, const std::string& what, const std::string& instead) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), instead);
}

}  // namespace

TEST_CASE("an interface fits itself, with nothing to report") {
    const auto all = bank({balance, transfer, pay, paint});
    CHECK(asked(all, all).findings.empty());
    CHECK(changed(all, all).findings.empty());
}

TEST_CASE(
    "a method that was added is compatible; one that the client has and the server lacks is not") {
    const auto small = bank({balance});
    const auto large = bank({balance, transfer});
    CHECK(asked(small, large).findings.empty());
    const auto added = changed(small, large);
    CHECK(added.fits());
    CHECK(first(added) ==
          "demo.Bank.transfer was added: int64 transfer(string from, string to, int64 cents)");

    CHECK(asked(large, small).summary() == "demo.Bank.transfer is unknown here");
    CHECK(changed(large, small).summary() == "demo.Bank.transfer was removed");
}

TEST_CASE("a method under another name is missing, and the nearest one is named") {
    const method_text renamed{"tranfser", transfer.parameters, "sint64"};
    CHECK(asked(bank({transfer}), bank({renamed})).summary() ==
          "demo.Bank.transfer is unknown here; the nearest is "
          "'int64 tranfser(string from, string to, int64 cents)'");
    const method_text other_word{"move", transfer.parameters, "sint64"};
    CHECK(asked(bank({transfer}), bank({balance, other_word})).summary() ==
          "demo.Bank.transfer is unknown here; the nearest is "
          "'int64 move(string from, string to, int64 cents)'");
}

TEST_CASE("a parameter of another type breaks, and is named with both types") {
    const method_text narrow{"transfer", {"string from", "string to", "sint32 cents"}, "sint64"};
    const auto found = asked(bank({transfer}), bank({narrow}));
    CHECK_FALSE(found.fits());
    REQUIRE(found.findings.size() == 1);
    CHECK(found.findings[0].text ==
          "demo.Bank.transfer: parameter 3 'cents' was int64, is int32 here");
    CHECK(found.findings[0].element == element::parameter);
    CHECK(found.findings[0].interface == "demo.Bank");
    CHECK(found.findings[0].method == "transfer");
    CHECK(found.findings[0].member == "cents");
    CHECK(first(changed(bank({transfer}), bank({narrow}))) ==
          "demo.Bank.transfer: parameter 3 'cents' was int64, is int32 now");
}

TEST_CASE("a parameter that is only called otherwise is compatible") {
    const method_text renamed{"transfer", {"string source", "string to", "sint64 cents"}, "sint64"};
    CHECK(asked(bank({transfer}), bank({renamed})).findings.empty());
}

TEST_CASE("a parameter added with a default is compatible, one without is not") {
    const method_text memo{
        "transfer", {"string from", "string to", "sint64 cents", "?string memo"}, "sint64"};
    CHECK(asked(bank({transfer}), bank({memo})).findings.empty());
    const auto added = changed(bank({transfer}), bank({memo}));
    CHECK(added.fits());
    CHECK(first(added) == "demo.Bank.transfer: parameter 4 'memo' was added with a default");

    const method_text inserted{
        "transfer", {"string from", "string memo", "string to", "sint64 cents"}, "sint64"};
    CHECK(asked(bank({transfer}), bank({inserted})).summary() ==
          "demo.Bank.transfer: parameter 2 'memo' was added without a default; this client is from "
          "before");
    CHECK(changed(bank({transfer}), bank({inserted})).summary() ==
          "demo.Bank.transfer: parameter 2 'memo' was added without a default");
}

TEST_CASE("a server from before a defaulted parameter serves the calls that leave it out") {
    const method_text memo{
        "transfer", {"string from", "string to", "sint64 cents", "?string memo"}, "sint64"};
    const auto found = asked(bank({memo}), bank({transfer}));
    CHECK(found.fits());
    CHECK(first(found) ==
          "demo.Bank.transfer: parameter 4 'memo' is unknown here: calls that leave it out work, "
          "calls that pass it fail");
    CHECK(changed(bank({memo}), bank({transfer})).summary() ==
          "demo.Bank.transfer: parameter 4 'memo' was removed: calls that pass it fail");
}

TEST_CASE("a default that goes away breaks the calls that left the argument out") {
    const method_text before{"note", {"string memo", "?sint64 cents"}, ""};
    const method_text after{"note", {"string memo", "sint64 cents"}, ""};
    CHECK(asked(bank({before}), bank({after})).summary() ==
          "demo.Bank.note: parameter 2 'cents' has no default here: calls that leave it out fail");
    CHECK(asked(bank({after}), bank({before})).findings.empty());
}

TEST_CASE("a parameter that goes away breaks, as do two that change places") {
    const method_text less{"transfer", {"string from", "string to"}, "sint64"};
    CHECK(asked(bank({transfer}), bank({less})).summary() ==
          "demo.Bank.transfer: parameter 3 'cents' (int64) is gone here");
    const method_text swapped{"transfer", {"string from", "sint64 cents", "string to"}, "sint64"};
    CHECK(asked(bank({transfer}), bank({swapped})).summary() ==
          "demo.Bank.transfer: parameter 'to' was number 2, is number 3 here (and 1 more)");
}

TEST_CASE("an overload that was added is compatible, one that changed is compared with its like") {
    const method_text other{"transfer_1", {"sint64 from", "sint64 to"}, "sint64", "", 0,
                            "transfer"};
    CHECK(asked(bank({transfer}), bank({transfer, other})).findings.empty());
    CHECK(changed(bank({transfer}), bank({transfer, other})).fits());

    const method_text narrow{"transfer_1", {"sint64 from", "sint32 to"}, "sint64", "", 0,
                             "transfer"};
    CHECK(asked(bank({transfer, other}), bank({transfer, narrow})).summary() ==
          "demo.Bank.transfer: parameter 2 'to' was int64, is int32 here");
}

TEST_CASE("a result that was added is compatible; another type, or none, is not") {
    const method_text silent{"balance", {"string account"}, ""};
    const method_text small{"balance", {"string account"}, "sint32"};
    CHECK(asked(bank({silent}), bank({balance})).fits());
    CHECK(asked(bank({balance}), bank({silent})).summary() ==
          "demo.Bank.balance: the result was int64, is void here");
    CHECK(asked(bank({balance}), bank({small})).summary() ==
          "demo.Bank.balance: the result was int64, is int32 here");
}

TEST_CASE("an id given by hand keeps a method that is otherwise another one") {
    method_text mine = transfer;
    mine.id = 7;
    method_text theirs{"move", transfer.parameters, "sint64", "", 7};
    CHECK(asked(bank({mine}), bank({theirs})).fits());
    theirs.parameters[2] = "sint32 cents";
    CHECK(asked(bank({mine}), bank({theirs})).summary() ==
          "demo.Bank.transfer: parameter 3 'cents' was int64, is int32 here");
    theirs = mine;
    theirs.parameters.push_back("string memo");
    CHECK(asked(bank({mine}), bank({theirs})).summary() ==
          "demo.Bank.transfer: parameter 4 'memo' was added without a default; this client is from "
          "before");
    CHECK(asked(bank({theirs}), bank({mine})).summary() ==
          "demo.Bank.transfer: parameter 4 'memo' is gone here");
    theirs = mine;
    theirs.id = 8;
    CHECK(asked(bank({mine}), bank({theirs})).summary() ==
          "demo.Bank.transfer: its id was 7, is 8 here, though its parameters are the same: an "
          "ROI_ID "
          "or a qualifier changed");
}

TEST_CASE("const is part of a method") {
    const method_text reader{"balance", {"string account"}, "sint64", "is_const: true", 5};
    const method_text writer{"balance", {"string account"}, "sint64", "", 6};
    CHECK(asked(bank({reader}), bank({writer})).summary() ==
          "demo.Bank.balance: it was const, is not here");
}

TEST_CASE("a field that was added is compatible, on whichever side") {
    const auto before = bank({pay});
    const auto after = with(before, "string memo = 2;", "string memo = 2; string place = 3;");
    CHECK(asked(before, after).findings.empty());
    const auto newer_client = asked(after, before);
    CHECK(newer_client.fits());
    CHECK(
        first(newer_client) ==
        "demo.Bank.pay: parameter 1 'what': field 3 'place' of demo::order is unknown here: it is "
        "not kept, and arrives with its default");
    CHECK(first(changed(before, after)) ==
          "demo.Bank.pay: parameter 1 'what': field 3 'place' of demo::order was added");
}

TEST_CASE("a field of another type breaks") {
    const auto before = bank({pay});
    for (const auto* type : {"sint32", "double", "repeated sint64", "bool", "order", "color"}) {
        const auto after = with(before, "sint64 cents", std::string(type) + " cents");
        CHECK_FALSE(asked(before, after).fits());
        CHECK_FALSE(asked(after, before).fits());
    }
    CHECK(asked(before, with(before, "sint64 cents", "sint32 cents")).summary() ==
          "demo.Bank.pay: parameter 1 'what': field 1 'cents' of demo::order was int64, is int32 "
          "here");
}

TEST_CASE("text that becomes bytes is compatible: they are the same on the wire") {
    const auto before = bank({pay});
    const auto after = with(before, "string memo", "bytes memo");
    CHECK(asked(before, after).fits());
    CHECK(first(changed(before, after)) ==
          "demo.Bank.pay: parameter 1 'what': field 2 'memo' of demo::order was string, is bytes "
          "now; "
          "both are the same bytes");
}

TEST_CASE("a field that was removed is compatible where its number stays reserved") {
    const auto before = bank({pay});
    CHECK(changed(before, with(before, "string memo = 2;", "reserved 2;")).fits());
    CHECK(changed(before, with(before, "string memo = 2;", "")).summary() ==
          "demo.Bank.pay: parameter 1 'what': field 2 'memo' of demo::order was removed, and its "
          "number is free for another: keep a lock file");
}

TEST_CASE("a field that gets another number breaks, one that gets another name does not") {
    const auto before = bank({pay});
    const auto moved = with(with(before, "cents = 1", "cents = 3"), "string memo", "string memo");
    CHECK(asked(before, moved).summary() ==
          "demo.Bank.pay: parameter 1 'what': 'cents' of demo::order had number 1, has 3 here: "
          "ROI_ID or a lock file keeps numbers");
    const auto renamed = with(before, "string memo", "string remark");
    CHECK(asked(before, renamed).findings.empty());
    CHECK(changed(before, renamed).fits());
    CHECK(
        first(changed(before, renamed)) ==
        "demo.Bank.pay: parameter 1 'what': field 2 'memo' of demo::order is called 'remark' now");
}

TEST_CASE("a field that is inserted without fixed numbers breaks all behind it") {
    const auto before = bank({pay});
    const auto after = with(with(before, "string memo = 2;", "string memo = 3;"),
                            "sint64 cents = 1;", "sint64 cents = 1; string place = 2;");
    CHECK_FALSE(changed(before, after).fits());
    CHECK_FALSE(asked(before, after).fits());
}

TEST_CASE("an enum value that was added is compatible; one with another number is not") {
    const auto before = bank({paint});
    const auto more = with(before, "color_green = 1;", "color_green = 1; color_blue = 2;");
    CHECK(asked(before, more).findings.empty());
    CHECK(asked(more, before).fits());
    CHECK(first(changed(before, more)) ==
          "demo.Bank.paint: parameter 1 'with': 'color_blue' of demo::color was added");
    const auto moved = with(before, "color_green = 1;", "color_green = 2;");
    CHECK(asked(before, moved).summary() ==
          "demo.Bank.paint: parameter 1 'with': 'color_green' of demo::color was 1, is 2 here");
    CHECK(
        changed(more, before).summary() ==
        "demo.Bank.paint: parameter 1 'with': 'color_blue' of demo::color was removed, and clients "
        "may send it");
    CHECK(changed(more, with(before, "color_green = 1;", "color_green = 1; reserved 2;")).fits());
}

TEST_CASE("a promise may be made, but not taken back") {
    method_text sure = balance;
    sure.options = "semantics: AT_LEAST_ONCE";
    CHECK(asked(bank({balance}), bank({sure})).findings.empty());
    CHECK(changed(bank({balance}), bank({sure})).fits());
    CHECK(asked(bank({sure}), bank({balance})).summary() ==
          "demo.Bank.balance was at least once, is at most once here: clients repeat it");
    method_text once = balance;
    once.options = "semantics: EXACTLY_ONCE";
    CHECK(asked(bank({once}), bank({balance})).summary() ==
          "demo.Bank.balance was exactly once, is at most once here: clients rely on that");
    method_text oneway = pay;
    oneway.options = "oneway: true";
    CHECK(asked(bank({pay}), bank({oneway})).summary() ==
          "demo.Bank.pay was answered, is one-way here");
}

TEST_CASE("a server of a derived interface satisfies a client of the base") {
    const auto both = bank({balance}) + service_text("SavingsBank", {{"interest", {}, "double"}},
                                                     "bases: \"demo.Bank\"");
    const auto client = describe(bank({balance}));
    CHECK(check_client(client, "demo.Bank", describe(both), "demo.SavingsBank").findings.empty());
    CHECK(check_client(describe(both), "demo.SavingsBank", describe(both), "demo.SavingsBank")
              .fits());

    CHECK(check_client(describe(both), "demo.SavingsBank", client, "demo.Bank").summary() ==
          "the server is a demo.Bank, which is neither demo.SavingsBank nor derived from it");
    const auto orphan = with(both, "bases: \"demo.Bank\"", "");
    CHECK(check_client(client, "demo.Bank", describe(orphan), "demo.SavingsBank").summary() ==
          "the server is a demo.SavingsBank, which is neither demo.Bank nor derived from it");
    CHECK(changed(both, orphan).summary() ==
          "demo.SavingsBank no longer derives from demo.Bank: clients of demo.Bank cannot use it "
          "any more");
}

TEST_CASE("a derived server is checked in the methods of the base, too") {
    const method_text small{"balance", {"string account"}, "sint32"};
    const auto server = bank({small}) + service_text("SavingsBank", {}, "bases: \"demo.Bank\"");
    CHECK(check_client(describe(bank({balance})), "demo.Bank", describe(server), "demo.SavingsBank")
              .summary() == "demo.Bank.balance: the result was int64, is int32 here");
}

TEST_CASE("interfaces that derive from each other in a circle end the search") {
    const auto round =
        service_text("A", {}, "bases: \"demo.B\"") + service_text("B", {}, "bases: \"demo.A\"");
    CHECK_FALSE(check_client(describe(bank({})), "demo.Bank", describe(round), "demo.A").fits());
    CHECK(check_client(describe(round), "demo.A", describe(round), "demo.B").fits());
}

TEST_CASE("an interface may be added, but not removed or published under another name") {
    const auto two = bank({}) + service_text("Shop", {});
    CHECK(changed(bank({}), two).fits());
    CHECK(first(changed(bank({}), two)) == "demo.Shop was added");
    CHECK(changed(two, bank({})).summary() == "demo.Shop was removed");
    CHECK(
        changed(bank({}, "published_name: \"bank\""), bank({}, "published_name: \"banks\""))
            .summary() ==
        "demo.Bank was published as 'bank', is published as 'banks' now: clients look for 'bank'");
}

TEST_CASE("exceptions are compared in their fields; new ones are compatible") {
    const std::string error = "message poor { sint64 missing = 1; }\n";
    method_text throwing = pay;
    throwing.options = "throws: \"demo.poor\"";
    const auto before = error + bank({throwing});
    CHECK(asked(bank({pay}), before).findings.empty());
    CHECK(asked(before, bank({pay})).findings.empty());
    CHECK(asked(before, with(before, "sint64 missing", "string missing")).summary() ==
          "demo.Bank.pay: exception demo.poor: field 1 'missing' of demo::poor was int64, is "
          "string here");
}

TEST_CASE(
    "types are compared through lists, maps, wrappers, tuples and variants, and recursive ones "
    "end") {
    const std::string nested = R"(
message tree { repeated tree children = 1; map<string, order> orders = 2; either one = 3; two pair = 4; }
message either { option (roi.message).shape = VARIANT; oneof value { order a = 1; string b = 2; } }
message two { option (roi.message).shape = TUPLE; sint64 first = 1; rows second = 2; }
message rows { option (roi.message).shape = WRAPPER; repeated row values = 1; }
message row { option (roi.message).shape = WRAPPER; repeated double values = 1; }
)";
    const method_text grow{"grow", {"tree what"}};
    const auto before = nested + bank({grow});
    CHECK(asked(before, before).findings.empty());
    const auto text = [&](const std::string& what, const std::string& instead) {
        return asked(before, with(before, what, instead)).summary();
    };
    const std::string where = "demo.Bank.grow: parameter 1 'what': ";
    CHECK(text("sint64 cents", "bool cents") ==
          where + "field 1 'cents' of demo::order was int64, is bool here");
    CHECK(text("string b = 2", "bool b = 2") == where + "alternative 2 was string, is bool here");
    CHECK(text("sint64 first", "double first") == where + "element 1 was int64, is double here");
    CHECK(text("rows second = 2;", "") == where + "element 2 is gone here");
    CHECK(text("repeated double values", "repeated float values") ==
          where + "the value inside was repeated double, is repeated float here");
    CHECK(text("map<string, order>", "map<sint64, order>") ==
          where + "the key was string, is int64 here");
    CHECK(text("string b = 2;", "string b = 2; bool c = 3;") == "");
}

TEST_CASE("a finding names its place, and lines begin with it") {
    method_text mine = transfer;
    const auto before = with(bank({mine}), "cpp_name: \"transfer\"",
                             "cpp_name: \"transfer\" where: \"bank.hpp:23\"");
    const auto found = asked(before, bank({balance}));
    CHECK(found.findings.front().old_where == "bank.hpp:23");
    CHECK(to_text(found).starts_with("bank.hpp:23: breaking: demo.Bank.transfer is unknown here"));
    CHECK(to_json(found).find("\"fits\": false") != std::string::npos);
}

TEST_CASE("a description that cannot be read is a finding that says whose it is") {
    const auto good = support::compile({{"bank.proto", support::file_text(bank({balance}))}});
    const auto bytes = std::as_bytes(std::span(good));
    const std::byte bad[] = {std::byte{0x0A}, std::byte{0x7F}};
    CHECK(check_client(bytes, "demo.Bank", bytes, "demo.Bank").fits());
    CHECK(
        check_client(bytes, "demo.Bank", bad, "demo.Bank").summary() ==
        "the server's description of demo.Bank cannot be used: the interface description is not a "
        "serialised FileDescriptorSet");
    CHECK(check_client(bad, "demo.Bank", bytes, "demo.Bank")
              .summary()
              .starts_with("the client's description"));
    CHECK(check_client(bytes, "demo.Shop", bytes, "demo.Bank").summary() ==
          "the description of the client does not hold demo.Shop");
}

TEST_CASE("findings are limited, and many harmless ones hide none that breaks") {
    std::string wide = "message wide {\n";
    for (int i = 1; i <= 1'001; ++i) {
        wide += "bool f" + std::to_string(i) + " = " + std::to_string(i) + ";\n";
    }
    const method_text put{"put", {"wide what"}};
    const auto mine = wide + "}\n" + bank({put, balance});
    const auto theirs = "message wide {}\n" + bank({put});
    const auto found = asked(mine, theirs);
    CHECK(found.summary() == "demo.Bank.balance is unknown here");
    CHECK(found.findings.size() == 1'001);

    const auto all_change = asked(mine, with(mine, "bool f1 ", "string f1 ")).summary();
    CHECK(all_change ==
          "demo.Bank.put: parameter 1 'what': field 1 'f1' of demo::wide was bool, is string here");
}

TEST_CASE("types that are made to need endless comparing are refused") {
    // Each of the client's types meets each of the server's: the first is paired with all by
    // fields.
    const auto ring = [](const std::string& name, int size) {
        std::string text;
        for (int i = 0; i < size; ++i) {
            const auto next = name + std::to_string((i + 1) % size);
            text += "message " + name + std::to_string(i) + " { " + next + " next = 1; ";
            for (int f = 2; f <= 20; ++f) {
                text += "bool b" + std::to_string(f) + " = " + std::to_string(f) + "; ";
            }
            text += "}\n";
        }
        return text;
    };
    // Rings of coprime lengths: the pair only repeats after length times length steps.
    const auto mine = ring("a", 331) + bank({{"put", {"a0 what"}, "", "", 9}});
    const auto theirs = ring("a", 337) + bank({{"put", {"a0 what"}, "", "", 9}});
    CHECK(asked(mine, theirs).summary() == "demo.Bank reaches too many types to compare them all");
}
