// Reads each golden header and compares the model, or the messages, with what is kept beside it.
#include "check/check.hpp"
#include "diagnostics.hpp"
#include "model/dump.hpp"
#include "parse/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Flags and exceptions of a case stand in comments at its top: "// flags: -DX=1".
std::vector<std::string> words_after(const std::string& text, const std::string& label) {
    std::vector<std::string> words;
    const auto at = text.find("// " + label + ":");
    if (at == std::string::npos) return words;
    const auto begin = at + label.size() + 4;
    std::istringstream line(text.substr(begin, text.find('\n', begin) - begin));
    for (std::string word; line >> word;)
        words.push_back(word);
    return words;
}

std::string without(std::string text, const std::string& part) {
    for (std::size_t at; (at = text.find(part)) != std::string::npos;)
        text.erase(at, part.size());
    return text;
}

struct outcome {
    std::string model;
    std::string errors;
};

outcome read_case(const fs::path& folder) {
    const fs::path header = folder / "in.hpp";
    idlc::parse::request request;
    request.header = header.string();
    request.flags = words_after(read(header), "flags");
    request.flags.insert(request.flags.end(), {"-I" ROI_INCLUDE, "-I" + folder.string()});
    const idlc::parse::result parsed = idlc::parse::run(request);
    std::vector<idlc::model::diagnostic> found = parsed.diagnostics;
    outcome result;
    if (!parsed.failed) {
        const auto checked = idlc::check::all(parsed.file);
        found.insert(found.end(), checked.begin(), checked.end());
        if (!idlc::has_errors(found)) result.model = idlc::model::dump(parsed.file);
    }
    result.errors = without(idlc::format(found), folder.string() + "/");
    return result;
}

void compare(const fs::path& expected, const std::string& text) {
    if (std::getenv("ROI_UPDATE_GOLDEN") != nullptr) {
        if (text.empty()) {
            fs::remove(expected);
        } else if (read(expected) != text) {
            std::ofstream(expected, std::ios::binary) << text;
        }
        return;
    }
    const bool same = read(expected) == text;
    CHECK_MESSAGE(same, expected.string() << "\nis now\n" << text);
}

}  // namespace

TEST_CASE("each golden header is read, or refused, as before") {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(ROI_GOLDEN_CASES))
        if (fs::exists(entry.path() / "in.hpp")) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    REQUIRE(folders.size() > 30);
    for (const fs::path& folder : folders) {
#ifdef ROI_OLDEST_CLANG
        // What clang 14 itself cannot compile, or says in other words.
        if (!words_after(read(folder / "in.hpp"), "needs-clang").empty()) continue;
#endif
        CAPTURE(folder.filename().string());
        const outcome now = read_case(folder);
        compare(folder / "model.txt", now.model);
        compare(folder / "errors.txt", now.errors);
    }
}

TEST_CASE("the same header read twice gives the same model") {
    const fs::path folder = fs::path(ROI_GOLDEN_CASES) / "containers";
    CHECK(read_case(folder).model == read_case(folder).model);
}
