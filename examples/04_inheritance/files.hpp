// An interface of files, without an implementation.
#pragma once

#include <roi/annotations.hpp>

#include <string>

namespace demo {

/// Named files.
class ROI_REMOTE("files") Files {
public:
    virtual ~Files() = default;

    ROI_AT_LEAST_ONCE
    virtual void write(const std::string& name, const std::string& content) = 0;

    /// Throws std::out_of_range where there is no such file.
    ROI_AT_LEAST_ONCE
    virtual std::string read(const std::string& name) = 0;
};

}  // namespace demo
