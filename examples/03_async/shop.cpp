// The list prices.
#include "shop.hpp"

#include <map>
#include <stdexcept>

namespace demo {

std::int64_t Shop::price(const std::string& item) const {
    static const std::map<std::string, std::int64_t> list{{"coffee", 800}, {"tea", 500}};
    const auto found = list.find(item);
    if (found == list.end()) throw std::out_of_range(item + " is not sold here");
    return found->second * percent_ / 100;
}

}  // namespace demo
