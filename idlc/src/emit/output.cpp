// Files: written only where they differ, so that nothing is built again without need.
#include "emit/emit.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace idlc::emit {
namespace {

std::optional<std::string> contents(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

/// As make reads names: spaces and what make expands are escaped.
std::string make_name(const std::string& name) {
    std::string result;
    for (const char c : name) {
        if (c == ' ' || c == '#') result += '\\';
        if (c == '$') result += '$';
        result += c;
    }
    return result;
}

}  // namespace

bool write_file(const std::filesystem::path& path, const std::string& text, write_mode mode) {
    if (contents(path) == text) return false;
    if (mode == write_mode::check) return true;
    if (path.has_parent_path()) {
        std::error_code failed;
        std::filesystem::create_directories(path.parent_path(), failed);
        if (failed) {
            throw std::runtime_error("cannot make the folder '" + path.parent_path().string() +
                                     "': " + failed.message());
        }
    }
    // A reader never sees half a file: written beside its place, then moved there.
    auto temporary = path;
    temporary += ".new";
    {
        std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
        out << text;
        out.close();
        if (!out) throw std::runtime_error("cannot write '" + temporary.string() + "'");
    }
    std::error_code failed;
    std::filesystem::rename(temporary, path, failed);
    if (failed) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw std::runtime_error("cannot write '" + path.string() + "': " + failed.message());
    }
    return true;
}

std::vector<std::string> write(std::span<const output> outputs, const std::filesystem::path& folder,
                               write_mode mode) {
    std::vector<std::string> differed;
    for (const auto& each : outputs) {
        if (write_file(folder / each.name, each.text, mode)) differed.push_back(each.name);
    }
    return differed;
}

void touch(const std::filesystem::path& path) {
    std::error_code failed;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out << "stubs are as their header says\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write '" + path.string() + "'");
}

std::string depfile(const model::file& input, const std::filesystem::path& folder,
                    const std::string& stamp) {
    std::string text = make_name(stamp);
    if (stamp.empty()) {
        for (const auto& name : output_names(input.path)) {
            text += (text.empty() ? "" : " ") + make_name((folder / name).string());
        }
    }
    text += ":";
    std::set<std::string> files{input.path};
    files.insert(input.included_files.begin(), input.included_files.end());
    for (const auto& file : files)
        text += " \\\n  " + make_name(file);
    return text + "\n";
}

}  // namespace idlc::emit
