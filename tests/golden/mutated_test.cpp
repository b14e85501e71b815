// Reads headers that somebody broke: whatever stands there, idlc says what is wrong, or makes
// stubs.
#include "check/check.hpp"
#include "diagnostics.hpp"
#include "emit/emit.hpp"
#include "explain.hpp"
#include "model/dump.hpp"
#include "parse/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Golden headers that include nothing of the standard library: they are read in a millisecond.
std::vector<std::string> light_headers() {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(ROI_GOLDEN_CASES))
        folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    std::vector<std::string> texts;
    for (const fs::path& folder : folders) {
        const std::string text = read(folder / "in.hpp");
        std::string includes = text;
        for (std::size_t at; (at = includes.find("<roi/annotations.hpp>")) != std::string::npos;)
            includes.erase(at, 21);
        if (!text.empty() && includes.find("#include <") == std::string::npos &&
            includes.find("#include \"") == std::string::npos)
            texts.push_back(text);
    }
    return texts;
}

class mutator {
public:
    explicit mutator(std::uint64_t seed) : random_(seed) {}

    std::string change(std::string text) {
        for (std::size_t times = 1 + below(2); times > 0; --times)
            one(text);
        return text;
    }
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

private:
    void one(std::string& text) {
        if (text.size() < 16) return;
        static const std::vector<std::string> pieces = {"*",
                                                        "&",
                                                        "const ",
                                                        "<",
                                                        ">",
                                                        "(",
                                                        ")",
                                                        "{",
                                                        "}",
                                                        ";",
                                                        "::",
                                                        "ROI_OUT ",
                                                        "ROI_IN ",
                                                        "ROI_SIZE(n) ",
                                                        "virtual ",
                                                        "ROI_VALUE ",
                                                        "ROI_ERROR ",
                                                        "static ",
                                                        "= 0",
                                                        "[3]",
                                                        "...",
                                                        "union ",
                                                        "volatile ",
                                                        "auto ",
                                                        "\xff",
                                                        "template <class T> ",
                                                        "\"",
                                                        "/*",
                                                        "final ",
                                                        "long double ",
                                                        "__int128 ",
                                                        "ROI_ID(1) ",
                                                        "ROI_REMOTE() "};
        const std::size_t at = below(text.size());
        switch (below(6)) {
            case 0:
                text.erase(at, 1 + below(12));
                break;
            case 1:
                text.insert(at, pieces[below(pieces.size())]);
                break;
            case 2:
                text.resize(at);
                break;
            case 3: {  // a line away
                const auto begin = text.rfind('\n', at);
                const auto end = text.find('\n', at);
                if (begin != std::string::npos && end != std::string::npos)
                    text.erase(begin, end - begin);
                break;
            }
            case 4: {  // a line twice
                const auto begin = text.rfind('\n', at);
                const auto end = text.find('\n', at);
                if (begin != std::string::npos && end != std::string::npos)
                    text.insert(end, text.substr(begin, end - begin));
                break;
            }
            default:
                text[at] = static_cast<char>(below(256));
                break;
        }
    }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("a broken header gets an error with a place, or stubs") {
    const std::vector<std::string> headers = light_headers();
    REQUIRE(headers.size() > 15);
    std::string folder = (fs::temp_directory_path() / "roi-mutated-XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    const fs::path header = fs::path(folder) / "in.hpp";
    constexpr std::uint64_t seed = 19930617;
    constexpr int rounds = 900;
    int refused = 0;
    int served = 0;
    for (int round = 0; round < rounds; ++round) {
        mutator change(seed + static_cast<std::uint64_t>(round));
        const std::string text = change.change(headers[change.below(headers.size())]);
        CAPTURE(round);
        CAPTURE(text);
        std::ofstream(header, std::ios::binary) << text;
        idlc::parse::request request;
        request.header = header.string();
        request.flags = {"-I" ROI_INCLUDE};
        request.all_classes = round % 4 == 0;  // as --explain reads
        const idlc::parse::result parsed = idlc::parse::run(request);
        auto found = parsed.diagnostics;
        if (parsed.failed) {
            CHECK(idlc::has_errors(found));
        } else if (request.all_classes) {
            CHECK_NOTHROW(idlc::explain(parsed.file));
            CHECK_NOTHROW(idlc::suggest(parsed.file));
        } else {
            const auto checked = idlc::check::all(parsed.file);
            found.insert(found.end(), checked.begin(), checked.end());
            CHECK_FALSE(idlc::model::dump(parsed.file).empty());
        }
        for (const auto& each : found)
            CHECK_FALSE(each.text.empty());
        if (parsed.failed || idlc::has_errors(found)) {
            ++refused;
        } else if (!request.all_classes) {
            CHECK_NOTHROW(idlc::emit::generate(parsed.file));
            ++served;
        }
    }
    fs::remove_all(folder);
    // Both happen, so both were tried.
    CHECK(refused > rounds / 4);
    CHECK(served > rounds / 20);
}
