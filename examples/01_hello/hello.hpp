// The interface: an ordinary class, and one mark.
#pragma once

#include <roi/annotations.hpp>

#include <string>

/// Does something, and something else.
class ROI_REMOTE() MYSERVER {
public:
    virtual ~MYSERVER() = default;

    /// Returns twice `number`.
    virtual int doSomething(int number);

    /// Greets `who`, and counts how often it was asked to.
    virtual std::string doSomethingElse(const std::string& who);

private:
    int greetings_ = 0;
};
