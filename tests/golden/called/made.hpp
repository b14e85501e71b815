// Classes that are made with arguments: inherited constructors, virtual bases, no constructor at
// all.
#pragma once
#include <roi/annotations.hpp>
#include <string>
#include <utility>

namespace acme {

class Plain {
public:
    explicit Plain(std::string name, int size = 7) : name_(std::move(name)), size_(size) {}

protected:
    std::string name_;
    int size_;
};
class ROI_REMOTE("inherits") Inherits : public Plain {
public:
    using Plain::Plain;
    std::string name() const { return name_ + std::to_string(size_); }
};

class ROI_REMOTE("account") Account {
public:
    explicit Account(int id) : id_(id) {}
    virtual ~Account() = default;
    int id() const { return id_; }

private:
    int id_;
};
class ROI_REMOTE("shared_base") Shared : public virtual Account {
public:
    Shared(int id, int more) : Account(id), more_(more) {}
    int sum() const { return id() + more_; }

private:
    int more_;
};

class ROI_REMOTE("single") Single {
public:
    static Single& instance() {
        static Single one;
        return one;
    }
    int value() const { return 11; }

private:
    Single() = default;
};

}  // namespace acme
