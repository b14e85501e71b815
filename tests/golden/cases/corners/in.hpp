// What makes stubs hard to write: enums with numbers of their own, names that stubs use themselves,
// spellings of one method, results by reference, polymorphic values in containers.
#pragma once

#include <roi/annotations.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

enum class level { low ROI_ID(3), high ROI_ID(5), middle };

struct ROI_ERROR failure : std::runtime_error {
    using std::runtime_error::runtime_error;
    int code = 0;
};
struct ROI_ERROR deep_failure : failure {
    using failure::failure;
    std::string where;
};

struct shape {
    virtual ~shape() = default;
    std::string label;
};
struct circle : shape {
    double radius = 0;
};

struct drawing {
    ROI_ONE_OF(circle) std::unique_ptr<shape> main;
    const char* title = "";
    std::map<level, std::vector<level>> levels;
};

/// Parameters with the names that stubs like to use.
class ROI_REMOTE("names") Names {
public:
    struct entry {
        int value = 0;
    };
    std::vector<entry> entries(int object, int call, int out, int in, int results) const;
};

class ROI_REMOTE() Corners {
public:
    Corners() = default;
    explicit Corners(std::string name);
    Corners(int where, const std::string& server_name = "x");

    const std::string& name() const;
    std::string_view view() const;
    std::span<const int> numbers() const;
    const char* text() const;
    void spell(const std::string& value);
    void spell(std::string&& value);
    void spell(const char* value);
    level raise(level value, std::vector<level> several);
    drawing draw(const drawing& value, std::span<const level> levels);
    ROI_SELF Corners& chain(int value) &;
    std::int64_t defaults(int a, int b = 2, const std::string& c = "c") noexcept;
    [[nodiscard]] int careful(std::u16string_view text, std::wstring& wide);
    int take() &&;
    ROI_CONCURRENT ROI_BLOCKING ROI_DEADLINE("2s") void work();
};

}  // namespace demo
