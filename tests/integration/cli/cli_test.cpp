// The roi command against a real name server and a real server.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/stage.hpp"

using nlohmann::json;
using roi::support::command;
using roi::support::finished;
using roi::support::process;
using roi::support::run;
using roi::support::stage;
using roi::support::surroundings;

namespace {

/// A name server and the toys' server, with the command beside them.
struct playground : stage {
    process toys = start(TOYS_SERVER, "the box is open");

    finished roi(std::vector<std::string> arguments) const {
        return run(here.run(ROI, std::move(arguments)));
    }
    /// What the command prints on success.
    std::string said(std::vector<std::string> arguments) const {
        const auto done = roi(arguments);
        CAPTURE(done.output);
        CHECK(done.status.code == 0);
        return done.standard_output;
    }
    std::string called(const std::string& method, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"call", "toys." + method});
        auto text = said(arguments);
        if (text.ends_with("\n")) {
            text.pop_back();
        }
        return text;
    }
    /// What it says when it ends with `code`.
    std::string refused(int code, std::vector<std::string> arguments) const {
        const auto done = roi(arguments);
        CHECK(done.status.code == code);
        CHECK(done.standard_output == "");
        return done.output;
    }
};

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("values of every type go through a call as they are written") {
    const playground ground;
    const std::vector<std::pair<std::string, std::vector<std::string>>> same{
        {"tiny", {"-128", "127"}},
        {"small", {"-2147483648", "0"}},
        {"large", {"9223372036854775807", "-9223372036854775808"}},
        {"natural", {"18446744073709551615"}},
        {"half", {"0.1", "\"NaN\""}},
        {"real", {"1e+300", "-0.5", "\"-Infinity\""}},
        {"letter", {"\"a\"", "7"}},
        {"text", {"\"\"", "\"alice\"", "\"\\u0000\"", "{\"base64\":\"/w==\"}"}},
        {"wide", {"\"text\""}},
        {"bytes", {"\"plain\"", "{\"base64\":\"AAEC/w==\"}"}},
        {"paint", {"\"green\"", "77"}},
        {"giant", {"1099511627776"}},
        {"numbers", {"[]", "[1,-2]"}},
        {"rows", {"[[\"a\",\"b\"],[]]"}},
        {"three", {"[1,2,3]"}},
        {"sorted", {"[\"a\",\"b\"]"}},
        {"ages", {"{}", "{\"alice\":30}"}},
        {"groups", {"{\"-1\":[],\"2\":[3,4]}"}},
        {"grid", {"[[[1,2],\"a\"]]"}},
        {"many", {"[[1,\"a\"],[1,\"b\"]]"}},
        {"maybe", {"null", "5"}},
        {"twice", {"null", "{\"value\":null}", "5"}},
        {"either", {"null", "5", "5.5", "\"x\"", "{\"toys::point\":{\"id\":1,\"x\":2,\"y\":3.0}}"}},
        {"both", {"[1,\"a\"]"}},
        {"all", {"[1,true,[2,3]]"}},
        {"complex", {"[1.5,-2.0]"}},
        {"flags", {"\"1000000001\""}},
        {"wait", {"\"1.500s\""}},
        {"when", {"\"2026-01-31T12:00:00Z\""}},
        {"place", {"{\"id\":1,\"x\":2,\"y\":3.5}"}},
        {"tree", {"null", "{\"name\":\"a\",\"children\":[{\"name\":\"b\",\"children\":[]}]}"}},
    };
    for (const auto& [method, values] : same) {
        for (const auto& value : values) {
            CAPTURE(method);
            CHECK(ground.called(method, {value}) == value);
        }
    }
}

TEST_CASE("a call prints what the method gives back, and nothing for void") {
    const playground ground;
    CHECK(ground.called("flip", {"true"}) == "false");
    CHECK(ground.called("nothing", {}) == "");
    CHECK(ground.said({"call", "toys.nothing", "--json"}) == "null\n");
    CHECK(ground.called("odd", {}) == "{\"base64\":\"//4=\"}");
    CHECK(json::parse(ground.called("fill", {"bob", "1"})) ==
          json({{"result", 2}, {"name", "bob!"}}));
    CHECK(ground.called("place", {"{\"x\":3}"}) == "{\"id\":7,\"x\":3,\"y\":0.5}");
    CHECK(ground.called("small", {"-5"}) == "-5");
    CHECK(ground.called("either", {"{\"point\":{\"x\":3}}"}) ==
          "{\"toys::point\":{\"id\":7,\"x\":3,\"y\":0.5}}");
    CHECK(ground.called("text", {"--json-is-no-option-here"}) == "\"--json-is-no-option-here\"");
}

TEST_CASE("the overload that fits is called, and the server fills defaults in") {
    const playground ground;
    CHECK(ground.called("which", {"5"}) == "\"int\"");
    CHECK(ground.called("which", {"5.5"}) == "\"double\"");
    CHECK(ground.called("which", {"x"}) == "\"text\"");
    CHECK(ground.called("which", {"5", "6"}) == "\"two ints\"");
    CHECK(ground.called("greet", {"bob"}) == "\"hello bob x2\"");
    CHECK(ground.called("greet", {"bob", "bye"}) == "\"bye bob x2\"");
    CHECK(ground.called("greet", {"bob", "bye", "3"}) == "\"bye bob x3\"");
}

TEST_CASE("exceptions are printed with their fields") {
    const playground ground;
    CHECK(
        ground.refused(1, {"call", "toys.smash", "train"}) ==
        "roi: toys.Box.smash threw toys.broken{toy: \"train\", parts: [1,2]}: the toy is broken\n");
    CHECK(ground.refused(1, {"call", "toys.fail"}) ==
          "roi: toys.Box.fail threw std.out_of_range: no such toy\n");
    const auto error =
        json::parse(ground.refused(1, {"call", "toys.smash", "train", "--json"}))["error"];
    CHECK(error["code"] == "remote_exception");
    CHECK(error["outcome"] == "executed");
    CHECK(error["exception"]["fields"] == json({{"toy", "train"}, {"parts", {1, 2}}}));
}

TEST_CASE("a call that cannot be made says what would fit") {
    const playground ground;
    const auto unknown = ground.refused(2, {"call", "toys.tekst", "a"});
    CHECK(holds(unknown,
                "roi: toys.Box has no method 'tekst'; did you mean 'text'?\nIt has:\n    bool "
                "flip(bool value)"));
    CHECK(holds(
        ground.refused(2, {"call", "toys.small", "x"}),
        "std::int32_t small(std::int32_t value)\n    argument 1 'value': expected an integer"));
    const std::vector<std::pair<std::vector<std::string>, std::string>> misfits{
        {{"call", "toys.tiny", "128"}, "'value': expected an integer from -128 to 127, got 128"},
        {{"call", "toys.tiny", "-129"}, "'value': expected an integer from -128 to 127, got -129"},
        {{"call", "toys.tiny", "5.5"}, "'value': expected an integer (std::int8_t), got 5.5"},
        {{"call", "toys.paint", "256"}, "expected a value of toys::color, from 0 to 255, got 256"},
        {{"call", "toys.three", "[1,2]"}, "expected 3 elements (std::array<int, 3>), got 2"},
        {{"call", "toys.place", "{\"x\":2147483648}"},
         "'value': at x: expected an integer from -2147483648 to 2147483647, got 2147483648"},
    };
    for (const auto& [arguments, text] : misfits) {
        const std::string said = ground.refused(2, arguments);
        CAPTURE(said);
        CHECK(holds(said, text));
    }
    CHECK(ground.called("paint", {"255"}) == "255");
    CHECK(holds(ground.refused(2, {"call", "toys.small"}), "takes 1 argument; there are 0"));
    CHECK(holds(ground.refused(2, {"call", "toys"}), "'toys' names no method"));
    CHECK(holds(ground.refused(1, {"call", "toy.small", "1"}),
                "roi: no server is published as 'toy'"));
    CHECK(holds(ground.refused(1, {"call", "toy.small", "1"}), "did you mean 'toys'?"));
}

TEST_CASE("ls, resolve and ping show who holds a name, and where") {
    const playground ground;
    const auto listed = ground.said({"ls"});
    CHECK(listed.starts_with("NAME"));
    CHECK(holds(listed, "toys.Box"));
    CHECK(holds(listed, "pid " + std::to_string(ground.toys.pid())));
    CHECK(ground.said({"ls", "--names", "to"}) == "toys\n");
    CHECK(holds(ground.said({"ls", "x"}), "nothing is published under names that begin with x"));

    const auto entries = json::parse(ground.said({"ls", "--json"}));
    REQUIRE(entries.size() == 1);
    CHECK(entries[0]["name"] == "toys");
    CHECK(entries[0]["locations"][0]["holder"]["pid"] == ground.toys.pid());
    const auto endpoint = entries[0]["locations"][0]["endpoints"][0].get<std::string>();

    const auto resolved = json::parse(ground.said({"resolve", "toys", "--json"}));
    CHECK(resolved["address"] == entries[0]["address"]);
    CHECK(holds(ground.said({"resolve", "toys"}), "interface    toys.Box"));

    CHECK(ground.said({"ping"}).starts_with("the name server at unix:"));
    CHECK(ground.said({"ping", "toys", "-c", "1"}).starts_with("toys (toys.Box at "));
    CHECK(ground.said({"ping", endpoint + "#toys", "-c", "1"})
              .starts_with(endpoint + "#toys (toys.Box at "));
    CHECK(ground.said({"call", endpoint + "#toys.small", "5"}) == "5\n");
}

TEST_CASE("describe prints the header again, and saves what diff compares") {
    const playground ground;
    const auto header = ground.said({"describe", "toys"});
    CHECK(holds(header, "/// What a toy is painted with.\nenum class color"));
    CHECK(holds(header, "struct point : thing {\n    int x;\n    double y;\n};"));
    CHECK(
        holds(header,
              "/// A box that gives back what is put into it.\nclass ROI_REMOTE(\"toys\") Box {"));
    CHECK(holds(header, "    /// The same text.\n    std::string text(const std::string& value);"));

    const auto saved = (ground.here.directory() / "box.desc").string();
    CHECK(ground.said({"describe", "toys", "--save", saved}) == "");
    CHECK(ground.said({"describe", saved}) == header);
    CHECK(ground.said({"diff", saved, "toys"}) ==
          "nothing changed that clients or servers could notice\n");
    CHECK(holds(ground.said({"describe", "toys", "--methods"}), "flip\ntiny\n"));
    const auto described = json::parse(ground.said({"describe", "toys", "--json"}));
    CHECK(described[0]["methods"][0]["signature"] == "bool flip(bool value)");
}

TEST_CASE("diff says what breaks, where, and ends with 1") {
    const surroundings here;
    const auto compare = [&](const std::string& older, const std::string& newer) {
        return run(here.run(ROI, {"diff", older, newer}));
    };
    const auto broken = compare(BANK_DESCRIPTION, CHANGED_BANK_DESCRIPTION);
    CHECK(broken.status.code == 1);
    CHECK(holds(broken.standard_output,
                "breaking: demo.Bank.transfer: parameter 3 'cents' was int64, is double now\n"));
    CHECK(broken.standard_output.starts_with("bank.hpp:"));
    const auto same = compare(BANK_DESCRIPTION, BANK_DESCRIPTION);
    CHECK(same.status.code == 0);
    const auto absent = compare("./absent.desc", BANK_DESCRIPTION);
    CHECK(absent.status.code == 1);
    CHECK(holds(absent.output, "'./absent.desc' cannot be read"));
    const auto garbage = (here.directory() / "garbage.desc").string();
    std::ofstream(garbage) << "this is no description";
    CHECK(holds(compare(garbage, BANK_DESCRIPTION).output,
                "garbage.desc' cannot be used: the interface description is not"));
}

TEST_CASE(
    "what is removed is compatible where a lock file keeps its number, and breaks without one") {
    const surroundings here;
    const auto folder = here.directory();
    const auto header = (folder / "v.hpp").string();
    const auto write = [&](const std::string& fields, const std::string& colors) {
        std::ofstream(header)
            << "#include <roi/annotations.hpp>\n"
               "enum class color { " +
                   colors +
                   " };\n"
                   "struct entry { int a = 0; " +
                   fields +
                   "int c = 0; color k{}; };\n"
                   "class ROI_REMOTE() Bank { public: void pay(const entry& e); };\n";
    };
    const auto idlc = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {header, "--", "-std=c++20", "-I", ROI_INCLUDE});
        return run(here.run(ROI_IDLC, std::move(arguments)));
    };
    const auto out = (folder / "out").string();
    const auto lock = (folder / "v.lock").string();
    write("int b = 0; ", "red, green, blue");
    REQUIRE(idlc({"-o", out, "--lock", lock}).status.code == 0);
    write("", "red, green");
    const auto locked = idlc({"--check-against", out + "/v.desc", "--lock", lock});
    CHECK(locked.status.code == 0);
    CHECK(holds(locked.output,
                "compatible: Bank.pay: parameter 1 'e': field 2 'b' of entry was "
                "removed; its number stays reserved"));
    CHECK(holds(locked.output, "'blue' of color was removed; its number stays reserved"));
    const auto free = idlc({"--check-against", out + "/v.desc"});
    CHECK(free.status.code == 1);
    CHECK(holds(
        free.output,
        "v.hpp:3: breaking: Bank.pay: parameter 1 'e': 'c' of entry had number 3, has 2 now"));
}

TEST_CASE("without a name server, the error names the places looked at and how to start one") {
    const surroundings here;
    auto command = here.run(ROI, {"ls"});
    // Alone: a name server of somebody else may listen at the well-known port.
    command.environment["ROI_NAMESERVER"] = "unix:" + here.name_server_socket().string();
    const auto done = run(command);
    CHECK(done.status.code == 1);
    CHECK(holds(done.output, "roi: no name server answers; looked at "));
    CHECK(holds(done.output, here.name_server_socket().string()));
    CHECK(holds(done.output, "start one with `roi-nameserver &`"));
    const auto told = run(here.run(ROI, {"ls", "--json", "--nameserver", "unix:/nowhere/at/all"}));
    CHECK(told.status.code == 1);
    CHECK(json::parse(told.output)["error"]["code"] == "no_name_server");
}

TEST_CASE("a wrong command line ends with 2, and help with 0 and an example") {
    const surroundings here;
    const auto roi = [&](std::vector<std::string> arguments) {
        return run(here.run(ROI, std::move(arguments)));
    };
    CHECK(roi({}).status.code == 2);
    CHECK(roi({"lss"}).status.code == 2);
    CHECK(roi({"ls", "--wrong"}).status.code == 2);
    CHECK(roi({"ls", "--timeout", "soon"}).status.code == 2);
    CHECK(roi({"ls", "--timeout", "0s"}).status.code == 2);
    CHECK(roi({"ls", "--scope", "not a scope"}).status.code == 2);
    CHECK(roi({"resolve"}).status.code == 2);
    CHECK(holds(roi({"--help"}).standard_output, "Examples:"));
    for (const char* command :
         {"ls", "resolve", "describe", "call", "ping", "diff", "completion", "version"}) {
        const auto help = roi({command, "--help"});
        CHECK(help.status.code == 0);
        CHECK(holds(help.standard_output, std::string("Example:\n  ")));
        CHECK(holds(help.standard_output, "--json"));
    }
    CHECK(roi({"version"}).standard_output.starts_with("roi "));
    CHECK(json::parse(roi({"version", "--json"}).standard_output).contains("wire"));
}

TEST_CASE("bash completes commands, options, names and methods") {
    const playground ground;
    const auto complete = [&](std::vector<std::string> words) {
        std::string script = "PATH=" + std::string(ROI_FOLDER) +
                             ":$PATH; source <(roi completion bash); COMP_WORDS=(roi";
        for (const auto& word : words) {
            script += " '" + word + "'";
        }
        script += "); COMP_CWORD=" + std::to_string(words.size()) +
                  "; _roi_complete; echo \"${COMPREPLY[*]}\"";
        const auto done = run(ground.here.run("/bin/bash", {"-c", script}));
        CHECK(done.status.code == 0);
        return done.output;
    };
    CHECK(complete({"re"}) == "resolve\n");
    CHECK(complete({"ls", "--na"}) == "--nameserver --names\n");
    CHECK(complete({"resolve", "t"}) == "toys\n");
    CHECK(complete({"call", "toy"}) == "toys.\n");
    CHECK(complete({"call", "toys.fl"}) == "toys.flip toys.flags\n");
}
