#pragma once
#include <roi/annotations.hpp>
#include <bitset>
#include <complex>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace demo {
struct node { std::string name; std::vector<node> kids; std::unique_ptr<node> next; std::shared_ptr<node> other; };
class ROI_REMOTE() Choices {
public:
    std::optional<int> maybe(std::optional<std::string> a, std::unique_ptr<node> b, std::shared_ptr<const node> c);
    std::variant<std::monostate, int, std::string> either(std::variant<int, node> a);
    std::pair<int, std::string> tuples(std::tuple<int, double, bool> a, std::complex<double> b, std::bitset<12> c);
};
}  // namespace demo
