#pragma once
#include <roi/annotations.hpp>
#include <string>
#include <memory>
#include <mutex>
namespace demo {
struct arg { arg(int); };
class ROI_REMOTE() Account { public: explicit Account(int id); virtual ~Account() = default; int id() const; private: int id_; };
class ROI_REMOTE() Bank : public virtual Account { public: Bank(int id, std::string name); int total() const; };
class ROI_REMOTE() Single { public: static Single& instance(); int x() const; private: Single(); };
class ROI_REMOTE() Prot { public: int x() const; protected: Prot(); };
class ROI_REMOTE() RefMember { public: int x() const; private: int& r_; };
class ROI_REMOTE() ArgMember { public: int x() const; private: arg a_; };
class ROI_REMOTE() InitMember { public: int x() const; private: arg a_{3}; const int c_ = 4; std::unique_ptr<arg> p_; std::mutex m_; };
class ROI_REMOTE() PrivDtor { public: int x() const; private: ~PrivDtor(); };
class ROI_REMOTE() DelDefault { public: DelDefault() = delete; int x() const; };
class Plain { public: Plain(int a, std::string b = "q"); explicit Plain(double); Plain(const Plain&); protected: Plain(char); };
class ROI_REMOTE() Inherits : public Plain { public: using Plain::Plain; int x() const; };
class ROI_REMOTE() Inherits2 : public Inherits { public: using Inherits::Inherits; Inherits2(double); int y() const; };
template <class T> class Tmpl { public: Tmpl(T a, int b); };
class ROI_REMOTE() FromTmpl : public Tmpl<std::string> { public: using Tmpl::Tmpl; FromTmpl(); int y() const; };
class ROI_REMOTE() OnlyTmpl : public Tmpl<std::string> { public: using Tmpl<std::string>::Tmpl; int y() const; };
}
