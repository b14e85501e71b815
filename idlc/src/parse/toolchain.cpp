// Finds clang's builtin headers and g++'s standard library without starting a compiler: that would
// cost a tenth of a parse.
#include "parse/toolchain.hpp"

#include "parse/clang.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

namespace idlc::parse {
namespace fs = std::filesystem;
namespace {

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

int trailing_number(std::string_view name) {
    std::size_t begin = name.size();
    while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9')
        --begin;
    int value = 0;
    std::from_chars(name.data() + begin, name.data() + name.size(), value);
    return value;
}

int leading_number(std::string_view name) {
    int value = 0;
    std::from_chars(name.data(), name.data() + name.size(), value);
    return value;
}

std::vector<fs::path> entries(const fs::path& directory) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        found.push_back(at->path());
    std::sort(found.begin(), found.end());
    return found;
}

/// The directory with include/stddef.h of this libclang, else of any other clang.
std::optional<fs::path> resource_directory(int major) {
    std::vector<fs::path> roots;
    Dl_info library{};
    if (dladdr(reinterpret_cast<void*>(&clang_createIndex), &library) != 0 &&
        library.dli_fname != nullptr) {
        std::error_code ignored;
        const fs::path file = fs::canonical(library.dli_fname, ignored);
        roots.push_back(file.parent_path() / "clang");
    }
    const std::string version = std::to_string(major);
    for (const char* prefix : {"/usr/lib/llvm-", "/usr/lib64/llvm", "/opt/llvm-"})
        roots.emplace_back(prefix + version + "/lib/clang");
    for (const char* root : {"/usr/lib/clang", "/usr/lib64/clang", "/usr/local/lib/clang"})
        roots.emplace_back(root);

    for (const fs::path& root : roots)
        for (const fs::path& candidate : entries(root))
            if (leading_number(candidate.filename().string()) == major &&
                is_there(candidate / "include/stddef.h"))
                return candidate;
    // Another version's builtin headers serve declarations as well.
    for (int other = 25; other >= 11; --other)
        for (const fs::path& candidate :
             entries("/usr/lib/llvm-" + std::to_string(other) + "/lib/clang"))
            if (is_there(candidate / "include/stddef.h")) return candidate;
    return std::nullopt;
}

/// Version of the C++ library that `c++` or `g++` uses, else the newest installed; 0: none.
int library_version() {
    for (const char* name : {"/usr/bin/g++", "/usr/bin/c++"}) {
        std::error_code error;
        const fs::path program = fs::canonical(name, error);
        if (error) continue;
        const int version = trailing_number(program.filename().string());
        if (version > 0 && is_there("/usr/include/c++/" + std::to_string(version) + "/vector"))
            return version;
    }
    int newest = 0;
    for (const fs::path& candidate : entries("/usr/include/c++"))
        if (is_there(candidate / "vector"))
            newest = std::max(newest, leading_number(candidate.filename().string()));
    return newest;
}

bool user_decides_library(const std::vector<std::string>& accepted) {
    for (const std::string& flag : accepted)
        if (flag == "-nostdinc++" || flag == "-nostdinc" || flag == "-stdlib=libc++" ||
            flag.starts_with("--sysroot") || flag == "-isysroot" ||
            flag.starts_with("--gcc-toolchain") || flag.starts_with("--target"))
            return true;
    return false;
}

constexpr std::array with_separate_value{
    "-I", "-D", "-U", "-isystem", "-iquote", "-include", "-imacros", "-idirafter", "-isysroot"};
constexpr std::array dropped_with_value{"-o",       "-MF",   "-MT",       "-MQ",     "-x",
                                        "-L",       "-l",    "-aux-info", "--param", "-dumpbase",
                                        "-dumpdir", "-arch", "-T",        "-u"};
constexpr std::array kept_whole{"-nostdinc",
                                "-nostdinc++",
                                "-pthread",
                                "-fno-exceptions",
                                "-fexceptions",
                                "-fno-rtti",
                                "-frtti",
                                "-fsigned-char",
                                "-funsigned-char",
                                "-fshort-enums",
                                "-fshort-wchar",
                                "-fno-char8_t",
                                "-fchar8_t",
                                "-fms-extensions",
                                "-fopenmp",
                                "-fno-threadsafe-statics",
                                "-m32",
                                "-m64",
                                "-mx32",
                                "-fPIC",
                                "-fPIE",
                                "-fpic",
                                "-fpie",
                                "-ffreestanding",
                                "-fcoroutines-ts",
                                "-fno-signed-char",
                                "-fno-unsigned-char",
                                "-fdelayed-template-parsing"};
constexpr std::array kept_prefixes{"-I",
                                   "-D",
                                   "-U",
                                   "-isystem",
                                   "-iquote",
                                   "-include",
                                   "-imacros",
                                   "-idirafter",
                                   "--sysroot=",
                                   "-isysroot",
                                   "-stdlib=",
                                   "--target=",
                                   "--gcc-toolchain=",
                                   "-march=",
                                   "-ftemplate-depth=",
                                   "-fconstexpr-depth="};
constexpr std::array dangerous{
    "-fplugin", "-fpass-plugin", "-load",         "-Xclang",      "-Xpreprocessor", "-Xassembler",
    "-specs",   "--specs",       "-wrapper",      "-B",           "-cc1",           "-add-plugin",
    "-plugin",  "-ivfsoverlay",  "-fmodule-file", "-include-pch", "--config",       "-mllvm"};

template <class List>
bool has(const List& list, std::string_view flag) {
    return std::find(list.begin(), list.end(), flag) != list.end();
}

std::string known_standard(std::string flag, int major) {
    // Older clangs know the working names of the newer standards only.
    const auto replace = [&flag](std::string_view year, std::string_view name) {
        if (const auto at = flag.find(year); at != std::string::npos)
            flag.replace(at, year.size(), name);
    };
    if (major < 17) {
        replace("c++26", "c++2b"), replace("++2c", "++2b"), replace("++26", "++2b");
        replace("++23", "++2b");
    }
    return flag;
}

}  // namespace

int clang_major() {
    static const int major = [] {
        const std::string version = text(clang_getClangVersion());
        const auto at = version.find("version ");
        return at == std::string::npos ? 0
                                       : leading_number(std::string_view(version).substr(at + 8));
    }();
    return major;
}

flags filter_flags(const std::vector<std::string>& given, int major) {
    flags result;
    bool has_standard = false;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string& flag = given[i];
        const bool has_next = i + 1 < given.size();
        const auto is_dangerous = [&flag](std::string_view prefix) {
            return flag == prefix ||
                   (flag.starts_with(prefix) && (prefix == "-B" || flag[prefix.size()] == '=' ||
                                                 prefix == "-fplugin" || prefix == "-load"));
        };
        if (has(with_separate_value, flag)) {
            if (has_next) {
                result.accepted.push_back(flag);
                result.accepted.push_back(given[++i]);
            }
        } else if (std::any_of(dangerous.begin(), dangerous.end(), is_dangerous)) {
            result.refused.push_back("'" + flag +
                                     "' would make the parser run or read foreign code");
        } else if (flag.starts_with("-std=") || flag.starts_with("--std=")) {
            has_standard = true;
            result.accepted.push_back(known_standard(flag, major));
        } else if (flag.starts_with("-Wp,-D") || flag.starts_with("-Wp,-U")) {
            result.accepted.push_back(flag.substr(4));
        } else if (has(dropped_with_value, flag)) {
            result.ignored.push_back(flag);
            if (has_next) result.ignored.push_back(given[++i]);
        } else if (has(kept_whole, flag) || std::any_of(kept_prefixes.begin(), kept_prefixes.end(),
                                                        [&flag](std::string_view prefix) {
                                                            return flag.starts_with(prefix);
                                                        })) {
            result.accepted.push_back(flag);
        } else {
            result.ignored.push_back(flag);
        }
    }
    if (!has_standard) result.accepted.insert(result.accepted.begin(), "-std=c++20");
    return result;
}

search_paths find_toolchain(const std::vector<std::string>& accepted) {
    search_paths result;
    if (const auto directory = resource_directory(clang_major())) {
        result.arguments.push_back("-resource-dir");
        result.arguments.push_back(directory->string());
    } else {
        result.missing =
            "clang's builtin headers (stddef.h) were not found; on Debian: apt-get "
            "install libclang-common-" +
            std::to_string(clang_major()) + "-dev";
    }
    if (user_decides_library(accepted)) return result;

    // libclang picks the newest GCC directory, also one that came without its C++ headers.
    const int version = library_version();
    if (version == 0) {
        result.missing =
            "the C++ standard library's headers were not found under /usr/include/c++; "
            "on Debian: apt-get install g++";
        return result;
    }
    const std::string number = std::to_string(version);
    const fs::path library = "/usr/include/c++/" + number;
    result.arguments.push_back("-nostdinc++");
    const auto add = [&result](const fs::path& directory) {
        result.arguments.push_back("-isystem");
        result.arguments.push_back(directory.string());
    };
    add(library);
    for (const fs::path& root : {fs::path("/usr/include"), library})
        for (const fs::path& triple : entries(root)) {
            const fs::path directory = root == library ? triple : triple / "c++" / number;
            if (is_there(directory / "bits/c++config.h")) {
                add(directory);
                add(library / "backward");
                return result;
            }
        }
    return result;
}

}  // namespace idlc::parse
