#pragma once
#include <roi/annotations.hpp>
#include <string>

namespace demo {
class ROI_REMOTE() Forms {
public:
    virtual ~Forms();
    int overloaded(int a) const;
    int overloaded(const std::string& a) const;
    [[nodiscard]] virtual int checked() noexcept;
    int lvalue() &;
    int rvalue() &&;
    void unnamed(int, const std::string&);
    ROI_SELF Forms& chained(int a);
    static int shared();
    template <class T> T generic(T a);
    Forms& operator=(const Forms&);
    explicit operator bool() const;
    bool operator()(int) const;
    void removed() = delete;
    ROI_LOCAL void kept(void* p);
protected:
    void hidden();
};
}  // namespace demo
