// Reads descriptions from files and from objects.
#include "description_source.hpp"

#include "directory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace roi::cli {

namespace {

description::document load(const std::string& bytes, const std::string& whose) {
    try {
        return description::document::load(std::string_view(bytes));
    } catch (const description::malformed& why) {
        throw failure(exit_code::failed, whose + " cannot be used: " + why.what());
    }
}

}  // namespace

description_source read_description(const std::string& what, const settings& with) {
    std::error_code ignored;
    const bool looks_like_a_file =
        what.ends_with(".desc") || what.starts_with("./") || what.starts_with("../");
    if (std::filesystem::is_regular_file(what, ignored) || looks_like_a_file) {
        std::ifstream file(what, std::ios::binary);
        std::string bytes;
        // One octet more than may be loaded is enough to have it refused.
        const auto most = description::limits{}.bytes + 1;
        bytes.resize(most);
        file.read(bytes.data(), static_cast<std::streamsize>(most));
        bytes.resize(static_cast<std::size_t>(file.gcount()));
        if (!file.is_open() || file.bad()) {
            throw failure(
                exit_code::failed, "'" + what + "' cannot be read",
                "idlc writes descriptions as NAME.desc, and so does `roi describe --save`");
        }
        auto document = load(bytes, "'" + what + "'");
        return {std::move(document), {}, std::move(bytes)};
    }
    const auto object = object_name::parse(what, with);
    const auto found = find_interface(object, with);
    std::string bytes(reinterpret_cast<const char*>(found.description.data()),
                      found.description.size());
    auto document = load(bytes, "the description of '" + what + "'");
    if (document.find_interface(found.name) == nullptr) {
        throw failure(exit_code::failed, "the description of '" + what +
                                             "' does not hold its interface " + found.name);
    }
    return {std::move(document), found.name, std::move(bytes)};
}

}  // namespace roi::cli
