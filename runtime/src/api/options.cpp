// The ways to name an object and a publication.
#include <roi/options.hpp>

namespace roi {

target named(std::string name) {
    target result;
    result.name_ = std::move(name);
    return result;
}

target at(std::string endpoint, std::string name) {
    target result;
    result.endpoint_ = std::move(endpoint);
    result.name_ = std::move(name);
    return result;
}

publication as(std::string name) {
    publication result;
    result.name_ = std::move(name);
    return result;
}

}  // namespace roi
