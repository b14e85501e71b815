// Generates from golden headers and compares with the stubs that are kept beside them.
#include "description/description.hpp"
#include "description/fingerprint.hpp"
#include "emit/emit.hpp"
#include "parse/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

idlc::emit::result generate(const fs::path& header, const idlc::emit::options& settings = {}) {
    idlc::parse::request request;
    request.header = header.string();
    request.include_as = header.filename().string();
    request.flags = {"-I" ROI_INCLUDE, "-I" + header.parent_path().string()};
    const auto parsed = idlc::parse::run(request);
    REQUIRE_FALSE(parsed.failed);
    return idlc::emit::generate(parsed.file, settings);
}

const idlc::emit::output& output(const idlc::emit::result& from, const std::string& name) {
    const auto found = std::find_if(from.outputs.begin(), from.outputs.end(),
                                    [&](const auto& each) { return each.name == name; });
    REQUIRE(found != from.outputs.end());
    return *found;
}

/// A header in a folder of its own, for what golden files would only blur.
class scratch {
public:
    scratch() {
        std::string name = (fs::temp_directory_path() / "roi-write-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~scratch() { fs::remove_all(folder_); }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    idlc::emit::result generate(const std::string& body, const idlc::emit::options& settings = {}) {
        std::ofstream(folder_ / "in.hpp") << "#pragma once\n#include <roi/annotations.hpp>\n"
                                          << body;
        return ::generate(folder_ / "in.hpp", settings);
    }
    const fs::path& folder() const { return folder_; }

private:
    fs::path folder_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("stubs are what is kept beside the golden headers") {
    const bool update = std::getenv("ROI_UPDATE_GOLDEN") != nullptr;
    int compared = 0;
    for (const auto& folder : fs::directory_iterator(ROI_GOLDEN_CASES)) {
        if (!fs::exists(folder.path() / "in.roi.hpp")) continue;
        const auto made = generate(folder.path() / "in.hpp");
        for (const auto& each : made.outputs) {
            if (each.name == "in.desc") continue;  // embedded in the client
            const auto expected = folder.path() / each.name;
            if (update && read(expected) != each.text) {
                std::ofstream(expected, std::ios::binary) << each.text;
            }
            const bool same = read(expected) == each.text;
            CHECK_MESSAGE(same, expected.string() << "\nis now\n" << each.text);
            ++compared;
        }
    }
    CHECK(compared >= 40);  // a dozen headers
}

TEST_CASE("a lock keeps numbers when lines move, and gives no removed number again") {
    scratch room;
    idlc::emit::options settings;
    settings.lock = "";
    const std::string interface = "class ROI_REMOTE() R { public: row get() const; };";
    auto made = room.generate("struct row { int a; int b; };\n" + interface, settings);
    REQUIRE(made.lock.has_value());
    CHECK(contains(*made.lock, "field 1 row a\nfield 2 row b\n"));

    settings.lock = made.lock;
    made = room.generate("struct row { int c; int b; int a; };\n" + interface, settings);
    CHECK(contains(*made.lock, "field 1 row a\nfield 2 row b\nfield 3 row c\n"));
    CHECK(contains(output(made, "in.proto").text, "optional sint32 c = 3"));

    settings.lock = made.lock;
    made = room.generate("struct row { int b; int a; };\n" + interface, settings);
    CHECK(contains(*made.lock, "removed-field 3 row c\n"));

    settings.lock = made.lock;
    made = room.generate("struct row { int d; int b; int a; };\n" + interface, settings);
    CHECK(contains(*made.lock, "removed-field 3 row c\nfield 4 row d\n"));

    made = room.generate("struct row { ROI_ID(3) int d; int b; int a; };\n" + interface, settings);
    REQUIRE(made.diagnostics.size() == 1);
    CHECK(contains(made.diagnostics[0].text, "takes the number 3, which a removed name had"));
    CHECK(made.outputs.empty());
}

TEST_CASE("a lock keeps the values of enumerators and the ids of methods") {
    scratch room;
    idlc::emit::options settings;
    settings.lock = "";
    auto made = room.generate(
        "enum class e { a, b };\nclass ROI_REMOTE() R { public: e get(e x) const; };", settings);
    const auto id = made.lock->substr(made.lock->find("method "), 24);
    settings.lock = made.lock;
    made = room.generate(
        "enum class e { c = 7, a = 1, b = 0 };\nclass ROI_REMOTE() R { public: e get(e x) const; "
        "};",
        settings);
    CHECK(contains(*made.lock, "enumerator 0 e a\nenumerator 1 e b\nenumerator 7 e c\n"));
    CHECK(contains(*made.lock, id));
    CHECK(contains(output(made, "in.proto").text, "e_b = 1"));
    // a and b have numbers that are not their values any more, so the stubs translate.
    CHECK(contains(output(made, "in.client.roi.cpp").text, "struct roi::adapt<e>"));
}

TEST_CASE("a damaged lock file is an error that names the line") {
    scratch room;
    idlc::emit::options settings;
    settings.lock = "# fine\nfield one row a\n";
    settings.lock_name = "in.roi.lock";
    const auto made = room.generate("class ROI_REMOTE() R { public: int get() const; };", settings);
    REQUIRE(made.diagnostics.size() == 1);
    CHECK(made.diagnostics[0].where.file == "in.roi.lock");
    CHECK(made.diagnostics[0].where.line == 2);
}

TEST_CASE("marks whose part of the runtime is missing go to the server as text") {
    scratch room;
    const auto made = room.generate(
        "class ROI_REMOTE() R { public: ROI_ONEWAY void f(); ROI_PROGRESS(\"5s\") int g(); };");
    const auto& text = output(made, "in.client.roi.cpp").text;
    CHECK(contains(text, ".unsupported_marks = \"ROI_ONEWAY of f, ROI_PROGRESS of g\""));
}

TEST_CASE("text of the header cannot leave the comments and literals it is put into") {
    scratch room;
    const auto made = room.generate(
        "/// Ends in a backslash \\\\\n/// then */ and \" and ?\?/\n"
        "class ROI_REMOTE(\"a\\\"b\") R { public: int get(int a = '\\n') const; };");
    for (const auto& each : made.outputs) {
        if (!each.name.ends_with("pp")) continue;
        CHECK_FALSE(contains(each.text, "\\\n"));
    }
    CHECK(contains(output(made, "in.roi.hpp").text, "/// then */ and"));
}

TEST_CASE("comments in Latin-1 become UTF-8, and what is UTF-8 stays") {
    scratch room;
    const auto made = room.generate(
        "/// Gr\xf6\xdf"
        "e, \xc3\xa4, \xed\xa0\x80.\n"
        "class ROI_REMOTE() R { public: int get(const char* unit = \"\xb5\") const; };");
    const std::string doc =
        "Gr\xc3\xb6\xc3\x9f"
        "e, \xc3\xa4, \xc3\xad\xc2\xa0\xc2\x80.";
    CHECK(contains(output(made, "in.roi.hpp").text, doc));
    CHECK(contains(output(made, "in.proto").text, doc));
    CHECK(contains(output(made, "in.proto").text, "unit"));
}

TEST_CASE("comments and places do not change a fingerprint, names and types do") {
    scratch room;
    const auto print = [&](const std::string& body) {
        const auto made = room.generate(body);
        const auto& text = output(made, "in.client.roi.cpp").text;
        return text.substr(text.find(".fingerprint_high"), 100);
    };
    const auto plain = print("class ROI_REMOTE() R { public: int get() const; };");
    CHECK(print("\n\n/// Text.\nclass ROI_REMOTE() R { public: int get() const; };") == plain);
    CHECK(print("class ROI_REMOTE() R { public: long get() const; };") != plain);
    CHECK(print("class ROI_REMOTE() R { public: int got() const; };") != plain);
    CHECK(print("class ROI_REMOTE() R { public: int get(); };") != plain);
}

TEST_CASE("a description has the fingerprints that stand in the stubs") {
    int compared = 0;
    for (const auto& folder : fs::directory_iterator(ROI_GOLDEN_CASES)) {
        if (!fs::exists(folder.path() / "in.roi.hpp")) continue;
        const auto made = generate(folder.path() / "in.hpp");
        const auto& stubs = output(made, "in.client.roi.cpp").text;
        const auto described =
            roi::description::document::load(std::string_view{output(made, "in.desc").text});
        for (const auto& name : described.interfaces()) {
            // Classes of other headers are described here too; their stubs are made there.
            if (!contains(stubs, ".name = \"" + name + "\"")) continue;
            const auto print = roi::description::fingerprint_of(described, name);
            REQUIRE(print.has_value());
            std::ostringstream line;
            line << std::hex << std::setfill('0') << "high = 0x" << std::setw(16) << print->high;
            CHECK_MESSAGE(contains(stubs, line.str()), name << ": " << line.str());
            line.str("");
            line << "low = 0x" << std::setw(16) << print->low;
            CHECK_MESSAGE(contains(stubs, line.str()), name << ": " << line.str());
            ++compared;
        }
    }
    CHECK(compared >= 12);
}

TEST_CASE("files are written only where they differ, and checking writes nothing") {
    scratch room;
    const auto made = room.generate("class ROI_REMOTE() R { public: int get() const; };");
    using idlc::emit::write_mode;
    const auto folder = room.folder() / "new" / "folder";
    CHECK(idlc::emit::write(made.outputs, folder, write_mode::check).size() == 5);
    CHECK_FALSE(fs::exists(folder));
    CHECK(idlc::emit::write(made.outputs, folder, write_mode::update).size() == 5);
    CHECK(idlc::emit::write(made.outputs, folder, write_mode::update).empty());
    std::ofstream(folder / "in.proto", std::ios::app) << "// changed\n";
    CHECK(idlc::emit::write(made.outputs, folder, write_mode::check) ==
          std::vector<std::string>{"in.proto"});
    std::ofstream(room.folder() / "file") << "x";
    CHECK_THROWS_AS(idlc::emit::write(made.outputs, room.folder() / "file", write_mode::update),
                    std::runtime_error);
}
