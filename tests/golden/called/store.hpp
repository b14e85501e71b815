// One class with most of what headers of the wild have.
#pragma once
#include <chrono>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <roi/annotations.hpp>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include "fwd.hpp"
#include "geo.hpp"

#define ACME_API __attribute__((visibility("default")))
#define ACME_PROPERTY(type, name)        \
    const type& name() const {           \
        return name##_;                  \
    }                                    \
    void set_##name(const type& value) { \
        name##_ = value;                 \
    }

namespace acme {
inline namespace v2 {
namespace detail {
constexpr int deep = 9;
}

enum class flags : std::uint64_t { none = 0, low = 1, top = 0x8000000000000000ull };
enum color { red, green = 5, blue = green };
enum class level : std::int16_t { a = -300, b = 300 };

struct base_info {
    int id = 0;
    std::string tag;
};
struct item_info final : base_info {
    std::optional<double> price;
    std::map<std::string, std::vector<geo_point>> where;
    grid<int> small;
    grid<geo_point, 2> big;
    page<std::pair<std::string, int>> page_of_pairs;
    flags set = flags::top;
    color paint = blue;
    level lev = level::a;
    std::variant<std::monostate, int, std::string, geo_point> any;
    std::tuple<int, std::string, std::optional<int>> three{};
    struct nested {
        int x = 0;
        std::unique_ptr<nested> next;
    };
    nested chain;
    unsigned bits : 3 = 5;
    bool on : 1 = true;
    std::chrono::milliseconds wait{250};
    std::chrono::system_clock::time_point when{};
    std::array<std::array<float, 2>, 2> matrix{};
};

struct ROI_ERROR store_error : std::runtime_error {
    using std::runtime_error::runtime_error;
    int code = 7;
    store_error() : std::runtime_error("store") {}
};
struct ROI_ERROR missing_item final : store_error {
    std::string key;
    missing_item() = default;
    explicit missing_item(std::string k) : key(std::move(k)) {}
};

class ROI_VALUE money {
public:
    money() = default;
    constexpr money(std::int64_t c, std::string_view cur)
        : cents_(c), currency_{cur.size() > 0 ? cur[0] : 'X'} {}
    std::int64_t cents() const { return cents_; }
    char currency() const { return currency_; }
    friend bool operator==(const money&, const money&) = default;

private:
    std::int64_t cents_ = 0;
    char currency_ = 'X';
};

/// Reads.
class ACME_API ROI_REMOTE("reader") Reader {
public:
    virtual ~Reader() = default;
    explicit Reader(std::string root = "r") : root_(std::move(root)) {}
    /// The root.
    ROI_AT_LEAST_ONCE virtual std::string root() const noexcept { return root_; }
    int count() const { return 3; }

private:
    std::string root_;
};

class ROI_REMOTE() Writer {
public:
    void write(std::span<const std::byte> data) { size_ += data.size(); }
    [[nodiscard]] std::size_t size() const& { return size_; }

private:
    std::size_t size_ = 0;
};

class ROI_REMOTE("store") Store final : public Reader, public Writer {
    static constexpr int default_limit = detail::deep;
    enum { hidden = 4 };

public:
    using key_type = std::string;
    using row = item_info;
    using rows = std::vector<row>;
    enum class mode : std::uint8_t { fast = 200, slow = 255 };
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

    Store() = default;
    Store(int a, const std::string& b = "x", mode m = mode::fast) : Reader(b), a_(a), m_(m) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    rows list(std::string_view prefix, int limit = default_limit, mode m = mode::fast) const;
    rows list(int limit) const;
    std::size_t find(const key_type& k, std::size_t from = npos) const;
    row get(const key_type& k) const&;
    row get(key_type&& k, int) &&;
    void put(row r) &;
    void put(const row& r, flags f) = delete;
    bool erase(const key_type& k) noexcept;
    template <class T>
    T as(const key_type&) const;
    friend bool operator==(const Store&, const Store&) { return true; }
    bool operator<(const Store&) const { return false; }
    explicit operator bool() const { return true; }
    static Store& instance();
    virtual place where(unit u, place p = {}) const;
    const route& walk(const std::shared_ptr<const geo_point>& from) const;
    std::string_view name() const;
    void swap_in(std::string& text, std::optional<int>& maybe, std::vector<bool>& flags_);
    ACME_PROPERTY(std::string, title)
    ACME_PROPERTY(money, price)
    money add(money a, const money& b) const;
#ifdef ACME_WITH_EXTRA
    int extra(int) const;
#endif
    std::map<mode, std::set<std::u16string>> odd(std::unordered_map<int, mode> m) const;
    std::tuple<int, page<money>> paged(
        std::variant<std::monostate, money, key_type> v = std::monostate{}) const;
    std::chrono::nanoseconds delay(std::chrono::duration<double> d = std::chrono::seconds(1)) const;
    char classify(char c, signed char s, unsigned char u, wchar_t w, char16_t x, char32_t y,
                  char8_t z) const;
    int hidden_default(int x = hidden) const;
    void fail(const std::string& key) const;
    grid<std::uint8_t, 3> raw() const;
    long long big(long a, unsigned long long b, short c, unsigned short d) const;
    ROI_LOCAL geo_point* leak();
    int class_(int delete_, int operator_x) const;

private:
    int a_ = 1;
    mode m_ = mode::slow;
    std::string title_;
    money price_;
    mutable route route_;
};
}  // namespace v2
}  // namespace acme
