// Pointers with their old-style marks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <roi/annotations.hpp>
#include <string>
#include <vector>
namespace acme {
struct point {
    int x = 0;
    int y = 0;
};
class ROI_REMOTE("old") Old {
public:
    int count_true(ROI_IN ROI_SIZE(n) const bool* flags, int n) {
        int c = 0;
        for (int i = 0; i < n; ++i)
            c += flags[i] ? 1 : 0;
        return c;
    }
    void invert(ROI_INOUT ROI_SIZE(n) bool* flags, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            flags[i] = !flags[i];
    }
    bool evens(ROI_OUT ROI_SIZE(n) bool* flags, unsigned n) {
        for (unsigned i = 0; i < n; ++i)
            flags[i] = i % 2 == 0;
        return true;
    }
    void one(ROI_INOUT bool* flag) {
        if (flag != nullptr) *flag = !*flag;
    }
    void four(ROI_INOUT bool flags[4]) {
        for (int i = 0; i < 4; ++i)
            flags[i] = !flags[i];
    }
    std::size_t wide(const wchar_t* s) { return std::wstring(s).size(); }
    std::size_t utf16(ROI_IN const char16_t* s, ROI_IN const char* t) {
        return std::u16string(s).size() + std::string(t).size();
    }
    const wchar_t* shout(const wchar_t* s, const char32_t* t = U"d", const char8_t* u = u8"e") {
        last_ = s;
        for (char32_t c : std::u32string(t))
            last_ += static_cast<wchar_t>(c);
        last_ += static_cast<wchar_t>(std::u8string(u).size() + L'0');
        return last_.c_str();
    }
    std::size_t wide_n(ROI_IN ROI_SIZE(n) const wchar_t* s, std::size_t n) {
        return std::wstring(s, n).find(L'q');
    }
    std::size_t utf16_n(ROI_IN ROI_SIZE(n) const char16_t* s, std::size_t n) {
        return std::u16string(s, n).find(u'q');
    }
    std::size_t utf32_n(ROI_IN ROI_SIZE(n) const char32_t* s, std::size_t n) {
        return std::u32string(s, n).find(U'q');
    }
    std::size_t utf8_n(ROI_IN ROI_SIZE(n) const char8_t* s, std::size_t n) {
        return std::u8string(s, n).find(u8'q');
    }
    void fill(ROI_OUT ROI_SIZE(n) wchar_t* s, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            s[i] = L'w';
    }
    void fill16(ROI_INOUT ROI_SIZE(n) char16_t* s, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            s[i] = static_cast<char16_t>(s[i] + 1);
    }
    int read(ROI_OUT ROI_SIZE(n) char* buffer, int n) {
        for (int i = 0; i < n; ++i)
            buffer[i] = static_cast<char>('a' + i);
        return n;
    }
    int write(ROI_IN ROI_SIZE(n) const char* buffer, int n) {
        return static_cast<int>(std::string(buffer, static_cast<std::size_t>(n)).find('c'));
    }
    int read_some(ROI_OUT ROI_SIZE(n) unsigned char* buffer, ROI_INOUT std::size_t* n) {
        *n = *n / 2;
        for (std::size_t i = 0; i < *n; ++i)
            buffer[i] = 9;
        return 0;
    }
    void strings(ROI_IN ROI_SIZE(n) const std::string* s, int n, ROI_OUT std::string* joined) {
        for (int i = 0; i < n; ++i)
            *joined += s[i];
    }
    void points(ROI_INOUT ROI_SIZE(n) point* p, std::uint64_t n) {
        for (std::uint64_t i = 0; i < n; ++i)
            std::swap(p[i].x, p[i].y);
    }
    void bytes(ROI_IN ROI_SIZE(n) const std::byte* p, std::uint8_t n, ROI_OUT int* sum) {
        *sum = 0;
        for (int i = 0; i < n; ++i)
            *sum += std::to_integer<int>(p[i]);
    }
    ROI_LOCAL void array_ref(int (&a)[3], const int (&b)[3]) {
        for (int i = 0; i < 3; ++i)
            a[i] += b[i];
    }
    void out_ref(ROI_OUT std::string& text, ROI_OUT int& n) {
        text = "out";
        n = 4;
    }

    bool lists(ROI_INOUT std::vector<int>* a, ROI_OUT std::vector<std::string>* b) {
        if (a != nullptr) a->push_back(3);
        b->assign(2, "x");
        return a != nullptr;
    }

private:
    std::wstring last_;
};
}  // namespace acme
