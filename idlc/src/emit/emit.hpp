// From the model to the texts that idlc writes: what main calls once check has passed.
#pragma once

#include "model/model.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace idlc::emit {

struct options {
    /// Text of the lock file, empty where it does not exist yet; nothing: numbers are not locked.
    std::optional<std::string> lock;
    /// How messages call the lock file.
    std::string lock_name = "the lock file";
};

/// One generated file; `name` has no folder: "bank.roi.hpp".
struct output {
    std::string name;
    std::string text;
};

struct result {
    /// x.roi.hpp, x.client.roi.cpp, x.server.roi.cpp, x.proto, x.desc for x.hpp, in this order.
    /// Empty where a diagnostic is an error.
    std::vector<output> outputs;
    /// New text of the lock file, where options::lock was given.
    std::optional<std::string> lock;
    /// What shows only once everything has a number and a name: clashes of ids, of locked numbers,
    /// of names in the stub.
    std::vector<model::diagnostic> diagnostics;
};

/// All outputs of one header. A function of its arguments and of idlc's version alone.
result generate(const model::file& input, const options& settings = {});

/// Names of the outputs for a header, without generating them (for build systems).
std::vector<std::string> output_names(const std::string& header);

/// update: writes what differs and leaves equal files untouched. check: writes nothing.
enum class write_mode { update, check };

/// Writes `outputs` into `folder` (made where missing). Returns the names that differed.
/// Throws std::runtime_error with a sentence where a file cannot be written.
std::vector<std::string> write(std::span<const output> outputs, const std::filesystem::path& folder,
                               write_mode mode);

/// Writes one file (the lock file, a depfile) by the same rules; true where it differed.
bool write_file(const std::filesystem::path& path, const std::string& text, write_mode mode);

/// Makes the file newer than everything that is there; throws as write() does.
void touch(const std::filesystem::path& path);

/// A make depfile: the outputs, or `stamp` in their place, depend on the header and on all it
/// includes.
std::string depfile(const model::file& input, const std::filesystem::path& folder,
                    const std::string& stamp = {});

}  // namespace idlc::emit
