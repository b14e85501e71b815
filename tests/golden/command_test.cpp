// The program idlc: its exit codes, its flags, and headers that mean harm.
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using roi::support::command;
using roi::support::finished;
using roi::support::temporary_directory;

namespace {

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

finished idlc(std::vector<std::string> arguments, const fs::path& directory = {}) {
    arguments.insert(arguments.begin(), "-I" ROI_INCLUDE);
    command what;
    what.program = ROI_IDLC_PROGRAM;
    what.arguments = std::move(arguments);
    what.directory = directory;
    return roi::support::run(what);
}

/// A header with one remote class around `members`.
std::string header(const std::string& members, const std::string& before = {}) {
    return "#pragma once\n#include <roi/annotations.hpp>\n" + before +
           "class ROI_REMOTE() Sample {\npublic:\n" + members + "\n};\n";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("outputs are written once and left alone when they are the same") {
    temporary_directory room;
    write(room / "sample.hpp", header("    int f(int a);"));
    const std::vector<std::string> call{"sample.hpp", "-o",     "out",      "--depfile",
                                        "sample.d",   "--desc", "copy.desc"};
    const finished first = idlc(call, room.path());
    CHECK_MESSAGE(first.status.success(), first.output);
    const fs::path client = room / "out/sample.roi.hpp";
    REQUIRE(fs::exists(client));
    const auto when = fs::last_write_time(client);
    const std::string text = read(client);
    CHECK(idlc(call, room.path()).status.success());
    CHECK(fs::last_write_time(client) == when);
    CHECK(read(client) == text);
    CHECK(contains(read(room / "sample.d"), "annotations.hpp"));
    CHECK(read(room / "copy.desc") == read(room / "out/sample.desc"));

    // --stamp: newer after each run, and what the depfile is about.
    const std::vector<std::string> stamped{"sample.hpp", "-o",      "out",         "--depfile",
                                           "stamp.d",    "--stamp", "sample.stamp"};
    CHECK(idlc(stamped, room.path()).status.success());
    CHECK(read(room / "stamp.d").starts_with("sample.stamp:"));
    fs::last_write_time(room / "sample.stamp", when);
    CHECK(idlc(stamped, room.path()).status.success());
    CHECK(fs::last_write_time(room / "sample.stamp") > when);
    CHECK(fs::last_write_time(client) == when);

    // --check: silent while they fit, 1 and nothing written where they do not.
    CHECK(idlc({"sample.hpp", "-o", "out", "--check"}, room.path()).status.code == 0);
    write(room / "sample.hpp", header("    int f(int a, int b);"));
    const finished stale = idlc({"sample.hpp", "-o", "out", "--check"}, room.path());
    CHECK(stale.status.code == 1);
    CHECK(contains(stale.output, "sample.roi.hpp"));
    CHECK(read(client) == text);

    // --check-against: what breaks, with its place.
    const finished broken = idlc({"sample.hpp", "--check-against", "copy.desc"}, room.path());
    CHECK(broken.status.code == 1);
    CHECK(contains(broken.output, "sample.hpp:5: breaking: Sample.f"));
    write(room / "sample.hpp", header("    int f(int a);\n    int g();"));
    CHECK(idlc({"sample.hpp", "--check-against", "copy.desc"}, room.path()).status.code == 0);
    write(room / "no.desc", "not a description");
    CHECK(idlc({"sample.hpp", "--check-against", "no.desc"}, room.path()).status.code == 2);
    CHECK(idlc({"sample.hpp", "--check-against", "missing"}, room.path()).status.code == 2);
}

TEST_CASE("a wrong command line ends with 2 and a sentence") {
    temporary_directory room;
    write(room / "sample.hpp", header("    int f();"));
    CHECK(idlc({}, room.path()).status.code == 2);
    CHECK(idlc({"missing.hpp"}, room.path()).status.code == 2);
    CHECK(idlc({room.path().string()}, room.path()).status.code == 2);
    CHECK(idlc({"sample.hpp", "--unknown"}, room.path()).status.code == 2);
    CHECK(idlc({"sample.hpp", "--check", "--dump-model"}, room.path()).status.code == 2);
    CHECK(idlc({"sample.hpp", "@missing"}, room.path()).status.code == 2);
    CHECK(idlc({"sample.hpp", "-D"}, room.path()).status.code == 2);
    for (const char* flag :
         {"-fplugin=evil.so", "-Xclang", "-fpass-plugin=evil.so", "-B/tmp", "-specs=x"}) {
        const finished refused = idlc({"sample.hpp", "--", flag}, room.path());
        CHECK_MESSAGE(refused.status.code == 2, flag);
        CHECK(contains(refused.output, "foreign code"));
    }
    const finished help = idlc({"--help"}, room.path());
    CHECK(help.status.code == 0);
    CHECK(contains(help.output, "Exit codes: 0 done; 1"));
    CHECK(contains(idlc({"--version"}, room.path()).output, "libclang"));
}

TEST_CASE("compiler flags are taken among the options, after --, and from response files") {
    temporary_directory room;
    fs::create_directory(room / "inc with space");
    write(room / "inc with space/part.hpp", "struct part { int a; };\n");
    write(room / "sample.hpp", header("    part f(SECRET a);",
                                      "#include <part.hpp>\n#if FLAG != 3\n#error flag\n#endif\n"));
    const std::string dir = (room / "inc with space").string();
    CHECK(idlc({"sample.hpp", "--dump-model", "-I" + dir, "-DFLAG=3", "-DSECRET=int"}, room.path())
              .status.success());
    CHECK(idlc({"sample.hpp", "--dump-model", "--", "-isystem", dir, "-D", "FLAG=3", "-DSECRET=int",
                "-std=gnu++20"},
               room.path())
              .status.success());
    write(room / "flags.rsp", "\"-I" + dir + "\" '-DFLAG=3'\n-DSECRET=int\n");
    CHECK(idlc({"sample.hpp", "--dump-model", "@flags.rsp"}, room.path()).status.success());
    write(room / "loop.rsp", "@loop.rsp");
    CHECK(idlc({"sample.hpp", "@loop.rsp"}, room.path()).status.code == 2);
    // What only GCC knows, and what a build passes besides, changes nothing.
    const finished gcc = idlc({"sample.hpp",
                               "--dump-model",
                               "-I" + dir,
                               "-DFLAG=3",
                               "-DSECRET=int",
                               "--",
                               "-fno-semantic-interposition",
                               "-Wduplicated-cond",
                               "-fconcepts-diagnostics-depth=3",
                               "-mno-such-thing",
                               "-Werror",
                               "-O2",
                               "-g",
                               "-MD",
                               "-MF",
                               "x.d",
                               "-o",
                               "x.o",
                               "-c",
                               "-flto=auto",
                               "-fcoroutines"},
                              room.path());
    CHECK_MESSAGE(gcc.status.success(), gcc.output);
}

TEST_CASE("a header that does not compile shows clang's own words") {
    temporary_directory room;
    write(room / "sample.hpp", header("    nonsense f();"));
    const finished broken = idlc({"sample.hpp"}, room.path());
    CHECK(broken.status.code == 1);
    CHECK(contains(broken.output, "sample.hpp:5:5: error: unknown type name 'nonsense'"));
}

TEST_CASE("hostile headers neither hang idlc nor crash it, nor steer a terminal") {
    temporary_directory room;
    struct hostile {
        const char* name;
        std::string text;
    };
    std::string deep = "int";
    for (int i = 0; i < 600; ++i)
        deep = "std::vector<" + deep + ">";
    std::string nested = "struct l0 { int a; };\n";
    for (int i = 1; i < 300; ++i)
        nested += "struct l" + std::to_string(i) + " { l" + std::to_string(i - 1) + " a, b; };\n";
    const std::vector<hostile> cases {
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they leave no limit of memory
        {"device", "#include \"/dev/zero\"\n"},
#endif
            {"endless template",
             header("    t<0>::type f();",
                    "template <int N> struct t { typedef typename t<N + 1>::type type; };\n")},
            {"itself", "#include \"hostile.hpp\"\n" + header("    int f();")},
            {"deep template", header("    " + deep + " f();", "#include <vector>\n")},
            {"deep records", header("    void f(l299 a);", nested)},
            {"brackets", header(std::string(100000, '('))},
            {"growing macros", "#define A x x\n#define B A A\n#define C B B\n#define D C C\n" +
                                   header("    int f(); // D\n D")},
            {"null bytes", header("    int f();") + std::string(64, '\0')},
            {"not text", std::string("\xff\xfe\x80\x81 class", 10)},
            {"recursive default",
             header("    struct r { r(int = sizeof(r)); int a; }; void f(r a = r());")},
    };
    for (const hostile& one : cases) {
        CAPTURE(one.name);
        write(room / "hostile.hpp", one.text);
        for (const char* action : {"--dump-model", "--explain"}) {
            command what;
            what.program = ROI_IDLC_PROGRAM;
            what.arguments = {"-I" ROI_INCLUDE, "hostile.hpp", action};
            what.directory = room.path();
            const finished ended = roi::support::run(what);
            CHECK_MESSAGE(ended.status.signal == 0, ended.output.substr(0, 500));
            CHECK(ended.status.code <= 2);
        }
    }
}

TEST_CASE("text of a header is escaped in messages and in the model") {
    temporary_directory room;
    const std::string override_mark = "\xe2\x80\xae";
    write(room / "sample.hpp",
          header("    /// \x1b[31mred " + override_mark +
                 " \"quoted\" */ end\n"
                 "    void f(const char* s = \"\x1b[2J*/\\n\");\n    void g(int* p);"));
    for (const char* action : {"--dump-model", "--explain"}) {
        const finished shown = idlc({"sample.hpp", action}, room.path());
        CHECK_FALSE(contains(shown.output, "\x1b"));
        CHECK_FALSE(contains(shown.output, override_mark));
    }
    CHECK(contains(idlc({"sample.hpp", "--dump-model"}, room.path()).output,
                   "parameter 'p' of 'Sample::g' is a raw pointer"));
}

TEST_CASE("idlc explains what is remote, local and refused, and suggests marks") {
    temporary_directory room;
    write(room / "old.hpp",
          "#pragma once\nstruct opaque;\nclass Old {\npublic:\n    int good(int a) const;\n    int "
          "sum(const int* v, int n);\n"
          "    opaque* bad();\n    static int s();\n};\n");
    const finished explained = idlc({"old.hpp", "--explain"}, room.path());
    CHECK(explained.status.success());
    CHECK(contains(explained.output, "old.hpp:5:9: remote: Old::good(int a) const: at most once"));
    CHECK(contains(explained.output, "old.hpp:8:16: local: Old::s(): static"));
    CHECK(contains(explained.output, "old.hpp:7:13: refused: Old::bad(): "));
    CHECK(contains(explained.output,
                   "old.hpp:3:7: class: Old: not marked, 1 remote, 1 local, 2 refused"));
    const finished suggested = idlc({"old.hpp", "--suggest"}, room.path());
    CHECK(contains(suggested.output, "old.hpp:3:7: ROI_REMOTE() after 'class' or 'struct' of Old"));
    CHECK(contains(suggested.output, "ROI_IN ROI_SIZE(n) before parameter 'v' of 'sum'"));
    CHECK(contains(suggested.output, "old.hpp:7:13: ROI_LOCAL before 'bad'"));
}

TEST_CASE("idlc guesses what pointers mean, and says its doubts") {
    temporary_directory room;
    write(room / "guess.hpp",
          "#pragma once\nclass Guess {\npublic:\n"
          "    bool find(const char* key, int* value) const;\n"
          "    void add(const double* values, unsigned valueCount);\n"
          "    int read(char* buffer, int len);\n"
          "    int fill(unsigned char* data, unsigned long* size);\n"
          "    void merge(int* a, int flags);\n"
          "    void step(int* cursor);\n"
          "    void split(int in, int* firstOut, int* second_result);\n"
          "    void send(int* what);\n"
          "    void text(char* name);\n"
          "    void plot(int n, const float* points);\n};\n");
    const std::string text = idlc({"guess.hpp", "--suggest"}, room.path()).output;
    for (const char* line :
         {"ROI_OUT before parameter 'value' of 'find': a const method has nothing else to write to",
          "ROI_IN ROI_SIZE(valueCount) before parameter 'values' of 'add': it points to const",
          "ROI_OUT ROI_SIZE(len) before parameter 'buffer' of 'read': the method's name says",
          "ROI_INOUT ROI_SIZE(size) before parameter 'data' of 'fill': a guess, for nothing says",
          "ROI_INOUT before parameter 'size' of 'fill': it counts what is before it",
          "ROI_INOUT before parameter 'a' of 'merge': a guess, for nothing says",
          "ROI_INOUT before parameter 'cursor' of 'step': its name says that it goes both ways",
          "ROI_OUT before parameter 'firstOut' of 'split': its name says that it is written",
          "ROI_OUT before parameter 'second_result' of 'split': its name says that it is written",
          "ROI_IN before parameter 'what' of 'send': a guess, for the method's name says",
          "ROI_LOCAL before 'text': parameter 'name' of 'Guess::text' is a raw pointer; take const "
          "char* or std::string",
          "ROI_IN ROI_SIZE(n) before parameter 'points' of 'plot': it points to const"}) {
        CAPTURE(line);
        CHECK_MESSAGE(contains(text, line), text);
    }
}
