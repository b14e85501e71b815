// How the output is named: stub classes, identifiers, what must not clash.
#include "emit/names.hpp"

#include <algorithm>
#include <cctype>

namespace idlc::emit {
namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
    return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9');
}

}  // namespace

stub_names stubs_of(std::string_view name) {
    const std::string base{name};
    const auto upper = std::count_if(base.begin(), base.end(), is_upper);
    const auto lower = std::count_if(base.begin(), base.end(), is_lower);
    if (lower == 0 && upper >= 2) return {base + "_CLIENT", base + "_SERVER"};
    if (upper == 0) return {base + "_client", base + "_server"};
    return {base + "Client", base + "Server"};
}

std::string identifier(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (is_word(c)) {
            result += c;
        } else if (!result.empty() && result.back() != '_') {
            result += '_';
        }
    }
    while (!result.empty() && result.back() == '_')
        result.pop_back();
    if (result.empty()) return "unnamed";
    if (result.front() >= '0' && result.front() <= '9') result = "n" + result;
    return result;
}

std::string unique_names::key(const std::string& name) const {
    if (how_ == comparison::exact) return name;
    std::string result;
    for (const char c : name) {
        if (c != '_') result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return result;
}

std::string unique_names::make(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !taken_.insert(key(name)).second; ++number) {
        name = wanted + "_" + std::to_string(number);
    }
    return name;
}

std::string_view last_part(std::string_view qualified) {
    int depth = 0;
    for (std::size_t i = qualified.size(); i-- > 1;) {
        if (qualified[i] == '>') ++depth;
        if (qualified[i] == '<') --depth;
        if (depth == 0 && qualified[i] == ':' && qualified[i - 1] == ':') {
            return qualified.substr(i + 1);
        }
    }
    return qualified;
}

}  // namespace idlc::emit
