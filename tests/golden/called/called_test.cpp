// Calls what idlc makes of headers that were not written for it, through a Unix socket.
#include "made.roi.hpp"
#include "old.roi.hpp"
#include "store.roi.hpp"

#include <roi/error.hpp>
#include <roi/options.hpp>
#include <roi/runtime.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace acme {
inline namespace v2 {

Store::rows Store::list(std::string_view prefix, int limit, mode m) const {
    rows all(static_cast<std::size_t>(limit));
    for (auto& one : all) {
        one.tag = std::string(prefix);
        one.lev = m == mode::slow ? level::b : level::a;
    }
    return all;
}
Store::rows Store::list(int limit) const {
    return list("one", limit, m_);
}
std::size_t Store::find(const key_type& k, std::size_t from) const {
    return from == npos ? k.size() : from;
}
Store::row Store::get(const key_type& k) const& {
    row result;
    result.tag = k;
    result.price = 1.5;
    result.where["here"] = {{1, 2, unit::yard}, {}};
    result.small.cells[3] = 4;
    result.big.label = "big";
    result.page_of_pairs.rows = {{"a", 1}, {"b", 2}};
    result.page_of_pairs.more = true;
    result.paint = green;
    result.any = geo_point{3, 4, unit::foot};
    result.three = {1, "two", 3};
    result.chain.x = 1;
    result.chain.next = std::make_unique<item_info::nested>();
    result.chain.next->x = 2;
    result.bits = 7;
    result.on = false;
    result.matrix[1][0] = 2.5F;
    return result;
}
Store::row Store::get(key_type&& k, int) && {
    row result;
    result.tag = std::move(k) + "!";
    return result;
}
void Store::put(row r) & {
    title_ = r.tag + std::to_string(r.bits) + std::to_string(r.chain.next->x);
}
bool Store::erase(const key_type& k) noexcept {
    return k == "x";
}
place Store::where(unit u, place p) const {
    p.in = u;
    return p;
}
const route& Store::walk(const std::shared_ptr<const geo_point>& from) const {
    route_.assign(2, from ? *from : geo_point{});
    return route_;
}
std::string_view Store::name() const {
    return "store";
}
void Store::swap_in(std::string& text, std::optional<int>& maybe, std::vector<bool>& flags_) {
    text += "+";
    maybe = maybe ? std::optional<int>() : 5;
    flags_.flip();
}
money Store::add(money a, const money& b) const {
    return money(a.cents() + b.cents(), std::string(1, b.currency()));
}
std::map<Store::mode, std::set<std::u16string>> Store::odd(std::unordered_map<int, mode> m) const {
    std::map<mode, std::set<std::u16string>> result;
    for (const auto& [number, which] : m)
        result[which].insert(number % 2 == 0 ? u"even" : u"odd");
    return result;
}
std::tuple<int, page<money>> Store::paged(std::variant<std::monostate, money, key_type> v) const {
    page<money> one;
    if (const auto* sum = std::get_if<money>(&v)) one.rows.push_back(*sum);
    return {static_cast<int>(v.index()), one};
}
std::chrono::nanoseconds Store::delay(std::chrono::duration<double> d) const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(d);
}
char Store::classify(char c, signed char s, unsigned char u, wchar_t w, char16_t x, char32_t y,
                     char8_t z) const {
    const bool good = s == -5 && u == 250 && w == L'w' && x == u'x' && y == U'y' && z == u8'z';
    return good ? c : '?';
}
int Store::hidden_default(int x) const {
    return x;
}
void Store::fail(const std::string& key) const {
    throw missing_item(key);
}
grid<std::uint8_t, 3> Store::raw() const {
    grid<std::uint8_t, 3> result;
    result.cells[2] = 255;
    return result;
}
long long Store::big(long a, unsigned long long b, short c, unsigned short d) const {
    return a + static_cast<long long>(b) + c + d;
}
int Store::class_(int delete_, int operator_x) const {
    return delete_ - operator_x;
}

}  // namespace v2
}  // namespace acme

namespace {

/// Two runtimes of this process and the socket between them; no name server is there.
struct both_ends {
    std::filesystem::path folder;
    roi::runtime server, client;

    both_ends() : both_ends(made()) {}
    explicit both_ends(const std::filesystem::path& where)
        : folder(where), server(listening(where / "server")), client(listening(where / "client")) {
        roi::set_log([](roi::log_level, std::string_view) {});
    }
    both_ends(const both_ends&) = delete;
    both_ends& operator=(const both_ends&) = delete;
    ~both_ends() { std::filesystem::remove_all(folder); }

    static std::filesystem::path made() {
        std::string name = (std::filesystem::temp_directory_path() / "roi-called-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        return name;
    }
    static roi::runtime_options listening(const std::filesystem::path& path) {
        roi::runtime_options options;
        options.listen = {"unix:" + path.string()};
        return options;
    }
    template <class Client>
    Client find(const std::string& name) {
        roi::runtime::use here{client};
        return Client{roi::at(server.listen().front(), name)};
    }
};

}  // namespace

TEST_CASE("a class with most of what headers have is called as it is") {
    both_ends ends;
    roi::runtime::use serve{ends.server};
    acme::StoreServer server{roi::as("store"), 3, std::string("base")};
    roi::runtime::use call{ends.client};
    auto store = ends.find<acme::StoreClient>("store");

    CHECK(store.list("p").size() == 9);
    CHECK(store.list("p", 2)[1].tag == "p");
    CHECK(store.list("p", 1, acme::Store::mode::slow)[0].lev == acme::level::b);
    CHECK(store.list(3)[2].tag == "one");
    CHECK(store.find("abc") == 3);
    CHECK(store.find("abc", 1) == 1);

    const acme::item_info row = store.get("key");
    CHECK(row.tag == "key");
    CHECK(row.price == 1.5);
    CHECK(row.where.at("here")[0] == acme::geo_point{1, 2, acme::unit::yard});
    CHECK(row.small.cells[3] == 4);
    CHECK(row.big.label == "big");
    CHECK(row.page_of_pairs.rows[1].first == "b");
    CHECK(row.page_of_pairs.more);
    CHECK(row.set == acme::flags::top);
    CHECK(row.paint == acme::green);
    CHECK(row.lev == acme::level::a);
    CHECK(std::get<acme::geo_point>(row.any).lat == 3);
    CHECK(row.three == std::tuple<int, std::string, std::optional<int>>{1, "two", 3});
    REQUIRE(row.chain.next != nullptr);
    CHECK(row.chain.next->x == 2);
    CHECK(row.bits == 7);
    CHECK_FALSE(row.on);
    CHECK(row.wait == std::chrono::milliseconds(250));
    CHECK(row.matrix[1][0] == 2.5F);
    CHECK(std::move(store).get("moved", 1).tag == "moved!");

    acme::item_info given = store.get("given");
    store.put(std::move(given));
    CHECK(store.title() == "given72");
    store.set_title("new");
    CHECK(store.title() == "new");
    CHECK(store.erase("x"));
    CHECK(store.where(acme::unit::foot) == acme::geo_point{0, 0, acme::unit::foot});
    CHECK(store.where(acme::unit::foot, {1, 2, acme::unit::yard}).lon == 2);
    CHECK(store.walk(std::make_shared<acme::geo_point>(acme::geo_point{7, 8}))[1].lat == 7);
    CHECK(store.walk(nullptr)[0].lat == 0);
    CHECK(store.name() == "store");

    std::string text = "t";
    std::optional<int> maybe;
    std::vector<bool> flags{true, false};
    store.swap_in(text, maybe, flags);
    CHECK(text == "t+");
    CHECK(maybe == 5);
    CHECK(flags == std::vector<bool>{false, true});

    CHECK(store.add(acme::money(1, "A"), acme::money(2, "B")) == acme::money(3, "B"));
    store.set_price(acme::money(-4, "C"));
    CHECK(store.price() == acme::money(-4, "C"));
    const auto odd = store.odd({{1, acme::Store::mode::slow}, {2, acme::Store::mode::slow}});
    CHECK(odd.at(acme::Store::mode::slow) == std::set<std::u16string>{u"even", u"odd"});
    CHECK(std::get<0>(store.paged()) == 0);
    CHECK(std::get<1>(store.paged(acme::money(5, "D"))).rows[0].cents() == 5);
    CHECK(store.delay() == std::chrono::seconds(1));
    CHECK(store.delay(std::chrono::duration<double>(0.5)) == std::chrono::milliseconds(500));
    CHECK(store.classify('c', -5, 250, L'w', u'x', U'y', u8'z') == 'c');
    CHECK(store.hidden_default() == 4);
    CHECK(store.raw().cells[2] == 255);
    CHECK(store.big(-1, 1ULL << 40, -2, 65535) == (1LL << 40) + 65532);
    CHECK(store.class_(5, 3) == 2);

    // What the bases have.
    CHECK(store.root() == "base");
    CHECK(store.count() == 3);
    const std::byte bytes[5]{};
    store.write(bytes);
    CHECK(store.size() == 5);
    CHECK(ends.find<acme::ReaderClient>("store").root() == "base");

    CHECK_THROWS_AS(store.fail("k"), acme::store_error);
    try {
        store.fail("gone");
    } catch (const acme::missing_item& error) {
        CHECK(error.key == "gone");
        CHECK(error.code == 7);
    }
    CHECK(store.async_find("abcd").get() == 4);
}

TEST_CASE("pointers mean what their old-style marks say") {
    both_ends ends;
    roi::runtime::use serve{ends.server};
    acme::OldServer server{roi::as("old")};
    roi::runtime::use call{ends.client};
    auto old = ends.find<acme::OldClient>("old");

    bool flags[4] = {true, false, true, true};
    CHECK(old.count_true(flags, 4) == 3);
    CHECK(old.count_true(flags, 0) == 0);
    old.invert(flags, 3);
    CHECK(flags[0] == false);
    CHECK(flags[1] == true);
    CHECK(flags[3] == true);
    CHECK(old.evens(flags, 4));
    CHECK(flags[2] == true);
    CHECK(flags[3] == false);
    old.four(flags);
    CHECK(flags[3] == true);
    CHECK(old.async_invert(flags, 2).get() == std::vector<bool>{true, false});
    bool flag = false;
    old.one(&flag);
    CHECK(flag);
    old.one(nullptr);

    CHECK(old.wide(L"four") == 4);
    CHECK(old.utf16(u"12", "345") == 5);
    CHECK(old.shout(L"abc") == L"abcd1");
    CHECK(old.shout(L"", U"\U0001F600", u8"12") == L"\U0001F6002");
    CHECK_THROWS_AS(old.wide(nullptr), roi::error);
    CHECK(old.wide_n(L"abq", 3) == 2);
    CHECK(old.utf16_n(u"aq", 2) == 1);
    CHECK(old.utf32_n(U"q", 1) == 0);
    CHECK(old.utf8_n(u8"abcq", 4) == 3);
    wchar_t room[3] = {};
    old.fill(room, 2);
    CHECK(room[1] == L'w');
    CHECK(room[2] == 0);
    char16_t letters[2] = {u'a', u'b'};
    old.fill16(letters, 2);
    CHECK(letters[1] == u'c');

    char buffer[4] = {};
    CHECK(old.read(buffer, 3) == 3);
    CHECK(std::string(buffer) == "abc");
    CHECK(old.write("abc", 3) == 2);
    const auto [length, octets] = old.async_read(2).get();
    CHECK(length == 2);
    CHECK(octets == std::vector<char>{'a', 'b'});
    unsigned char some[4] = {};
    std::size_t count = 4;
    CHECK(old.read_some(some, &count) == 0);
    CHECK(count == 2);
    CHECK(some[1] == 9);
    CHECK(some[2] == 0);
    CHECK_THROWS_AS(old.read_some(some, nullptr), roi::error);

    const std::string parts[2] = {"a", "b"};
    std::string joined;
    old.strings(parts, 2, &joined);
    CHECK(joined == "ab");
    CHECK(old.async_strings(parts, 2).get() == "ab");
    acme::point points[2] = {{1, 2}, {3, 4}};
    old.points(points, 2);
    CHECK(points[1].x == 4);
    const std::byte bytes[2] = {std::byte{1}, std::byte{255}};
    int sum = 0;
    old.bytes(bytes, 2, &sum);
    CHECK(sum == 256);
    std::vector<int> numbers{1};
    std::vector<std::string> words;
    CHECK(old.lists(&numbers, &words));
    CHECK(numbers == std::vector<int>{1, 3});
    CHECK(words == std::vector<std::string>{"x", "x"});
    CHECK_FALSE(old.lists(nullptr, &words));
    std::string text;
    int n = 0;
    old.out_ref(text, n);
    CHECK(text == "out");
    CHECK(n == 4);
    CHECK(old.async_out_ref().get() == std::tuple<std::string, int>{"out", 4});
}

TEST_CASE("servers are made as their classes are") {
    both_ends ends;
    roi::runtime::use serve{ends.server};
    acme::InheritsServer inherits{roi::as("inherits"), "n"};
    acme::SharedServer shared{roi::as("shared"), 1, 2};
    auto single = roi::publish(acme::Single::instance(), "single");
    roi::runtime::use call{ends.client};
    CHECK(ends.find<acme::InheritsClient>("inherits").name() == "n7");
    CHECK(ends.find<acme::SharedClient>("shared").sum() == 3);
    CHECK(ends.find<acme::SharedClient>("shared").id() == 1);
    CHECK(shared->sum() == 3);
    CHECK(ends.find<acme::SingleClient>("single").value() == 11);
}
