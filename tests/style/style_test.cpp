// The rules of the code base that a machine can check: who includes whom, ASCII, links, first
// lines.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = STYLE_SOURCE_DIR;

struct source {
    std::string path;  // from the root, with '/'
    std::string text;

    bool under(std::string_view folder) const { return path.starts_with(folder); }
    bool ends_with(std::string_view suffix) const { return path.ends_with(suffix); }
};

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

// Everything that people wrote; what a build or a tool leaves behind is not.
const std::vector<source>& sources() {
    static const std::vector<source> all = [] {
        std::vector<source> found;
        const auto wanted = [](const fs::path& path) {
            static const std::array<std::string_view, 9> suffixes{
                ".cpp", ".hpp", ".cmake", ".proto", ".md", ".sh", ".txt", ".awk", ".roi"};
            const std::string name = path.filename().string();
            return std::ranges::any_of(suffixes, [&](auto s) { return name.ends_with(s); });
        };
        const auto add = [&](const fs::path& path) {
            found.push_back({fs::relative(path, root).generic_string(), read(path)});
        };
        for (const char* folder : {"cmake", "docs", "examples", "idlc", "nameserver", "runtime",
                                   "tests", "changelog.d"}) {
            if (!fs::exists(root / folder)) continue;
            for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
                if (entry.is_regular_file() && wanted(entry.path())) add(entry.path());
            }
        }
        for (const auto& entry : fs::directory_iterator(root)) {
            if (entry.is_regular_file() && wanted(entry.path())) add(entry.path());
        }
        std::ranges::sort(found, {}, &source::path);
        return found;
    }();
    return all;
}

bool is_code(const source& file) {
    return file.ends_with(".cpp") || file.ends_with(".hpp");
}
// Inputs and outputs of golden tests are what they are on purpose.
bool is_golden(const source& file) {
    return file.under("tests/golden/");
}

void for_each_line(const source& file,
                   const std::function<void(int number, const std::string& line)>& use) {
    std::istringstream lines(file.text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
        use(number, line);
}

std::string place(const source& file, int line) {
    return "\n" + file.path + ":" + std::to_string(line) + ": ";
}

// Files of `where` must not include what matches `forbidden`; returns each that does.
std::string wrong_includes(const std::function<bool(const source&)>& where,
                           const std::string& forbidden) {
    const std::regex include("^\\s*#\\s*include\\s*[<\"](" + forbidden + ")");
    std::string wrong;
    for (const source& file : sources()) {
        if (!is_code(file) || is_golden(file) || !where(file)) continue;
        for_each_line(file, [&](int number, const std::string& line) {
            if (std::regex_search(line, include)) wrong += place(file, number) + line;
        });
    }
    return wrong;
}

}  // namespace

TEST_CASE("the core of the runtime knows neither Asio, nor the net, nor the public classes") {
    const auto core = [](const source& file) { return file.under("runtime/src/core/"); };
    CHECK(wrong_includes(core, "boost/asio|net/|api/|sys/socket|roi/asio") == "");
}

TEST_CASE("Asio stays in the net layer and in the header that says so") {
    const auto others = [](const source& file) {
        return (file.under("runtime/") && !file.under("runtime/src/net/") &&
                file.path != "runtime/include/roi/asio.hpp") ||
               file.under("idlc/");
    };
    CHECK(wrong_includes(others, "boost/asio") == "");
}

TEST_CASE("SQLite stays in the folders that keep things in it") {
    const auto others = [](const source& file) {
        return !file.under("runtime/src/sqlite/") && !file.under("runtime/src/journal/") &&
               !file.under("nameserver/src/store/") && !file.under("tests/") &&
               !file.under("examples/");
    };
    CHECK(wrong_includes(others, "sqlite3|sqlite/") == "");
}

TEST_CASE("only the parser knows libclang") {
    const auto others = [](const source& file) { return !file.under("idlc/src/parse/"); };
    CHECK(wrong_includes(others, "clang-c/|clang/") == "");
}

TEST_CASE("public headers show neither protobuf nor private headers") {
    const auto is_public = [](const source& file) {
        // One header is for those whose interface has protobuf's classes in it already.
        return file.path.find("/include/") != file.path.npos &&
               !file.path.ends_with("roi/codec/protobuf.hpp");
    };
    CHECK(wrong_includes(is_public, "google/|core/|net/|api/|src/") == "");
}

TEST_CASE("the runtime knows no name server") {
    const auto runtime = [](const source& file) { return file.under("runtime/"); };
    CHECK(wrong_includes(runtime, ".*nameserver|name_service") == "");
}

TEST_CASE("idlc uses nothing of the runtime's library") {
    const auto idlc = [](const source& file) { return file.under("idlc/src/"); };
    CHECK(wrong_includes(
              idlc, "roi/(runtime|call|servant|reference|generated|task)|core/|net/|api/") == "");
}

TEST_CASE("examples include only what is installed") {
    const auto examples = [](const source& file) { return file.under("examples/"); };
    CHECK(wrong_includes(examples, "core/|net/|api/|support/|\\.\\./") == "");
}

TEST_CASE("sources are ASCII") {
    std::string wrong;
    for (const source& file : sources()) {
        if (is_golden(file)) continue;
        for_each_line(file, [&](int number, const std::string& line) {
            if (std::ranges::any_of(line,
                                    [](char c) { return static_cast<unsigned char>(c) > 126; }))
                wrong += place(file, number) + line;
        });
    }
    CHECK(wrong == "");
}

TEST_CASE("every source file begins by saying what it is for") {
    std::string wrong;
    for (const source& file : sources()) {
        if (!is_code(file) || is_golden(file)) continue;
        if (!file.text.starts_with("// ")) wrong += place(file, 1) + "no sentence";
        if (file.ends_with(".hpp") && file.text.find("\n#pragma once\n") == std::string::npos)
            wrong += place(file, 1) + "no #pragma once";
    }
    CHECK(wrong == "");
}

TEST_CASE("no test waits for time to pass") {
    // Spelt in pieces, so that this file passes its own rule.
    const std::regex sleeping(std::string("sleep") + "_for|sleep" + "_until|\\bu?sleep" +
                              "\\(|\\bsleep +[0-9]");
    std::string wrong;
    for (const source& file : sources()) {
        if (!file.under("tests/") || file.ends_with(".md")) continue;
        for_each_line(file, [&](int number, const std::string& line) {
            if (std::regex_search(line, sleeping)) wrong += place(file, number) + line;
        });
    }
    CHECK(wrong == "");
}

TEST_CASE("what is left to do has a kind, and nothing is left to do now") {
    const std::regex mark(
        "\\b(TO"
        "DO|FIX"
        "ME|XX"
        "X)\\b");
    const std::regex good(
        "TO"
        "DO\\((soon|perf|security)\\)");
    std::string wrong;
    for (const source& file : sources()) {
        if (is_golden(file)) continue;
        for_each_line(file, [&](int number, const std::string& line) {
            if (std::regex_search(line, mark) && !std::regex_search(line, good))
                wrong += place(file, number) + line;
        });
    }
    CHECK(wrong == "");
}

TEST_CASE("links in documents lead somewhere") {
    const std::regex link("\\]\\(([^)#]+)(#[^)]*)?\\)");
    std::string wrong;
    for (const source& file : sources()) {
        if (!file.ends_with(".md") || is_golden(file)) continue;
        bool in_code = false;
        for_each_line(file, [&](int number, const std::string& line) {
            if (line.starts_with("```")) in_code = !in_code;
            if (in_code) return;
            for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
                const std::string target = (*at)[1];
                if (target.find("://") != std::string::npos) continue;
                if (!fs::exists((root / file.path).parent_path() / target))
                    wrong += place(file, number) + target;
            }
        });
    }
    CHECK(wrong == "");
}

// A code block that follows a line `<!-- from: path -->` is text of that file, word by word.
TEST_CASE("code shown in documents is code that is compiled") {
    std::string wrong;
    const std::string mark = "<!-- from: ";
    for (const source& file : sources()) {
        if (!file.ends_with(".md")) continue;
        std::string origin;
        std::string block;
        bool inside = false;
        for_each_line(file, [&](int number, const std::string& line) {
            if (line.starts_with(mark)) {
                origin = line.substr(mark.size(), line.find(" -->") - mark.size());
            } else if (line.starts_with("```")) {
                if (inside && !origin.empty()) {
                    const std::string whole = "\n" + read(root / origin);
                    if (whole.find("\n" + block) == std::string::npos)
                        wrong += place(file, number) + "this is not in " + origin;
                    origin.clear();
                } else if (!inside && origin.empty() && line == "```cpp") {
                    wrong += place(file, number) + "from which file is this code?";
                }
                inside = !inside;
                block.clear();
            } else if (inside) {
                block += line + "\n";
            }
        });
    }
    CHECK(wrong == "");
}
