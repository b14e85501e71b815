// What the methods do. Only the server is linked with this.
#include "hello.hpp"

int MYSERVER::doSomething(int number) {
    return 2 * number;
}

std::string MYSERVER::doSomethingElse(const std::string& who) {
    ++greetings_;
    return "hello " + who + ", greeting number " + std::to_string(greetings_);
}
