#pragma once
#include <roi/annotations.hpp>
#include <string>
#include <string_view>

namespace demo {
class ROI_REMOTE() Strings {
public:
    std::string plain(std::string a, const std::string& b, std::string&& c, std::string& d, std::string_view e);
    const char* pointer(const char* a);
    std::wstring wide(const std::wstring& a, std::u8string_view b, std::u16string c, std::u32string d);
    std::string_view view() const;
};
}  // namespace demo
