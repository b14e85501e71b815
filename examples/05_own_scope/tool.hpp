// A tool of a workshop.
#pragma once

#include <roi/annotations.hpp>

#include <string>

namespace demo {

class ROI_REMOTE("tool") Tool {
public:
    explicit Tool(std::string kind) : kind_(std::move(kind)) {}

    /// What became of `material`, and how often the tool has been used.
    std::string work(const std::string& material) {
        return kind_ + " on " + material + ", use " + std::to_string(++uses_);
    }

private:
    std::string kind_;
    int uses_ = 0;
};

}  // namespace demo
