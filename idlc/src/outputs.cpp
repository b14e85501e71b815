// Writes what a run made, or says what is stale.
#include "outputs.hpp"

#include "diagnostics.hpp"
#include "emit/emit.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace idlc {
namespace {

void complain(const std::string& text) {
    std::fprintf(stderr, "idlc: error: %s\n", text.c_str());
}

/// Empty where there is no such file: a lock begins empty.
std::string contents(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

int write(const options& what, const model::file& input, const emit::result& made) {
    const auto mode =
        what.action == action::check ? emit::write_mode::check : emit::write_mode::update;
    auto stale = emit::write(made.outputs, what.output, mode);
    if (made.lock && emit::write_file(what.lock, *made.lock, mode)) stale.push_back(what.lock);
    if (!what.description.empty() && mode == emit::write_mode::update) {
        emit::write_file(what.description, made.outputs.back().text, mode);
    }
    if (!what.depfile.empty() && mode == emit::write_mode::update) {
        emit::write_file(what.depfile, emit::depfile(input, what.output, what.stamp), mode);
    }
    if (!what.stamp.empty() && mode == emit::write_mode::update) emit::touch(what.stamp);
    if (mode == emit::write_mode::update || stale.empty()) return 0;
    for (const auto& name : stale) {
        complain(name + " is not what " + what.header + " gives; run idlc without --check");
    }
    return 1;
}

}  // namespace

int write_outputs(const options& what, const model::file& input) {
    try {
        emit::options settings;
        if (!what.lock.empty()) {
            settings.lock = contents(what.lock);
            settings.lock_name = what.lock;
        }
        const auto made = emit::generate(input, settings);
        const auto text = format(made.diagnostics);
        std::fwrite(text.data(), 1, text.size(), stderr);
        if (has_errors(made.diagnostics)) return 1;
        return write(what, input, made);
    } catch (const std::exception& failure) {
        complain(failure.what());
        return 1;
    }
}

}  // namespace idlc
