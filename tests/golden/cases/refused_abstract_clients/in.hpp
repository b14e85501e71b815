#pragma once
#include <roi/annotations.hpp>
#include <string>
namespace demo {
class ROI_REMOTE() A1 { public: explicit A1(int); virtual ~A1(); virtual int f() = 0; };
class ROI_REMOTE() A2 { public: virtual ~A2(); virtual int f() = 0; ROI_LOCAL virtual int g() = 0; };
class ROI_REMOTE() A3 { public: virtual ~A3(); int f() { return g(); } private: virtual int g() = 0; };
class ROI_REMOTE() A4 { public: virtual ~A4(); virtual int f() = 0; virtual bool operator==(const A4&) const = 0; };
class ROI_REMOTE() A5 { public: virtual int f() = 0; private: ~A5(); };
class ROI_REMOTE() A6 { public: virtual int f() = 0; virtual int g() final; virtual int h(); int i(); };
class ROI_REMOTE() A8 { public: virtual int f() = 0; virtual ~A8() = 0; };
class ROI_REMOTE() A9 : public virtual A1 { public: virtual int k() = 0; };
class ROI_REMOTE() A10 { public: virtual int f(int = 3) = 0; private: A10(); friend class X; };
class ROI_REMOTE() A11 { public: ROI_EXPORT virtual int f() = 0; virtual int g() = 0;};
}
