// Marked classes that derive from each other: plainly, from two, over a virtual base, from an
// interface; and one that is final.
#pragma once

#include <roi/annotations.hpp>

#include <string>

namespace demo {

class ROI_REMOTE() Plain {
public:
    virtual ~Plain() = default;
    std::string name() const;
    virtual int count(int from);
};

class ROI_REMOTE() Other {
public:
    int other() const;
};

class ROI_REMOTE() Derived : public Plain {
public:
    int count(int from) override;
    int count(const std::string& text);
};

class ROI_REMOTE() Both : public Plain, public Other {
public:
    int both();
};

class ROI_REMOTE() Left : public virtual Plain {
public:
    int left();
};
class ROI_REMOTE() Right : public virtual Plain {
public:
    int right();
};
class ROI_REMOTE() Diamond : public Left, public Right {
public:
    int diamond();
};

class ROI_REMOTE() Interface {
public:
    virtual ~Interface() = default;
    virtual int one() = 0;
    virtual void two(int& value) = 0;
};
class ROI_REMOTE() WiderInterface : public Interface {
public:
    virtual int three() const = 0;
};
class ROI_REMOTE() Implementation : public Interface {
public:
    int one() override;
    void two(int& value) override;
    int more();
};

class ROI_REMOTE() Last final {
public:
    explicit Last(std::string name, int size = 3);
    int size() const;
};

}  // namespace demo
