// The class whose generated client is derived from here.
#pragma once

#include <roi/annotations.hpp>

#include <string>

/// Does something, and something else.
class ROI_REMOTE() MYSERVER {
public:
    virtual ~MYSERVER() = default;

    /// Returns twice `number`.
    virtual int doSomething(int number) { return 2 * number; }

    virtual std::string doSomethingElse(const std::string& who) { return "hello " + who; }
};
