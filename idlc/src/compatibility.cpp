// Compares an older interface description with the one that a header gives now.
#include "compatibility.hpp"

#include "diagnostics.hpp"
#include "emit/emit.hpp"

#include "description/compatibility.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace idlc {
namespace {

constexpr std::size_t most_bytes = std::size_t{4} << 20;  // of a description, as its loader says

std::optional<std::string> read(const std::string& path, std::size_t most) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::string content;
    char block[4096];
    while (in.read(block, sizeof block) || in.gcount() > 0) {
        content.append(block, static_cast<std::size_t>(in.gcount()));
        if (content.size() > most) return std::nullopt;
    }
    return content;
}

void complain(const std::string& text) {
    std::fputs(format(model::diagnostic{model::severity::error, {}, text, {}}).c_str(), stderr);
}

}  // namespace

int check_against(const options& what, const model::file& input) {
    const auto old_bytes = read(what.check_against, most_bytes);
    if (!old_bytes) {
        complain("cannot read '" + what.check_against + "', or it is no description");
        return 2;
    }
    emit::options settings;
    if (!what.lock.empty()) {
        settings.lock = read(what.lock, most_bytes).value_or(std::string());
        settings.lock_name = what.lock;
    }
    const emit::result made = emit::generate(input, settings);
    std::fputs(format(made.diagnostics).c_str(), stderr);
    if (has_errors(made.diagnostics) || made.outputs.empty()) return 1;
    try {
        const auto older = roi::description::document::load(std::string_view(*old_bytes));
        const auto newer =
            roi::description::document::load(std::string_view(made.outputs.back().text));
        const auto found = roi::description::compare(older, newer);
        std::fputs(printable(roi::description::to_text(found)).c_str(), stdout);
        return found.fits() ? 0 : 1;
    } catch (const roi::description::malformed& error) {
        complain("'" + what.check_against + "' is no description: " + error.what());
        return 2;
    }
}

}  // namespace idlc
